"""Tests of consistency: answers at one place of a source paragraph get one span in its translation."""

import pytest
from msgspec.structs import replace
from spanferry.projection.consistency import key_of, penalise, reconcile
from spanferry.records import CandidateRow, Field, Method, Placement, Reason, SpanRow

SOURCE = "It stood about 12 metres below the old dam."
TARGET = "Het stond zo'n twaalf meter onder de oude dam."


def row(source: str, target: str, probability: float, *others: str) -> SpanRow:
    return SpanRow(
        split="dev",
        article=0,
        paragraph=0,
        title="Dam",
        question_id="q",
        field=Field.ANSWERS,
        index=0,
        source_text=source,
        source_start=SOURCE.index(source),
        translation=None,
        marked=None,
        placement=Placement(target, TARGET.index(target), Method.EXACT, 1.0, probability, 2, 3),
        reason=None,
        candidates=tuple(CandidateRow(TARGET.index(text), text, Method.FUZZY, 0.9) for text in others),
    )


def placement(row: SpanRow) -> Placement:
    assert row.placement is not None
    return row.placement


def agreed(*rows: SpanRow) -> list[tuple[str, float]]:
    placements = [placement(row) for row in reconcile(rows, TARGET)]
    assert all(TARGET[one.start :].startswith(one.text) for one in placements)
    return [(one.text, one.probability) for one in placements]


def test_spans_that_agree_stay_as_they_are():
    rows = [row("12 metres", "twaalf meter", 0.6), row("12", "twaalf", 0.5), row("old dam", "oude dam", 0.4)]
    assert agreed(*rows) == [("twaalf meter", 0.6), ("twaalf", 0.5), ("oude dam", 0.4)]


@pytest.mark.parametrize("probability", [0.3, 0.9])
def test_the_outer_span_grows_to_hold_the_inner_one(probability):
    rows = [row("about 12 metres", "twaalf meter", 0.5), row("about 12", "zo'n twaalf", probability)]
    assert agreed(*rows) == [("zo'n twaalf meter", 0.5), ("zo'n twaalf", probability)]


def test_the_less_probable_span_moves_to_its_own_candidate_that_agrees():
    rows = [row("12 metres", "twaalf meter", 0.9), row("12", "oude dam", 0.5, "zo'n", "twaalf")]
    assert agreed(*rows) == [("twaalf meter", 0.9), ("twaalf", pytest.approx(penalise(0.5)))]


def test_a_span_that_moves_changes_places_with_its_candidate():
    _, moved = reconcile([row("12 metres", "twaalf meter", 0.9), row("12", "oude dam", 0.5, "zo'n", "twaalf")], TARGET)
    one = placement(moved)
    assert (one.method, one.score, one.occurrence, one.occurrences) == (Method.FUZZY, 0.9, 1, 1)
    candidates = [(other.text, other.method, other.score) for other in moved.candidates]
    assert candidates == [("oude dam", Method.EXACT, 1.0), ("zo'n", Method.FUZZY, 0.9)]


def test_a_contradiction_counts_once():
    strong, weak = reconcile([row("12 metres", "twaalf meter", 0.95), row("12", "oude dam", 0.5)], TARGET)
    first = placement(weak).probability
    # A second decision gives the same result.
    strong, weak = reconcile([strong, weak], TARGET, {key_of(strong): strong})
    assert placement(weak).probability == first
    # The earlier span of the stronger answer agreed with both.
    strong, weak = reconcile([strong, weak], TARGET, {key_of(strong): row("12 metres", "oude dam", 0.95)})
    assert placement(weak).probability == penalise(first)
    strong, weak = reconcile([strong, weak], TARGET, {key_of(weak): weak})
    assert placement(weak).probability == penalise(penalise(first))


def test_a_contradiction_that_cannot_be_resolved_lowers_the_probability():
    rows = [row("12 metres", "twaalf meter", 0.95), row("12", "oude dam", 0.5)]
    assert agreed(*rows) == [("twaalf meter", 0.95), ("oude dam", pytest.approx(penalise(0.5)))]
    assert penalise(0.5) < 0.2


def test_two_different_answers_cannot_share_a_span():
    rows = [row("12 metres", "twaalf meter", 0.8), row("old dam", "twaalf meter", 0.5, "oude dam")]
    assert agreed(*rows) == [("twaalf meter", 0.8), ("oude dam", pytest.approx(penalise(0.5)))]


def test_every_row_of_an_answer_changes_alike():
    twice = [row("12", "oude dam", 0.5, "twaalf"), row("12", "oude dam", 0.5, "twaalf")]
    assert agreed(row("12 metres", "twaalf meter", 0.9), *twice)[1:] == [("twaalf", pytest.approx(penalise(0.5)))] * 2


def test_an_answer_without_a_span_is_ignored():
    lost = replace(row("12 metres", "twaalf meter", 0.9), placement=None, reason=Reason.NOT_FOUND)
    kept = row("12", "oude dam", 0.5)
    assert reconcile([lost, kept], TARGET) == [lost, kept]


def test_the_input_rows_are_not_changed():
    rows = [row("12 metres", "twaalf meter", 0.9), row("12", "oude dam", 0.5, "twaalf")]
    copies = [replace(each) for each in rows]
    reconcile(rows, TARGET)
    assert rows == copies
