"""Projection over whole tables: batches of paragraphs, each on its own, in one process or several.

The same pure function runs on every batch, and batches come back in order, so that the result has
the same bytes whatever the number of workers.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from pipeline.projection.decide import Locator
from pipeline.projection.locate import locate_rows, native_rows
from pipeline.tables import PARAGRAPHS, SPANS

BATCH = 200  # paragraphs; about a second's work, a few MB
# Fewer paragraphs than this are done before a second process has started.
WORTH_A_POOL = 5 * BATCH

Progress = Callable[[int], object]
Tables = tuple[pa.Table, pa.Table]


def locate_table(
    layout: pa.Table, translations: pa.Table, locator: Locator | None, workers: int, progress: Progress = lambda _: None
) -> Tables:
    """(paragraphs, spans) of a layout (tables.PARAGRAPHS, tables.SPANS).

    locator: None for a corpus that is in its language already. Tells progress each batch's size.
    """
    known = dict(zip(translations["text"].to_pylist(), translations["translation"].to_pylist(), strict=True))
    jobs = ((batch, needed(batch, known)) for batch in layout.to_batches(max_chunksize=BATCH))
    done = over(partial(locate_batch, locator=locator), jobs, workers if layout.num_rows >= WORTH_A_POOL else 1)
    paragraphs, spans = [], []
    for placed, found in done:
        paragraphs.append(placed)
        spans.append(found)
        progress(placed.num_rows)
    return pa.concat_tables([PARAGRAPHS.empty_table(), *paragraphs]), pa.concat_tables([SPANS.empty_table(), *spans])


def needed(batch: pa.RecordBatch, known: dict[str, str | None]) -> dict[str, str | None]:
    """The translations that a batch of layout rows can ask for."""
    from pipeline.segmentation import texts

    wanted = (text.strip() for row in batch.to_pylist() for _, text in texts(row))
    return {text: known.get(text) for text in wanted}


def locate_batch(job: tuple[pa.RecordBatch, dict[str, str | None]], locator: Locator | None) -> Tables:
    batch, translations = job
    rows = batch.to_pylist()
    paragraphs, spans = locate_rows(rows, translations, locator) if locator else native_rows(rows)
    return pa.Table.from_pylist(paragraphs, schema=PARAGRAPHS), pa.Table.from_pylist(spans, schema=SPANS)


def over(function: Callable[[Any], Any], jobs: Iterable[Any], workers: int) -> Iterator[Any]:
    """function over jobs, results in order; in a process pool when there are several workers."""
    if workers < 2:
        yield from map(function, jobs)
        return
    # "spawn": a forked child would inherit the threads' locks of Arrow and of progress bars.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: list[Any] = []
        for job in jobs:
            waiting.append(pool.submit(function, job))
            # A few batches ahead keep the workers busy and memory bounded.
            if len(waiting) > 2 * workers:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()
