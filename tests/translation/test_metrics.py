"""Tests of the metrics of translated segments."""

from spanferry.records import CheckFailure
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.metrics import translation_metrics


def test_translation_metrics():
    segments = [
        Segment("The lock 😀 opens.\nIt\tcloses.", "sentence"),
        Segment("שלום\u200f e\u0301", "answer"),
        Segment("weir", "answer"),
    ]
    results = [
        TranslationResult("De sluis opent.\nHij sluit."),
        TranslationResult("שלום e\u0301"),
        TranslationResult(None, CheckFailure.EMPTY),
    ]
    metrics = translation_metrics(segments, results)
    failures = metrics.pop("faults")
    assert failures == {**dict.fromkeys(map(str, CheckFailure), 0), "empty": 1}
    assert metrics == {
        "visited": 3,
        "kept": 2,
        "dropped": 1,
        "by_kind": {
            "answer": {"visited": 2, "kept": 1, "dropped": 1},
            "sentence": {"visited": 1, "kept": 1, "dropped": 0},
        },
        "characters": {"source": 40, "target": 33},
        "odd_characters": {
            "line_breaks": {"segments": 1, "lost": 0},
            "tabs": {"segments": 1, "lost": 1},
            "emoji": {"segments": 1, "lost": 1},
            "right_to_left": {"segments": 1, "lost": 1},
            "combining_marks": {"segments": 1, "lost": 0},
            "zero_width": {"segments": 1, "lost": 1},
        },
    }


def test_an_empty_table():
    assert translation_metrics([], [])["visited"] == 0
