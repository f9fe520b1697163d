"""Spans of one paragraph that must agree, since their sources do."""

import pytest
from spanferry.projection.consistency import doubt, reconcile

SOURCE = "It stood about 12 metres below the old dam."
TARGET = "Het stond zo'n twaalf meter onder de oude dam."


def row(source: str, target: str, probability: float, *others: str) -> dict:
    return {
        "source_text": source,
        "source_start": SOURCE.index(source),
        "text": target,
        "start": TARGET.index(target),
        "probability": probability,
        "method": "exact",
        "score": 1.0,
        "occurrence": 2,
        "occurrences": 3,
        "candidates": [{"start": TARGET.index(text), "text": text, "method": "fuzzy", "score": 0.5} for text in others],
    }


def agreed(*rows: dict) -> list[tuple[str, float]]:
    reconcile(list(rows), TARGET)
    assert all(TARGET[one["start"] :].startswith(one["text"]) for one in rows)
    return [(one["text"], one["probability"]) for one in rows]


def test_spans_that_agree_are_left_as_they_are():
    rows = [row("12 metres", "twaalf meter", 0.6), row("12", "twaalf", 0.5), row("old dam", "oude dam", 0.4)]
    assert agreed(*rows) == [("twaalf meter", 0.6), ("twaalf", 0.5), ("oude dam", 0.4)]


@pytest.mark.parametrize("sure", [0.3, 0.9])
def test_the_outer_grows_to_hold_the_inner(sure):
    rows = [row("about 12 metres", "twaalf meter", 0.5), row("about 12", "zo'n twaalf", sure)]
    assert agreed(*rows) == [("zo'n twaalf meter", 0.5), ("zo'n twaalf", sure)]


def test_the_weaker_moves_to_a_candidate_of_its_own_that_fits():
    rows = [row("12 metres", "twaalf meter", 0.9), row("12", "oude dam", 0.5, "zo'n", "twaalf")]
    assert agreed(*rows) == [("twaalf meter", 0.9), ("twaalf", 0.5)]


def test_what_moves_changes_places_with_its_candidate():
    moved = row("12", "oude dam", 0.5, "zo'n", "twaalf")
    agreed(row("12 metres", "twaalf meter", 0.9), moved)
    assert (moved["method"], moved["score"], moved["occurrence"], moved["occurrences"]) == ("fuzzy", 0.5, 1, 1)
    told = [(other["text"], other["method"], other["score"]) for other in moved["candidates"]]
    assert told == [("oude dam", "exact", 1.0), ("zo'n", "fuzzy", 0.5)]


def test_a_contradiction_counts_once():
    sure, weak = row("12 metres", "twaalf meter", 0.95), row("12", "oude dam", 0.5)
    reconcile([sure, weak], TARGET)
    doubted = weak["probability"]
    key = sure["source_start"], sure["source_text"]
    reconcile([sure, weak], TARGET, {key: dict(sure)})  # decided anew, to the same place
    assert weak["probability"] == doubted
    reconcile([sure, weak], TARGET, {key: sure | row("12 metres", "oude dam", 0.95)})  # it lay where both agreed
    assert weak["probability"] == doubt(doubted)
    reconcile([sure, weak], TARGET, {(weak["source_start"], weak["source_text"]): dict(weak)})
    assert weak["probability"] == doubt(doubt(doubted))


def test_a_contradiction_that_nothing_mends_is_doubted():
    rows = [row("12 metres", "twaalf meter", 0.95), row("12", "oude dam", 0.5)]
    assert agreed(*rows) == [("twaalf meter", 0.95), ("oude dam", pytest.approx(doubt(0.5)))]
    assert doubt(0.5) < 0.2


def test_two_answers_at_one_place_cannot_both_be_right():
    rows = [row("12 metres", "twaalf meter", 0.8), row("old dam", "twaalf meter", 0.5, "oude dam")]
    assert agreed(*rows) == [("twaalf meter", 0.8), ("oude dam", 0.5)]


def test_every_row_of_an_answer_changes_alike():
    twice = [row("12", "oude dam", 0.5, "twaalf"), row("12", "oude dam", 0.5, "twaalf")]
    assert agreed(row("12 metres", "twaalf meter", 0.9), *twice)[1:] == [("twaalf", 0.5)] * 2


def test_what_was_not_found_has_no_say():
    lost = row("12 metres", "twaalf meter", 0.9) | {"text": None, "start": None, "probability": None}
    found = row("12", "oude dam", 0.5)
    reconcile([lost, found], TARGET)
    assert (found["text"], found["probability"], lost["text"]) == ("oude dam", 0.5, None)
