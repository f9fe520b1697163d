"""Tests of the readers that check each other's questions."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from spanferry.arrow import to_table
from spanferry.errors import InputError
from spanferry.projection.grouping import TargetText
from spanferry.quality import crossfit
from spanferry.quality.crossfit import KeyedArticle, agreement_of, ask_readers, collect_articles, overlap
from spanferry.quality.items import AnswerPlace, CheckJob
from spanferry.reader.settings import BaseModel, CheckReaderSettings, ScratchModel, TrainingSettings
from spanferry.records import Field, SourceParagraph, SourceQuestion, TextSpan
from spanferry.squad import Answer, Question

SHAPE: dict[str, int | float | str | bool] = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 64,
}
SETTINGS = CheckReaderSettings(
    BaseModel(scratch=ScratchModel("bert", 300, SHAPE)),
    TrainingSettings(epochs=1, batch=4, learning_rate=1e-3, max_length=64, doc_stride=16, max_question_length=16),
    folds=2,
)
TOWNS = ("Oostwerd", "Zandkreek", "Veenhuizen", "Duinrade")


def job(article: int) -> CheckJob:
    """Return a paragraph on a town with an answerable, an unanswerable and an untranslated question."""
    town = TOWNS[article]
    context = f"{town} has {article + 3} mills."
    target = f"{town} heeft {article + 3} molens."
    questions = (
        SourceQuestion("many", "How many mills?", False, (), ()),
        SourceQuestion("who", "Who built them?", True, (), ()),
        SourceQuestion("lost", "Where?", True, (), ()),
    )
    start = target.index(str(article + 3))
    return CheckJob(
        SourceParagraph("train", article, 0, town, context, (TextSpan(0, len(context)),), questions),
        TargetText(target, (TextSpan(0, len(target)),)),
        (
            AnswerPlace(
                "many", Field.ANSWERS, str(article + 3), context.index(str(article + 3)), target[start], start, 0.9
            ),
        ),
        ("Hoeveel molens?", "Wie bouwde ze?", None),
        (None, None, None),
    )


@pytest.fixture
def articles() -> list[KeyedArticle]:
    return list(collect_articles([to_table([job(0), job(1)], CheckJob), to_table([job(2), job(3)], CheckJob)]))


def ask(articles: list[KeyedArticle], folder: Path) -> crossfit.Opinions:
    return ask_readers(articles, SETTINGS, folder, lambda _: nullcontext(lambda _: None))


def test_articles_have_the_questions_that_can_be_judged(articles: list[KeyedArticle]) -> None:
    assert [each.keys for each in articles] == [(("train", "many"), ("train", "who"))] * 4
    (paragraph,) = articles[2].article.paragraphs
    assert paragraph.context == "Veenhuizen heeft 5 molens."
    assert [(question.question, question.is_impossible) for question in paragraph.qas] == [
        ("Hoeveel molens?", False),
        ("Wie bouwde ze?", True),
    ]
    assert paragraph.qas[0].answers == (Answer(text="5", answer_start=17),)


def test_each_question_gets_an_opinion_and_finished_folds_are_kept(
    articles: list[KeyedArticle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = [
        KeyedArticle(each.article, tuple((s, f"{id_}{n}") for s, id_ in each.keys)) for n, each in enumerate(articles)
    ]
    expected = ask(articles, tmp_path / "readers")
    assert set(expected) == {("train", f"{id_}{n}") for id_ in ("many", "who") for n in range(4)}
    assert all(0 <= value <= 1 for value in expected.values())
    assert not (tmp_path / "readers").exists()

    trained: list[Path] = []
    train = crossfit.training.train

    def interrupted(prepared, folder: Path, progress):
        trained.append(folder)
        if len(trained) == 2:
            raise KeyboardInterrupt
        return train(prepared, folder, progress)

    monkeypatch.setattr(crossfit.training, "train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask(articles, tmp_path / "readers")
    assert ask(articles, tmp_path / "readers") == expected
    assert [folder.name for folder in trained] == ["fold-0", "fold-1", "fold-1"]


def test_a_reader_for_each_part_of_the_articles(articles: list[KeyedArticle], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2 folds need as many articles, and the corpus has 1"):
        ask(articles[:1], tmp_path)


def test_agreement_is_the_overlap_with_the_span() -> None:
    answered = Question(id="a", question="?", answers=(Answer(text="12 mills", answer_start=4),), is_impossible=False)
    assert agreement_of((4, 12), answered) == 1.0
    assert agreement_of((4, 6), answered) == pytest.approx(0.4)
    assert agreement_of((20, 28), answered) == agreement_of((0, 0), answered) == 0.0
    impossible = Question(id="b", question="?", answers=(), is_impossible=True)
    assert agreement_of((0, 0), impossible) == 1.0
    assert agreement_of((4, 12), impossible) == 0.0
    assert overlap((0, 4), (4, 8)) == 0.0


def test_opinions_are_compared_with_those_of_the_corpus() -> None:
    """A reader that seldom agrees says little against a question with which it does not agree."""
    from spanferry.quality.corpus import Usual

    sure = np.array([0.9] * 9 + [np.nan])
    strong, weak = Usual(), Usual()
    strong.note_opinions(sure, np.array([1.0] * 8 + [0.0, 0.9]))
    weak.note_opinions(sure, np.array([0.1] * 8 + [0.0, 0.5]))
    lost = np.array([0.0] * 10)
    assert strong.score_opinions(sure, lost)[0] == 0.0
    assert weak.score_opinions(sure, lost)[0] > 0.8
    assert strong.score_opinions(sure, np.array([1.0] * 9 + [0.9])).tolist() == pytest.approx([1.0] * 10, abs=0.01)
