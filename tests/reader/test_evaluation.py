"""Tests of the evaluation of predictions: figures, breakdowns, and errors."""

import json

import pytest
from spanferry.reader.evaluation import compare_predictions, evaluate, length_band
from spanferry.records import Method
from spanferry.squad import Answer, Article, Document, Paragraph, Question

from tests.reader.test_metrics import NULL_ODDS, OFFICIAL_WITH_ODDS, PREDICTIONS
from tests.support.towns import corpus


def test_figures_and_breakdown_of_predictions():
    result = evaluate(
        corpus(4),
        PREDICTIONS,
        null_odds=NULL_ODDS,
        threshold=1.0,
        language="nl",
        method_of={"velderbroek-0": Method.EXACT, "oosterhaven-0": Method.EXACT, "ganzendam-0": Method.MARKED},
    )
    shown = result.to_json()
    breakdown = shown.pop("breakdown")
    assert list(shown) == [
        *OFFICIAL_WITH_ODDS,
        "language_exact",
        "language_f1",
        "exact_low",
        "exact_high",
        "f1_low",
        "f1_high",
        "always_no_answer",
        "missing",
    ]
    assert {key: shown[key] for key in OFFICIAL_WITH_ODDS} == OFFICIAL_WITH_ODDS
    assert (shown["always_no_answer"], shown["missing"]) == (20.0, 0)
    assert shown["f1_low"] < shown["f1"] < shown["f1_high"]
    assert shown["language_exact"] > shown["exact"]  # "Zilvere" is right where "de Zilvere" is
    assert {
        dimension: {one: row["total"] for one, row in groups.items()} for dimension, groups in breakdown.items()
    } == {
        "question_word": {"hoeveel": 4, "wanneer": 4, "welke": 8, "wie": 4},
        "answer_length": {"1": 8, "2": 6, "3-5": 2, "no answer": 4},
        "method": {"exact": 2, "marked": 1},
    }
    assert json.loads(json.dumps(shown)) == shown


def test_the_threshold_applies_to_every_figure():
    strict = evaluate(corpus(4), PREDICTIONS, null_odds=NULL_ODDS, threshold=-99, language="nl")
    assert strict.official["exact"] == strict.language_exact == strict.exact_interval.high == 20.0
    assert strict.breakdown["answer_length"]["no answer"].exact == 100.0


def test_two_sets_of_predictions_are_compared():
    silence = dict.fromkeys(PREDICTIONS, "")
    result = compare_predictions(corpus(4), evaluate(corpus(4), PREDICTIONS, language="nl"), silence)
    assert result.exact.difference == 20.0
    assert result.f1.total == 20
    strict = evaluate(corpus(4), PREDICTIONS, null_odds=NULL_ODDS, threshold=-99, language="nl")
    assert compare_predictions(corpus(4), strict, silence).exact.difference == 0.0


@pytest.mark.parametrize(
    ("name", "code", "gold", "said", "f1"),
    [("korean", "ko", "서울", "서울은", 80.0), ("thai", "th", "กรุงเทพ", "กรุงเทพมหานคร", 200 / 3)],
)
def test_korean_and_thai_answers_are_partly_right(name, code, gold, said, f1):
    """Two of three syllables, and six of twelve characters; by words both would count nothing."""
    question = Question(f"{name}-1", "?", (Answer(gold, 0),))
    document = Document((Article((Paragraph(gold, (question,)),)),))
    evaluation = evaluate(document, {question.id: said}, language="nl")
    assert evaluation.language_f1 == pytest.approx(f1)
    assert (evaluation.language_exact, evaluation.official["f1"]) == (0, 0)
    assert evaluation.breakdown["language"][code].total == 1


def test_each_answer_is_scored_in_the_language_of_its_question():
    """The same answers in two languages: an article is ignored only in the language that has it."""
    rows = (("nl", "de zee"), ("de", "die See"), ("fr", "la mer"))
    questions = tuple(Question(code, "?", (Answer(gold, 0),)) for code, gold in rows)
    paragraphs = tuple(Paragraph(gold, (question,)) for question, (_, gold) in zip(questions, rows, strict=True))
    document = Document((Article(paragraphs),))
    predictions = {code: gold.split()[1] for code, gold in rows}
    right = {code: code for code, _ in rows}
    assert evaluate(document, predictions, language=right).language_exact == 100
    assert evaluate(document, predictions, language=right | {"de": "nl"}).language_exact == pytest.approx(200 / 3)
    assert evaluate(document, predictions, language="de").language_exact == pytest.approx(100 / 3)
    assert set(evaluate(document, predictions, language=right).breakdown["language"]) == {"nl", "de", "fr"}
    assert "language" not in evaluate(document, predictions, language="de").breakdown


@pytest.mark.parametrize(
    ("answer", "language", "band"),
    [("aan zee", "nl", "2"), ("中华人民共和国", "zh", "6-10"), ("東京 2020", "ja", "3-5"), ("서울 특별시", "ko", "2")],
)
def test_the_length_of_an_answer_is_that_of_its_language(answer, language, band):
    assert length_band(Question("q", "?", (Answer(answer, 0),)), language) == band
