"""Tests of the search for what a run is both trained and evaluated on."""

from msgspec.structs import replace
from spanferry.files import write_json
from spanferry.reader.overlap import CorpusTexts, Overlap, corpora_of_base, find_overlaps, normalise_context
from spanferry.reader.settings import BaseModel
from spanferry.squad import Article, Document, Paragraph, Question

from tests.reader.test_seeds import COUNTS
from tests.support.tiny import RUN


def document(*paragraphs: tuple[str, tuple[str, ...]]) -> Document:
    """Return a document of (context, question ids)."""
    return Document(
        (
            Article(
                tuple(Paragraph(context, tuple(Question(one, "Q?", ()) for one in ids)) for context, ids in paragraphs)
            ),
        )
    )


CANAL, MILL, BRIDGE = "The canal was dug in 1612.", "The mill stands on a hill.", "The bridge is of stone."
HEX = ("56be4db0acb8001400a502ec", "56be4db0acb8001400a502ed")


def test_contexts_that_differ_in_case_punctuation_and_white_space_are_the_same() -> None:
    trained = {"squad": CorpusTexts(document((CANAL, ("1",)), (MILL, ("2",))))}
    evaluated = {"other": CorpusTexts(document((" the CANAL  was dug\nin 1612 ", ("a", "b")), (BRIDGE, ("1", "2"))))}
    assert find_overlaps(trained, evaluated) == [Overlap("squad", "other", contexts=1, questions=2, total=4)]


def test_ids_of_squad_are_the_same_questions_in_another_language_and_short_ids_are_not() -> None:
    trained = {"squad": CorpusTexts(document((CANAL, (HEX[0],)), (MILL, ("1", "q-2"))))}
    evaluated = {"xquad-de": CorpusTexts(document(("Der Kanal ist von 1612.", HEX), ("Die Mühle.", ("1", "q-2"))))}
    assert find_overlaps(trained, evaluated) == [Overlap("squad", "xquad-de", contexts=1, questions=1, total=4)]


def test_a_translated_corpus_shares_the_contexts_that_it_was_translated_from() -> None:
    dutch = document(("Het kanaal is van 1612.", ("1",)), ("De molen.", ("2",)))
    english = document((CANAL, ("1", "lost")), (MILL, ("2",)))
    translated, original = CorpusTexts(dutch, english), CorpusTexts(document((MILL, ("x", "y")), (BRIDGE, ("z",))))
    assert find_overlaps({"nl": translated}, {"en": original}) == [Overlap("nl", "en", 1, 2, 3)]
    assert find_overlaps({"en": original}, {"nl": translated}) == [Overlap("en", "nl", 1, 1, 2)]


def test_corpora_without_common_texts_do_not_overlap() -> None:
    empty = {"a": CorpusTexts(document(("…", ("1",))))}
    assert find_overlaps(empty, {"b": CorpusTexts(document(("—", ("1",))))}) == []
    assert normalise_context("— …") == ""


def test_a_base_model_brings_the_corpora_that_it_was_trained_on(tmp_path) -> None:
    for name, base, corpora in (
        ("english", "acme/bert", ["squad"]),
        ("dutch", str(tmp_path / "english"), ["squad-nl"]),
    ):
        run = replace(RUN, base=BaseModel(model=base), train_on=tuple(corpora))
        record = {"base": base, "commit": None, "settings": run, "features": COUNTS, "steps": 1, "loss": []}
        write_json(tmp_path / name / "training.json", record)
    assert corpora_of_base(str(tmp_path / "dutch")) == ("squad-nl", "squad")
    assert corpora_of_base("acme/bert") == corpora_of_base(None) == ()


def test_an_overlap_is_one_sentence() -> None:
    assert str(Overlap("squad2", "xquad-en", 240, 1190, 1190)) == (
        "1,190 of the 1,190 questions of xquad-en (240 contexts) are also in squad2, on which the run is trained"
    )
