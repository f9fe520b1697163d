"""Reads segments from tables, and converts their translations to a table.

Rows are converted a few thousand at a time and without creating records, because a corpus has 350,000 segments.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry import tables
from spanferry.errors import InputError
from spanferry.records import SegmentRow, SourceParagraph
from spanferry.tables import LazyTable
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.memory.prior import translation_schema

ROWS_AT_ONCE = 10_000


def read_segments(path: Path, layout: Path | None = None) -> list[Segment]:
    """Read segments (SegmentRow). With a layout (SourceParagraph), the context of each segment is its paragraph.

    Only engines that use contexts need the layout. Raises InputError.
    """
    table = tables.read(path, SegmentRow)
    contexts = None if layout is None else read_contexts(layout)
    if contexts is not None:
        unknown = (row for row in column_values(table["layout_row"]) if not 0 <= row < len(contexts))
        if (row := next(unknown, None)) is not None:
            raise InputError(f"{path}: column layout_row: {layout} has no row {row}; build it again with `dvc repro`")
    segments = segments_from_table(table, contexts)
    del table
    # Otherwise Arrow keeps the memory of the table for later use: 70 MiB for 350,000 segments.
    pa.default_memory_pool().release_unused()
    return segments


def read_contexts(layout: Path) -> list[str]:
    """Read the paragraphs of a layout, in its order. Raises InputError."""
    batches = LazyTable(layout, SourceParagraph).to_batches(ROWS_AT_ONCE)
    return [context for batch in batches for context in batch["context"].to_pylist()]


def segments_from_table(table: pa.Table, contexts: Sequence[str] | None = None) -> list[Segment]:
    """Return the segments of a table (SegmentRow). contexts: the paragraphs of the layout, if the engine uses them."""
    texts, kinds = column_values(table["text"]), shared_values(table["kind"])
    if contexts is None:
        return [Segment(text, kind) for text, kind in zip(texts, kinds, strict=True)]
    rows: Iterator[int] = column_values(table["layout_row"])
    return [Segment(text, kind, contexts[row]) for text, kind, row in zip(texts, kinds, rows, strict=True)]


def column_values(column: pa.ChunkedArray) -> Iterator[Any]:
    """Yield the values of a column, converted ROWS_AT_ONCE at a time."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), ROWS_AT_ONCE):
            yield from chunk[start : start + ROWS_AT_ONCE].to_pylist()


def shared_values(column: pa.ChunkedArray) -> Iterator[str]:
    """Yield the values of a column with few distinct words. Equal values are the same object."""
    for chunk in column.dictionary_encode().chunks:
        words = chunk.dictionary.to_pylist()
        yield from (words[index] for index in chunk.indices.to_pylist())


def translation_table(
    segments: Sequence[Segment], results: Sequence[TranslationResult], session: TranslationSession
) -> pa.Table:
    """Return segments and their results as a table (TranslationRow), in order.

    The metadata of the schema marks the rows that use the corpus's own translations (`prior.translation_schema`).
    """
    given = "".join("01"[session.uses_corpus_translations(segment.text)] for segment in segments)
    schema = translation_schema(session.scope, given)
    columns = [
        [segment.text for segment in segments],
        [result.text for result in results],
        [result.failure for result in results],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)
