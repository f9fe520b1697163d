"""Kept spans against gold."""

from spanferry.records import Field
from spanferry.report.accuracy import GoldSpan, curves, measure, surest, token_f1


def kept(id_, text, start, probability):
    return {"split": "dev", "question_id": id_, "text": text, "start": start, "probability": probability}


GOLD = {
    "a": {Field.ANSWERS: (GoldSpan("de oude sluis", 10), GoldSpan("sluis", 18))},
    "b": {Field.ANSWERS: (GoldSpan("1612", 30),)},
    "c": {Field.ANSWERS: (GoldSpan("91", 40),)},
    "d": {Field.ANSWERS: (GoldSpan("vissers", 50),)},
    "e": {Field.PLAUSIBLE: (GoldSpan("vissers", 50),)},
}
ANSWERS = [
    kept("a", "oude sluis", 13, 0.9),  # right: F1 0.8 with the first
    kept("b", "1612", 99, 0.6),  # the right text in the wrong place
    kept("c", "91", 40, 0.8),  # exact
    kept("c", "1991", 60, 0.7),  # less sure, so it does not count
]


def test_measure():
    assert measure(surest(ANSWERS).values(), GOLD) == {
        "questions": 4,
        "kept": 3,
        "exact": 1,
        "right": 2,
        "wrong": 1,
        "precision": 0.666667,
        "yield": 0.75,
    }


def test_curves():
    assert curves(list(surest(ANSWERS).values()), 4, GOLD) == [
        {"how": "expected", "threshold": 0.0, "precision": 0.766667, "yield": 0.75},
        {"how": "expected", "threshold": 0.61, "precision": 0.85, "yield": 0.5},
        {"how": "expected", "threshold": 0.81, "precision": 0.9, "yield": 0.25},
        {"how": "measured", "threshold": 0.0, "precision": 0.666667, "yield": 0.75},
        {"how": "measured", "threshold": 0.61, "precision": 1.0, "yield": 0.5},
        {"how": "measured", "threshold": 0.81, "precision": 1.0, "yield": 0.25},
    ]


def test_token_f1():
    assert token_f1("De sluis", "de oude sluis") == 0.8
    assert token_f1("!", "?") == 0
