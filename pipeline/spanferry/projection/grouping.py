"""Tables as batches of whole paragraphs: each row is a paragraph with all that belongs to it.

    layout, paragraphs, spans ──grouped──> GROUP: one row a paragraph

What is done to such a row depends on that row alone, so that the result is the same however rows are cut into
batches and wherever these go (executors.py).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.projection.lookup import Batches
from spanferry.records import Field, SourceParagraph, SpanRow, TargetParagraph

BATCH = 200  # paragraphs; about a second's work, a few MB

SPAN_LISTS = pa.list_(pa.struct(schema_of(SpanRow)))
_TEXT = ("context", "sentences")  # the questions, which are most of a layout, need not travel
GROUP = pa.schema(
    {
        "layout": pa.struct([schema_of(SourceParagraph).field(name) for name in _TEXT]),
        "paragraph": pa.struct([schema_of(TargetParagraph).field(name) for name in _TEXT]),
        "spans": SPAN_LISTS,
    }
)
_KEY = ["split", "article", "paragraph"]


def nested(spans: pa.Table, counts: np.ndarray) -> pa.ListArray:
    """Rows of schema_of(SpanRow) as lists of so many."""
    ends = np.concatenate([[0], np.cumsum(counts)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), structs(spans), type=SPAN_LISTS)


def unnested(lists: pa.ChunkedArray) -> pa.Table:
    """Lists of rows of schema_of(SpanRow) as one table."""
    batches = [pa.RecordBatch.from_struct_array(chunk.flatten()) for chunk in lists.chunks]
    return pa.Table.from_batches(batches, schema_of(SpanRow))


def grouped(layout: Batches, paragraphs: Batches, spans: Batches, size: int) -> Iterator[pa.Table]:
    """Each paragraph with its own rows of the three tables (GROUP), in order, so many at a time.

    Raises InputError when the tables are not of one build.
    """
    laid, placed, found = BatchReader(layout), BatchReader(paragraphs), BatchReader(spans)
    while True:
        rows = laid.take(size)
        counts, ids = answers_of(rows["questions"])
        others, own = placed.take(size), found.take(len(ids))
        if not one_build(rows, others):
            raise InputError("layout and paragraphs: not of the same build; rebuild from segment on")
        if not one_corpus(rows, counts, ids, own) or (not rows.num_rows and found.take(1).num_rows):
            raise InputError("layout and spans: not of the same build; rebuild from segment on")
        if not rows.num_rows:
            return
        yield pa.Table.from_arrays(
            [structs(rows.select(_TEXT)), structs(others.select(_TEXT)), nested(own, counts)], schema=GROUP
        )


def answers_of(questions: pa.ChunkedArray) -> tuple[np.ndarray, pa.Array]:
    """(how many answers each layout row has, the question's id for each of them)."""
    lists = questions.combine_chunks()
    flat = lists.flatten()
    each = sum(pc.list_value_length(pc.struct_field(flat, field.value)).to_numpy() for field in Field)
    before = np.concatenate([[0], np.cumsum(each)])
    ends = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy())])
    return np.diff(before[ends]), pc.struct_field(flat, "id").take(np.repeat(np.arange(len(flat)), each))


def one_build(layout: pa.Table, paragraphs: pa.Table) -> bool:
    """Whether these are the same paragraphs, cut alike; one that was translated as a whole is one sentence."""
    if not layout.select(_KEY).equals(paragraphs.select(_KEY)):
        return False
    ours, theirs = (pc.list_value_length(table["sentences"]).to_numpy() for table in (layout, paragraphs))
    lost = pc.is_null(paragraphs["context"]).to_numpy()
    return bool(np.all(lost | (ours == theirs) | (theirs == 1)))


def one_corpus(layout: pa.Table, counts: np.ndarray, ids: pa.Array, spans: pa.Table) -> bool:
    """Whether the spans are those of a layout's answers, in order."""
    owners = np.repeat(np.arange(layout.num_rows), counts)
    return spans["question_id"].equals(pa.chunked_array([ids])) and layout.select(_KEY).take(owners).equals(
        spans.select(_KEY)
    )


def structs(table: pa.Table) -> pa.StructArray:
    """The rows of a table as one array."""
    return table.to_struct_array().combine_chunks()


class BatchReader:
    """The rows of a table, so many at a time, however it is cut itself."""

    def __init__(self, table: Batches) -> None:
        self.batches = iter(table.to_batches(BATCH))
        self.held = table.schema.empty_table()

    def take(self, count: int) -> pa.Table:
        """The next rows; fewer at the end."""
        parts, missing = [self.held], count - self.held.num_rows
        while missing > 0 and (batch := next(self.batches, None)) is not None:
            parts.append(pa.Table.from_batches([batch]))
            missing -= batch.num_rows
        held = pa.concat_tables(parts)
        self.held = held.slice(count)
        return held.slice(0, count).combine_chunks()
