"""Locate over whole tables, in one process or on many machines.

layout, translations ──JOB──> locate_batch ──LOCATED──> paragraphs, spans
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from spanferry.arrow import schema_of
from spanferry.executors import Executor, LocalExecutor
from spanferry.projection import grouping as batches
from spanferry.projection.grouping import SPAN_LISTS, nested, unnested
from spanferry.projection.locate import answers, locate_rows, native_rows
from spanferry.projection.lookup import Batches, Known
from spanferry.projection.ranking import Locator
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph
from spanferry.segmentation import texts

_ANSWERED = pa.list_(pa.string())  # a translation, or null, for each text of `translatable`
JOB = schema_of(SourceParagraph).append(pa.field("known", _ANSWERED))
LOCATED = schema_of(TargetParagraph).append(pa.field("spans", SPAN_LISTS))

Progress = Callable[[int], object]


def locate_table(
    layout: pa.Table, translations: pa.Table, locator: Locator | None, workers: int, progress: Progress = lambda _: None
) -> tuple[pa.Table, pa.Table]:
    """(paragraphs, spans) of a layout (schema_of(TargetParagraph), schema_of(SpanRow)); see located."""
    with LocalExecutor(workers) as executor:
        parts = list(located(layout, Known(translations), locator, executor, progress))
    paragraphs, spans = zip(*parts, strict=True) if parts else ((), ())
    return pa.concat_tables([schema_of(TargetParagraph).empty_table(), *paragraphs]), pa.concat_tables(
        [schema_of(SpanRow).empty_table(), *spans]
    )


def located(
    layout: Batches, known: Known, locator: Locator | None, executor: Executor, progress: Progress = lambda _: None
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """(paragraphs, spans) of a layout, in order, some at a time: no more than a few batches are held.

    locator: None for a corpus that is in its language already. Tells progress each batch's size.
    """
    jobs = (located_job(batch, known) for batch in layout.to_batches(max_chunksize=batches.BATCH))
    for done in executor.map(partial(locate_batch, locator=locator), jobs):
        yield done.select(schema_of(TargetParagraph).names), unnested(done["spans"])
        progress(done.num_rows)


def located_job(batch: pa.RecordBatch, known: Known) -> pa.Table:
    """Paragraphs (schema_of(SourceParagraph)) with the translations that each can ask for (JOB)."""
    own = [translatable(row) for row in batch.to_pylist()]
    held = known.of(set().union(*own))
    answered = [[held.get(text) for text in some] for some in own]
    return pa.Table.from_arrays([*batch.columns, pa.array(answered, _ANSWERED)], schema=JOB)


def translatable(row: Mapping[str, Any]) -> list[str]:
    """All that a paragraph (schema_of(SourceParagraph)) can want translated."""
    return [*(text.strip() for _, text in texts(row)), row["context"].strip()]


def locate_batch(jobs: pa.Table, locator: Locator | None) -> pa.Table:
    """Paragraphs with their translations (JOB) -> target paragraphs with their spans (LOCATED)."""
    rows = jobs.to_pylist()
    known = dict(chain.from_iterable(zip(translatable(row), row.pop("known"), strict=True) for row in rows))
    paragraphs, spans = locate_rows(rows, known, locator) if locator else native_rows(rows)
    counts = np.array([sum(1 for _ in answers(row)) for row in rows], int)
    placed = pa.Table.from_pylist(paragraphs, schema=schema_of(TargetParagraph))
    return placed.append_column("spans", nested(pa.Table.from_pylist(spans, schema=schema_of(SpanRow)), counts)).cast(
        LOCATED
    )
