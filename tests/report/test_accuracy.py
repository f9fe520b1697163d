"""Tests of accuracy: kept spans are compared with gold spans."""

from spanferry.loss_figures import CurvePoint, GoldFigures
from spanferry.records import Field
from spanferry.report.accuracy import (
    GoldSpan,
    KeptAnswer,
    measure_precision,
    most_probable,
    precision_curve,
    token_f1,
)


def kept(id_, text, start, probability):
    return KeptAnswer("dev", id_, text, start, probability)


GOLD = {
    "a": {Field.ANSWERS: (GoldSpan("de oude sluis", 10), GoldSpan("sluis", 18))},
    "b": {Field.ANSWERS: (GoldSpan("1612", 30),)},
    "c": {Field.ANSWERS: (GoldSpan("91", 40),)},
    "d": {Field.ANSWERS: (GoldSpan("vissers", 50),)},
    "e": {Field.PLAUSIBLE: (GoldSpan("vissers", 50),)},
}
ANSWERS = [
    kept("a", "oude sluis", 13, 0.9),  # right, with F1 0.8 for the first gold span
    kept("b", "1612", 99, 0.6),  # the right text at the wrong position
    kept("c", "91", 40, 0.8),  # exact
    kept("c", "1991", 60, 0.7),  # less probable than the span above, so it does not count
]


def test_measure_precision():
    assert measure_precision(most_probable(ANSWERS), GOLD) == GoldFigures(
        questions=4, kept=3, exact=1, right=2, wrong=1, precision=0.666667, kept_share=0.75
    )


def test_precision_curve():
    assert [point(*values) for values in CURVE] == precision_curve(most_probable(ANSWERS), 4, GOLD)


def point(how, threshold, precision, kept_share):
    return CurvePoint(how=how, threshold=threshold, precision=precision, kept_share=kept_share)


CURVE = [
    ("expected", 0.0, 0.766667, 0.75),
    ("expected", 0.61, 0.85, 0.5),
    ("expected", 0.81, 0.9, 0.25),
    ("measured", 0.0, 0.666667, 0.75),
    ("measured", 0.61, 1.0, 0.5),
    ("measured", 0.81, 1.0, 0.25),
]


def test_token_f1():
    assert token_f1("De sluis", "de oude sluis") == 0.8
    assert token_f1("!", "?") == 0
