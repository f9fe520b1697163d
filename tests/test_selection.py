"""Tests of selection on a small build in which answers are kept and dropped in every way."""

import dataclasses

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import from_table, schema_of
from spanferry.cleaning import provenance, rejected
from spanferry.errors import InputError
from spanferry.records import (
    Field,
    ParagraphDecision,
    QuestionDecision,
    Reason,
    SourceParagraph,
    SpanRow,
    TargetParagraph,
    TranslationRow,
)
from spanferry.selection import decisions_table, restore_selection, select

from tests.support.tiny_build import build

TINY = build()
SELECTION = TINY.selection()


def without(table: pa.Table, column: str, value: str) -> pa.Table:
    return table.filter(pc.not_equal(table[column], value))


def test_each_question_is_kept_or_has_a_reason() -> None:
    ids, reasons = (SELECTION.questions[name].to_pylist() for name in ("id", "reason"))
    assert dict(zip(ids, reasons, strict=True)) == {
        "dug": None,
        "boats": None,
        "why": Reason.BELOW_THRESHOLD,
        "mayor": None,  # unanswerable, so it is kept without its plausible answer
        "mill": Reason.CONTEXT_UNTRANSLATED,
        "lock": None,  # one annotator of three is lost
        "builders": Reason.AMBIGUOUS,  # reached a later stage than the other annotator's source_mismatch
        "silent": Reason.QUESTION_UNTRANSLATED,
        "tag": Reason.BELOW_THRESHOLD,
        "sign": None,
    }
    assert SELECTION.paragraphs.to_pylist() == [None, Reason.CONTEXT_UNTRANSLATED, None, None]


def test_each_answer_is_kept_or_has_a_reason_and_is_dropped_with_its_question() -> None:
    ids, fields, indexes = (TINY.spans[name].to_pylist() for name in ("question_id", "field", "index"))
    lost = {
        (id_, field, index): reason
        for id_, field, index, reason in zip(ids, fields, indexes, SELECTION.answers.to_pylist(), strict=True)
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
        ("silent", answers, 0): Reason.QUESTION_UNTRANSLATED,  # although it has a span
        ("tag", answers, 0): Reason.BELOW_THRESHOLD,
    }
    assert SELECTION.questions["id"].take(SELECTION.owners).to_pylist() == ids


@given(st.permutations(range(TINY.spans.num_rows)))
def test_the_order_of_spans_does_not_matter(order: list[int]) -> None:
    shuffled = select(TINY.layout, TINY.paragraphs, TINY.spans.take(order), TINY.translations)
    assert shuffled.questions.equals(SELECTION.questions)
    assert shuffled.answers.equals(SELECTION.answers.take(pa.array(order)))


def test_a_native_corpus_needs_no_translations() -> None:
    reasons = select(TINY.layout, TINY.paragraphs, TINY.spans, None).questions["reason"].to_pylist()
    assert Reason.QUESTION_UNTRANSLATED not in reasons


def test_a_question_is_kept_when_any_of_its_answers_is() -> None:
    answers = np.array(TINY.spans["field"].to_pylist()) == Field.ANSWERS
    is_located = np.array(TINY.spans["text"].is_valid().to_pylist()) & answers
    with_any = set(np.array(TINY.spans["question_id"].to_pylist())[is_located])
    for row in SELECTION.questions.to_pylist():
        whole = row["reason"] in (Reason.CONTEXT_UNTRANSLATED, Reason.QUESTION_UNTRANSLATED)
        assert (row["reason"] is None) == (not whole and (row["is_impossible"] or row["id"] in with_any))


TRAIN_ONLY = {name: without(getattr(TINY, name), "split", "dev") for name in ("layout", "paragraphs")}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"paragraphs": TINY.paragraphs.slice(1)},
            "layout.parquet and paragraphs.parquet are from different builds; run `dvc repro --force segment@CORPUS`",
        ),
        (TRAIN_ONLY, "a span is for question 'lock', which layout.parquet does not have; run .* segment@"),
        (
            {"spans": without(TINY.spans, "question_id", "dug")},
            "question 'dug' of layout.parquet has no span; run .* locate@",
        ),
    ],
)
def test_tables_that_do_not_belong_together_are_refused(changed: dict[str, pa.Table], message: str) -> None:
    tiny = dataclasses.replace(TINY, **changed)
    with pytest.raises(InputError, match=message):
        tiny.selection()


def test_an_empty_corpus_has_no_decisions() -> None:
    schemas = (schema_of(SourceParagraph), schema_of(TargetParagraph), schema_of(SpanRow), schema_of(TranslationRow))
    selection = select(*(schema.empty_table() for schema in schemas))
    assert [len(part) for part in (selection.paragraphs, selection.questions, selection.answers, selection.owners)] == [
        0
    ] * 4
    assert decisions_table(schemas[0].empty_table(), selection).num_rows == 0


def cleaned_spans() -> pa.Table:
    """Return the spans as clean writes them: with final reasons, kept before rejected."""
    return pa.concat_tables([provenance(TINY.spans, SELECTION), *rejected(TINY.spans, SELECTION)])


def test_there_is_one_record_of_decisions_for_each_paragraph() -> None:
    rows = from_table(decisions_table(TINY.layout, SELECTION), ParagraphDecision)
    assert [(row.split, row.article, row.paragraph) for row in rows] == [
        ("train", 0, 0),
        ("train", 0, 1),
        ("dev", 0, 0),
        ("dev", 1, 0),
    ]
    assert rows[1] == ParagraphDecision(
        split="train",
        article=0,
        paragraph=1,
        reason=Reason.CONTEXT_UNTRANSLATED,
        questions=(QuestionDecision(id="mill", is_impossible=False, reason=Reason.CONTEXT_UNTRANSLATED),),
    )
    assert rows[3].questions == (
        QuestionDecision(id="tag", is_impossible=False, reason=Reason.BELOW_THRESHOLD),
        QuestionDecision(id="sign", is_impossible=True, reason=None),
    )


def test_the_written_decisions_equal_the_selection() -> None:
    spans = cleaned_spans()
    restored = restore_selection(TINY.layout, decisions_table(TINY.layout, SELECTION), spans)
    assert restored.questions.equals(SELECTION.questions)
    assert restored.paragraphs.equals(SELECTION.paragraphs)
    again = select(TINY.layout, TINY.paragraphs, spans, TINY.translations)
    assert restored.answers.equals(again.answers)
    assert restored.owners.equals(again.owners)


def test_decisions_of_another_build_are_refused() -> None:
    decisions, spans = decisions_table(TINY.layout, SELECTION), cleaned_spans()
    with pytest.raises(
        InputError, match=r"^layout.parquet and decisions.parquet are from different builds; run .* segment@"
    ):
        restore_selection(TINY.layout, decisions.slice(1), spans)
    rows = decisions.to_pylist()
    rows[0]["questions"][0]["id"] = "other"
    renamed = pa.Table.from_pylist(rows, schema=decisions.schema)
    with pytest.raises(
        InputError, match=r"^layout.parquet and decisions.parquet are from different builds; run .* segment@"
    ):
        restore_selection(TINY.layout, renamed, spans)
    rows = decisions.to_pylist()
    rows[0]["questions"][1]["reason"] = Reason.NOT_FOUND
    changed = pa.Table.from_pylist(rows, schema=decisions.schema)
    with pytest.raises(
        InputError, match=r"^decisions.parquet does not fit the answers of question 'boats'; run .* clean@"
    ):
        restore_selection(TINY.layout, changed, spans)
    with pytest.raises(InputError, match=r"^question 'dug' of layout.parquet has no span; run .* locate@"):
        restore_selection(TINY.layout, decisions, without(spans, "question_id", "dug"))
