"""Joins the tables of a corpus into one row per paragraph.

    layout, paragraphs, spans ──group_by_paragraph──> one row per paragraph (ParagraphGroup)

Each such row can be processed on its own. The result does not depend on how the rows are divided into batches, or on
the process that works on them (`spanferry.executors`).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import BatchSource, schema_of
from spanferry.errors import StaleError
from spanferry.projection.tokenized import IntArray
from spanferry.records import Field, Record, SpanRow, TextSpan

BATCH = 200  # paragraphs; they take about a second of work and a few MB


class SourceText(Record, frozen=True, gc=False):
    """A source context and its sentences."""

    context: str
    sentences: tuple[TextSpan, ...]


class TargetText(Record, frozen=True, gc=False):
    """A target context and its sentences. context: None when there is no translation."""

    context: str | None
    sentences: tuple[TextSpan, ...]


class ParagraphGroup(Record, frozen=True, gc=False):
    """A paragraph with the rows of its answers. The questions, which take most of a layout, are left out."""

    source: SourceText
    target: TargetText
    spans: tuple[SpanRow, ...]


GROUP = schema_of(ParagraphGroup)
SPAN_LISTS = GROUP.field("spans").type
_TEXT_COLUMNS = ["context", "sentences"]
_KEY = ["split", "article", "paragraph"]


@dataclass(frozen=True)
class FlatAnswers:
    """The answers of some layout rows, in order: question by question, answers before plausible answers.

    counts: number of answers of each paragraph. question_ids, texts: one entry per answer.
    """

    counts: IntArray
    question_ids: pa.Array
    texts: pa.Array


def flatten_answers(questions: pa.Array | pa.ChunkedArray) -> FlatAnswers:
    """Flatten column `questions` of a layout (records.SourceParagraph)."""
    lists = questions.combine_chunks() if isinstance(questions, pa.ChunkedArray) else questions
    flat = lists.flatten()
    answers = [pc.struct_field(flat, field.value) for field in Field]
    counts = [pc.list_value_length(each).to_numpy() for each in answers]
    owners = np.concatenate([np.repeat(np.arange(len(flat)), each) for each in counts])
    # A stable sort keeps the answers of a question before its plausible answers.
    order = np.argsort(owners, kind="stable")
    texts = pa.concat_arrays([pc.struct_field(each.flatten(), "text") for each in answers])
    before = np.concatenate([[0], np.cumsum(sum(counts))])
    question_ends = np.concatenate([[0], np.cumsum(pc.list_value_length(lists).to_numpy())])
    return FlatAnswers(
        counts=np.diff(before[question_ends]),
        question_ids=pc.struct_field(flat, "id").take(owners[order]),
        texts=texts.take(order),
    )


@dataclass(frozen=True)
class Together:
    """The rows of some paragraphs in the three tables. answers: those of the layout, which the spans belong to."""

    layout: pa.Table
    paragraphs: pa.Table
    spans: pa.Table
    answers: FlatAnswers


def read_together(layout: BatchSource, paragraphs: BatchSource, spans: BatchSource, size: int) -> Iterator[Together]:
    """Yield the rows of the three tables, in order, `size` paragraphs at a time.

    Raises InputError when the tables come from different builds.
    """
    layout_reader, paragraph_reader, span_reader = BatchReader(layout), BatchReader(paragraphs), BatchReader(spans)
    while True:
        sources = layout_reader.take(size)
        answers = flatten_answers(sources["questions"])
        targets, own_spans = paragraph_reader.take(size), span_reader.take(len(answers.question_ids))
        if not have_same_paragraphs(sources, targets):
            raise StaleError("layout.parquet and paragraphs.parquet are from different builds", "segment")
        is_exhausted = not sources.num_rows
        if not have_same_answers(sources, answers, own_spans) or (is_exhausted and span_reader.take(1).num_rows):
            raise StaleError("layout.parquet and spans.parquet are from different builds", "segment")
        if is_exhausted:
            return
        yield Together(sources, targets, own_spans, answers)


def group_by_paragraph(
    layout: BatchSource, paragraphs: BatchSource, spans: BatchSource, size: int
) -> Iterator[pa.Table]:
    """Yield the paragraphs with their rows of the three tables (ParagraphGroup), in order, `size` at a time.

    Raises InputError when the tables come from different builds.
    """
    for rows in read_together(layout, paragraphs, spans, size):
        yield pa.Table.from_arrays(
            [
                as_structs(rows.layout.select(_TEXT_COLUMNS)),
                as_structs(rows.paragraphs.select(_TEXT_COLUMNS)),
                nest(as_structs(rows.spans), rows.answers.counts),
            ],
            schema=GROUP,
        )


def have_same_paragraphs(layout: pa.Table, paragraphs: pa.Table) -> bool:
    """Return whether two tables have the same paragraphs with the same numbers of sentences.

    The target may also have one sentence, for a paragraph that was translated as a whole, or no translation.
    """
    if not layout.select(_KEY).equals(paragraphs.select(_KEY)):
        return False
    in_source, in_target = (pc.list_value_length(table["sentences"]).to_numpy() for table in (layout, paragraphs))
    untranslated = pc.is_null(paragraphs["context"]).to_numpy()
    return bool(np.all(untranslated | (in_source == in_target) | (in_target == 1)))


def have_same_answers(layout: pa.Table, answers: FlatAnswers, spans: pa.Table) -> bool:
    """Return whether the rows of `spans` are the answers of the layout, in order."""
    owners = np.repeat(np.arange(layout.num_rows), answers.counts)
    return spans["question_id"].equals(pa.chunked_array([answers.question_ids])) and layout.select(_KEY).take(
        owners
    ).equals(spans.select(_KEY))


def nest(values: pa.Array, counts: IntArray) -> pa.ListArray:
    """Divide values into lists of these lengths."""
    ends = np.concatenate([[0], np.cumsum(counts)])
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values, type=pa.list_(values.type))


def unnest_spans(lists: pa.ChunkedArray) -> pa.Table:
    """Concatenate lists of SpanRow into one table."""
    batches = [pa.RecordBatch.from_struct_array(chunk.flatten()) for chunk in lists.chunks]
    return pa.Table.from_batches(batches, schema_of(SpanRow))


def as_structs(table: pa.Table) -> pa.StructArray:
    """Return the rows of a table as an array of structs."""
    return table.to_struct_array().combine_chunks()


class BatchReader:
    """A reader that takes any number of rows at a time from a table."""

    def __init__(self, table: BatchSource) -> None:
        self._batches = iter(table.to_batches(BATCH))
        self._buffered = table.schema.empty_table()

    def take(self, count: int) -> pa.Table:
        """Return the next `count` rows, or fewer at the end of the table."""
        parts, missing = [self._buffered], count - self._buffered.num_rows
        while missing > 0 and (batch := next(self._batches, None)) is not None:
            parts.append(pa.Table.from_batches([batch]))
            missing -= batch.num_rows
        buffered = pa.concat_tables(parts)
        self._buffered = buffered.slice(count)
        return buffered.slice(0, count).combine_chunks()
