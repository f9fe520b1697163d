"""Tests of the conversion between records and Arrow tables: schemas, and rows that are unchanged after both ways."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import from_table, schema_of, to_table
from spanferry.records import (
    CandidateRow,
    CheckFailure,
    Field,
    Method,
    ParagraphDecision,
    Placement,
    QuestionDecision,
    Reason,
    Record,
    Repair,
    RepairKind,
    SourceAnswer,
    SourceParagraph,
    SourceQuestion,
    SpanRow,
    TargetParagraph,
    TextSpan,
    TranslationRow,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
INT = st.integers(-(2**31), 2**31 - 1)
SHARE = st.floats(0, 1, width=32)
SPLIT = st.sampled_from(["train", "dev"])
REPAIR = st.none() | st.builds(Repair, st.sampled_from(RepairKind), TEXT, INT)
ANSWERS = st.lists(st.builds(SourceAnswer, TEXT, INT, REPAIR), max_size=2).map(tuple)
SPANS = st.lists(st.builds(TextSpan, INT, INT), max_size=3).map(tuple)
CANDIDATES = st.lists(st.builds(CandidateRow, INT, TEXT, st.sampled_from(Method), SHARE), max_size=2).map(tuple)
PLACEMENT = st.builds(Placement, TEXT, INT, st.sampled_from(Method), SHARE, SHARE, INT, INT)
QUESTIONS = st.lists(st.builds(SourceQuestion, TEXT, TEXT, st.booleans(), ANSWERS, ANSWERS), max_size=2).map(tuple)
DECISIONS = st.lists(st.builds(QuestionDecision, TEXT, st.booleans(), st.none() | st.sampled_from(Reason)), max_size=2)
ROWS: dict[type[Record], st.SearchStrategy[Any]] = {
    TranslationRow: st.builds(TranslationRow, TEXT, st.none() | TEXT, st.none() | st.sampled_from(CheckFailure)),
    SourceParagraph: st.builds(SourceParagraph, SPLIT, INT, INT, TEXT, TEXT, SPANS, QUESTIONS),
    TargetParagraph: st.builds(TargetParagraph, SPLIT, INT, INT, st.none() | TEXT, SPANS),
    SpanRow: st.builds(
        SpanRow,
        split=SPLIT,
        article=INT,
        paragraph=INT,
        title=TEXT,
        question_id=TEXT,
        field=st.sampled_from(Field),
        index=INT,
        source_text=TEXT,
        source_start=INT,
        translation=st.none() | TEXT,
        marked=st.none() | TEXT,
        placement=st.none() | PLACEMENT,
        reason=st.none() | st.sampled_from(Reason),
        candidates=CANDIDATES,
        repair=REPAIR,
    ),
    ParagraphDecision: st.builds(
        ParagraphDecision, SPLIT, INT, INT, st.none() | st.sampled_from(Reason), DECISIONS.map(tuple)
    ),
}


@pytest.mark.parametrize("record", ROWS, ids=lambda record: record.__name__)
@given(data=st.data())
def test_rows_are_unchanged_after_conversion_both_ways(record: type[Record], data: st.DataObject) -> None:
    rows = data.draw(st.lists(ROWS[record], max_size=5))
    table = to_table(rows, record)
    assert from_table(table, record) == rows
    start = data.draw(st.integers(0, len(rows)))
    assert from_table(table.slice(start), record) == rows[start:]
    assert from_table(pa.concat_tables([table, table]), record) == rows * 2


@pytest.mark.parametrize("record", ROWS, ids=lambda record: record.__name__)
@given(data=st.data())
def test_tables_equal_those_that_arrow_creates(record: type[Record], data: st.DataObject) -> None:
    table = to_table(data.draw(st.lists(ROWS[record], max_size=5)), record)
    assert pa.Table.from_pylist(table.to_pylist(), schema=schema_of(record)).equals(table)


def test_an_optional_record_becomes_several_columns() -> None:
    schema = schema_of(SpanRow)
    assert [name for name in schema.names if name in Placement.__struct_fields__] == list(Placement.__struct_fields__)
    assert "placement" not in schema.names


def test_types_of_columns() -> None:
    schema = schema_of(TargetParagraph)
    span = pa.struct([("start", pa.int32()), ("end", pa.int32())])
    assert schema.field("article").type == pa.int32()
    assert schema.field("context").type == pa.string()
    assert schema.field("sentences").type == pa.list_(span)
