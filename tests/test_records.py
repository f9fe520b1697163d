"""Tests of records: the rows of dropped answers."""

from spanferry.records import CandidateRow, Field, Method, Placement, Reason, SpanRow

OTHER = CandidateRow(4, "dijk", Method.FUZZY, 0.5)
ROW = SpanRow(
    split="dev",
    article=0,
    paragraph=1,
    title="Oostwerd",
    question_id="q",
    field=Field.ANSWERS,
    index=0,
    source_text="dam",
    source_start=8,
    translation="dam",
    marked=None,
    placement=Placement("dam", 3, Method.EXACT, 1.0, 0.4, 1, 2),
    reason=None,
    candidates=(OTHER,),
)


def test_a_dropped_span_becomes_the_first_candidate() -> None:
    dropped = ROW.dropped(Reason.AMBIGUOUS)
    assert (dropped.placement, dropped.reason) == (None, Reason.AMBIGUOUS)
    assert dropped.candidates == (CandidateRow(3, "dam", Method.EXACT, 1.0), OTHER)


def test_an_answer_without_a_span_keeps_its_candidates_when_dropped() -> None:
    assert ROW.dropped(Reason.AMBIGUOUS).dropped(Reason.NOT_FOUND).candidates[1:] == (OTHER,)


def test_spans_are_half_open() -> None:
    assert ROW.source_span == (8, 11)
    assert ROW.placement is not None
    assert ROW.placement.span == (3, 6)
