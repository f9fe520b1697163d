"""Runs `locate` on whole tables, in one process or on many machines.

layout, translations ──LocateJob──> locate_batch ──LocatedParagraph──> paragraphs, spans
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import BatchSource, from_table, schema_of, to_table
from spanferry.executors import Executor, LocalExecutor
from spanferry.projection import grouping
from spanferry.projection.grouping import flatten_answers, nest, unnest_spans
from spanferry.projection.locate import LocatedParagraph, LocateJob, locate_native, locate_paragraphs
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import Locator
from spanferry.records import SpanRow, TargetParagraph

# Paragraphs that are located together. With more, Python's garbage collector takes what numpy saves.
TOGETHER = 50

Progress = Callable[[int], object]


def locate_table(
    layout: pa.Table,
    translations: pa.Table,
    locator: Locator | None,
    workers: int,
    progress: Progress = lambda _: None,
) -> tuple[pa.Table, pa.Table]:
    """Return (paragraphs, spans) of a layout as whole tables. See `locate_batches`."""
    with LocalExecutor(workers) as executor:
        parts = list(locate_batches(layout, TranslationLookup(translations), locator, executor, progress))
    return (
        pa.concat_tables([schema_of(TargetParagraph).empty_table(), *(paragraphs for paragraphs, _ in parts)]),
        pa.concat_tables([schema_of(SpanRow).empty_table(), *(spans for _, spans in parts)]),
    )


def locate_batches(
    layout: BatchSource,
    lookup: TranslationLookup,
    locator: Locator | None,
    executor: Executor,
    progress: Progress = lambda _: None,
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Yield (paragraphs, spans) of a layout (TargetParagraph, SpanRow), in order. Only a few batches are in memory.

    locator: None for a corpus that is already in the target language. progress: called with the size of each batch.
    """
    jobs = (join_translations(batch, lookup) for batch in layout.to_batches(grouping.BATCH))
    for located in executor.map(partial(locate_batch, locator=locator), jobs):
        paragraphs = [pa.RecordBatch.from_struct_array(chunk) for chunk in located["paragraph"].chunks]
        yield pa.Table.from_batches(paragraphs, schema_of(TargetParagraph)), unnest_spans(located["spans"])
        progress(located.num_rows)


def join_translations(batch: pa.RecordBatch, lookup: TranslationLookup) -> pa.Table:
    """Return paragraphs (SourceParagraph) with their translations (LocateJob)."""
    contexts: list[str] = batch["context"].to_pylist()
    sentences = batch["sentences"]
    counts = pc.list_value_length(sentences).to_numpy()
    flat = sentences.flatten()
    starts, ends = (pc.struct_field(flat, name).to_numpy().tolist() for name in ("start", "end"))
    owners = np.repeat(np.arange(len(contexts)), counts).tolist()
    texts = [contexts[owner][start:end] for owner, start, end in zip(owners, starts, ends, strict=True)]
    answers = flatten_answers(batch["questions"])
    answer_texts = [text.strip() for text in answers.texts.to_pylist()]
    return pa.Table.from_arrays(
        [
            batch.to_struct_array(),
            nest(pa.array(lookup.get_all(texts), pa.string()), counts),
            nest(pa.array(lookup.get_all(answer_texts), pa.string()), answers.counts),
            pa.array(lookup.get_all([context.strip() for context in contexts]), pa.string()),
        ],
        schema=schema_of(LocateJob),
    )


def locate_batch(jobs: pa.Table, locator: Locator | None) -> pa.Table:
    """Locate the answers of paragraphs (LocateJob -> LocatedParagraph)."""
    given = list(from_table(jobs, LocateJob))
    if locator is None:
        return to_table([locate_native(job.paragraph) for job in given], LocatedParagraph)
    parts = (given[first : first + TOGETHER] for first in range(0, len(given), TOGETHER))
    return to_table([each for part in parts for each in locate_paragraphs(part, locator)], LocatedParagraph)
