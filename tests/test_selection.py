"""What is kept and what is dropped, on a small build that has every way of both."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.records import Field, Reason, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.selection import decide

from tests.support.tiny_build import build

TINY = build()
FATES = decide(TINY.layout, TINY.paragraphs, TINY.spans, TINY.translations)


def without(table: pa.Table, column: str, value: str) -> pa.Table:
    return table.filter(pc.not_equal(table[column], value))


def test_each_question_has_its_fate() -> None:
    ids, reasons = (FATES.questions[name].to_pylist() for name in ("id", "reason"))
    assert dict(zip(ids, reasons, strict=True)) == {
        "dug": None,
        "boats": None,
        "why": Reason.BELOW_THRESHOLD,
        "mayor": None,  # unanswerable: it stays without its plausible answer
        "mill": Reason.CONTEXT_UNTRANSLATED,
        "lock": None,  # one annotator of three is lost
        "builders": Reason.AMBIGUOUS,  # got further than the other annotator's source_mismatch
        "silent": Reason.QUESTION_UNTRANSLATED,
        "tag": Reason.BELOW_THRESHOLD,
        "sign": None,
    }
    assert FATES.paragraphs.to_pylist() == [None, Reason.CONTEXT_UNTRANSLATED, None, None]


def test_each_answer_has_its_fate_and_goes_with_its_question() -> None:
    ids, fields, indexes = (TINY.spans[name].to_pylist() for name in ("question_id", "field", "index"))
    lost = {
        (id_, field, index): reason
        for id_, field, index, reason in zip(ids, fields, indexes, FATES.answers.to_pylist(), strict=True)
        if reason
    }
    answers = Field.ANSWERS
    assert lost == {
        ("why", answers, 0): Reason.BELOW_THRESHOLD,
        ("mayor", Field.PLAUSIBLE, 0): Reason.NOT_FOUND,
        ("mill", answers, 0): Reason.CONTEXT_UNTRANSLATED,
        ("lock", answers, 1): Reason.NOT_FOUND,
        ("builders", answers, 0): Reason.AMBIGUOUS,
        ("builders", answers, 1): Reason.SOURCE_MISMATCH,
        ("silent", answers, 0): Reason.QUESTION_UNTRANSLATED,  # was found all the same
        ("tag", answers, 0): Reason.BELOW_THRESHOLD,
    }
    assert FATES.questions["id"].take(FATES.owners).to_pylist() == ids


@given(st.permutations(range(TINY.spans.num_rows)))
def test_the_order_of_spans_does_not_count(order: list[int]) -> None:
    shuffled = decide(TINY.layout, TINY.paragraphs, TINY.spans.take(order), TINY.translations)
    assert shuffled.questions.equals(FATES.questions)
    assert shuffled.answers.equals(FATES.answers.take(pa.array(order)))


def test_a_corpus_in_its_language_needs_no_translations() -> None:
    reasons = decide(TINY.layout, TINY.paragraphs, TINY.spans, None).questions["reason"].to_pylist()
    assert Reason.QUESTION_UNTRANSLATED not in reasons


def test_a_question_without_any_answer_found_is_never_kept_and_no_other_is_dropped_by_answers() -> None:
    """visited = kept + dropped, and each drop has a cause."""
    answers = np.array(TINY.spans["field"].to_pylist()) == Field.ANSWERS
    found = np.array(TINY.spans["text"].is_valid().to_pylist()) & answers
    with_any = set(np.array(TINY.spans["question_id"].to_pylist())[found])
    for row in FATES.questions.to_pylist():
        whole = row["reason"] in (Reason.CONTEXT_UNTRANSLATED, Reason.QUESTION_UNTRANSLATED)
        assert (row["reason"] is None) == (not whole and (row["is_impossible"] or row["id"] in with_any))


TRAIN_ONLY = {name: without(getattr(TINY, name), "split", "dev") for name in ("layout", "paragraphs")}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"paragraphs": TINY.paragraphs.slice(1)}, "layout and paragraphs: not of the same build"),
        (TRAIN_ONLY, "spans: question 'lock' is not in the layout; rebuild from segment on"),
        ({"spans": without(TINY.spans, "question_id", "dug")}, "spans: none for question 'dug'; rebuild from locate"),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(changed: dict[str, pa.Table], told: str) -> None:
    tiny = dataclasses.replace(TINY, **changed)
    with pytest.raises(InputError, match=told):
        decide(tiny.layout, tiny.paragraphs, tiny.spans, tiny.translations)


def test_nothing_at_all_is_nothing_dropped() -> None:
    schemas = (schema_of(SourceParagraph), schema_of(TargetParagraph), schema_of(SpanRow), schema_of(TranslationRow))
    selection = decide(*(schema.empty_table() for schema in schemas))
    assert [len(part) for part in (selection.paragraphs, selection.questions, selection.answers, selection.owners)] == [
        0
    ] * 4
