"""Tests of metrics: figures equal those of the official scripts to the last digit.

OFFICIAL was printed by evaluate-v2.0.py and evaluate-v1.1.py for the very files made here.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET
from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.reader import metrics
from spanferry.squad import Answer, Article, Document, Paragraph, Question

from tests.support.towns import corpus

# For each of four towns: right, right except for the article, half right, wrong, and no answer.
PREDICTIONS = {
    "velderbroek-0": "Zilvere",
    "velderbroek-1": "1287",
    "velderbroek-2": "Aleida Bronsma er",
    "velderbroek-3": "",
    "velderbroek-4": "",
    "oosterhaven-0": "de Kromme Aa en kreeg",
    "oosterhaven-1": "in 1432",
    "oosterhaven-2": "de scheepswerf",
    "oosterhaven-3": "32.100 mensen",
    "oosterhaven-4": "scheepswerf",
    "ganzendam-0": "the",
    "ganzendam-1": "an 1610!",
    "ganzendam-2": "Sjoukje",
    "ganzendam-3": "8.900",
    "ganzendam-4": "de",
    "moerwijk-0": "de Donge",
    "moerwijk-1": "",
    "moerwijk-2": "HENDRIK VAN ROOY",
    "moerwijk-3": "21740",
    "moerwijk-4": "",
}
NULL_ODDS = {question: (7 * n % 20 - 10) / 4 for n, question in enumerate(PREDICTIONS)}
OFFICIAL = {
    "exact": 40.0,
    "f1": 61.08333333333335,
    "total": 20,
    "HasAns_exact": 37.5,
    "HasAns_f1": 63.854166666666664,
    "HasAns_total": 16,
    "NoAns_exact": 50.0,
    "NoAns_f1": 50.0,
    "NoAns_total": 4,
}
OFFICIAL_WITH_ODDS = {
    "exact": 35.0,
    "f1": 49.00000000000001,
    "total": 20,
    "HasAns_exact": 25.0,
    "HasAns_f1": 42.5,
    "HasAns_total": 16,
    "NoAns_exact": 75.0,
    "NoAns_f1": 75.0,
    "NoAns_total": 4,
    "best_exact": 40.0,
    "best_exact_thresh": 1.75,
    "best_f1": 61.083333333333336,
    "best_f1_thresh": 1.75,
}
OFFICIAL_STRICT = OFFICIAL_WITH_ODDS | {
    "exact": 15.0,
    "f1": 25.0,
    "HasAns_exact": 0.0,
    "HasAns_f1": 12.5,
}
OFFICIAL_V1 = {"exact_match": 31.25, "f1": 57.604166666666664}  # ganzendam-3 is missing


def first_version() -> Document:
    """Return the answerable questions in the form of SQuAD 1.1."""

    def keep(paragraph: Paragraph) -> Paragraph:
        answered = [one for one in paragraph.qas if one.answers]
        plain = tuple(replace(one, is_impossible=UNSET, plausible_answers=UNSET) for one in answered)
        return replace(paragraph, qas=plain)

    document = corpus(4)
    articles = tuple(replace(one, paragraphs=tuple(map(keep, one.paragraphs))) for one in document.data)
    return replace(document, data=articles, version="1.1")


@pytest.mark.parametrize(
    ("null_odds", "threshold", "expected"),
    [(None, 1.0, OFFICIAL), (NULL_ODDS, 1.0, OFFICIAL_WITH_ODDS), (NULL_ODDS, -1.5, OFFICIAL_STRICT)],
)
def test_figures_equal_those_of_the_official_scripts(null_odds, threshold, expected):
    assert metrics.compute_official_figures(corpus(4), PREDICTIONS, null_odds, threshold) == expected


def test_missing_predictions_are_left_out_in_2_0():
    some = {question: text for question, text in PREDICTIONS.items() if question != "moerwijk-1"}
    figures = metrics.evaluate_v2(corpus(4), some)
    assert (figures["total"], figures["HasAns_total"], figures["NoAns_total"]) == (19, 15, 4)
    assert figures["HasAns_exact"] == 100.0 * 6 / 15


def test_missing_predictions_count_zero_in_1_1():
    some = {question: text for question, text in PREDICTIONS.items() if question != "ganzendam-3"}
    assert metrics.evaluate_v1(first_version(), some) == OFFICIAL_V1


def test_a_version_that_contradicts_the_questions_is_an_error():
    document = first_version()
    assert metrics.is_v1(document)
    assert not metrics.is_v1(corpus(1))
    assert not metrics.is_v1(Document(document.data + corpus(1).data))
    figures = metrics.compute_official_figures(document, PREDICTIONS)
    assert figures["exact_match"] == figures["exact"] == 37.5
    assert figures["total"] == 16


def test_a_2_0_file_without_unanswerable_questions_gets_both_kinds_of_figures():
    document = corpus(4)
    keep = [replace(one, qas=one.qas[:4]) for article in document.data for one in article.paragraphs]
    answered = replace(document, data=(Article(tuple(keep)),))
    some = {question: text for question, text in PREDICTIONS.items() if question != "ganzendam-3"}
    figures = metrics.compute_official_figures(answered, some)
    assert not metrics.is_v1(answered)
    assert figures["exact_match"] == OFFICIAL_V1["exact_match"]  # of 16
    assert (figures["total"], figures["exact"]) == (15, 100.0 * 5 / 15)


def test_predictions_of_other_questions_are_ignored():
    assert metrics.evaluate_v2(corpus(4), PREDICTIONS | {"stranger": "x"}, NULL_ODDS | {"stranger": 0.0}) == (
        OFFICIAL_WITH_ODDS
    )


def test_no_prediction_and_no_odds_are_an_error():
    with pytest.raises(InputError, match="none of the 20 questions has one"):
        metrics.evaluate_v2(corpus(4), {"stranger": "x"})
    with pytest.raises(InputError, match="'moerwijk-4' has a prediction, but no odds"):
        metrics.evaluate_v2(corpus(4), PREDICTIONS, {question: 0.0 for question in list(PREDICTIONS)[:-1]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [("The Aa, a river!", "aa river"), ("  an  ", ""), ("de Donge", "de donge"), ("«Aa»", "«aa»"), ("A.B.C.", "abc")],
)
def test_normalisation_is_english_and_ascii(text, expected):
    assert metrics.normalise_squad(text) == expected


def test_answers_that_normalise_to_an_empty_text_are_ignored():
    question = Question("one", "?", (Answer("The", 0),), False)
    document = Document((Article((Paragraph("The", (question,)),)),))
    assert metrics.evaluate_v2(document, {"one": "a"})["exact"] == 100.0
    assert metrics.evaluate_v2(document, {"one": "b"})["f1"] == 0.0


words = st.text(alphabet="ab ,.-the", max_size=12)


@given(st.dictionaries(st.sampled_from(list(PREDICTIONS)), words, min_size=1), st.randoms())
def test_the_best_threshold_is_never_worse_than_the_two_trivial_readers(predictions, chance):
    odds = {question: chance.gauss(0, 1) for question in predictions}
    figures = metrics.evaluate_v2(corpus(4), predictions, odds, threshold=1e9)
    assert figures["exact"] <= figures["f1"] <= 100.0
    assert figures["best_exact"] >= figures["exact"] - 1e-9
    assert figures["best_f1"] >= 100.0 * 4 / len(predictions) - 1e-9


def test_a_total_of_never_answering_is_told():
    figures = {"f1": 55.4, "HasAns_f1": 3.14, "always_no_answer": 55.2}
    assert metrics.warn_about_total(figures) == (
        "F1 55.4 is not better than never answering, which scores 55.2 here; on questions with an answer F1 is 3.1"
    )
    assert metrics.warn_about_total(figures | {"f1": 56.2}) is None
    assert metrics.warn_about_total({"f1": 0.0, "always_no_answer": 0.0}) is None  # every question has an answer
