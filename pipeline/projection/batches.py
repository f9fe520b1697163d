"""Projection over whole tables: batches of paragraphs, each on its own, in one process or several.

The same pure function runs on every batch, and batches come back in order, so that the result has
the same bytes whatever the number of workers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from pipeline.errors import InputError
from pipeline.projection.decide import Locator
from pipeline.projection.lexicon import Lexicon, train
from pipeline.projection.locate import locate_rows, native_rows
from pipeline.projection.marked import STYLES, Markers
from pipeline.projection.rescue import OUTCOMES, Answers, Group, cases, pairs, places, requests, settle
from pipeline.projection.settings import RescueSettings
from pipeline.segmentation import texts
from pipeline.tables import PARAGRAPHS, SPANS

BATCH = 200  # paragraphs; about a second's work, a few MB
# Fewer paragraphs than this are done before a second process has started.
WORTH_A_POOL = 5 * BATCH

Progress = Callable[[int], object]
Ask = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Translates texts; None where there is no translation."""


def locate_table(
    layout: pa.Table, translations: pa.Table, locator: Locator | None, workers: int, progress: Progress = lambda _: None
) -> tuple[pa.Table, pa.Table]:
    """(paragraphs, spans) of a layout (tables.PARAGRAPHS, tables.SPANS).

    locator: None for a corpus that is in its language already. Tells progress each batch's size.
    """
    known = dict(zip(translations["text"].to_pylist(), translations["translation"].to_pylist(), strict=True))
    jobs = (located_job(batch, known) for batch in layout.to_batches(max_chunksize=BATCH))
    done = over(partial(locate_batch, locator=locator), jobs, workers if layout.num_rows >= WORTH_A_POOL else 1)
    paragraphs, spans = [], []
    for placed, found in done:
        paragraphs.append(placed)
        spans.append(found)
        progress(placed.num_rows)
    return pa.concat_tables([PARAGRAPHS.empty_table(), *paragraphs]), pa.concat_tables([SPANS.empty_table(), *spans])


def located_job(batch: pa.RecordBatch, known: Mapping[str, str | None]) -> tuple[list, dict[str, str | None]]:
    """A batch's rows and the translations that they can ask for."""
    rows = batch.to_pylist()
    keys = {text.strip() for row in rows for _, text in texts(row)} | {row["context"].strip() for row in rows}
    return rows, {key: known[key] for key in keys if key in known}


def locate_batch(job: tuple[list, dict[str, str | None]], locator: Locator | None) -> tuple[pa.Table, pa.Table]:
    rows, translations = job
    paragraphs, spans = locate_rows(rows, translations, locator) if locator else native_rows(rows)
    return pa.Table.from_pylist(paragraphs, schema=PARAGRAPHS), pa.Table.from_pylist(spans, schema=SPANS)


def rescue_table(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    ask: Ask,
    locator: Locator,
    settings: RescueSettings,
    workers: int,
    progress: Progress = lambda _: None,
    markers: tuple[Markers, ...] = STYLES,
) -> tuple[pa.Table, dict[str, int]]:
    """(spans, what rescue cost and brought): requests and characters sent, cases by outcome.

    markers: the styles that the translator keeps, the best first.
    """

    def paragraph_groups() -> Iterator[Group]:
        return groups(layout, paragraphs, spans, markers)

    answers: dict[str, str | None] = {}
    for _ in range(settings.rounds):
        asked = {text for group in paragraph_groups() for text in requests(group, answers, settings)}
        if not asked:
            break
        answers |= ask(sorted(asked))
    cost = Counter(dict.fromkeys(OUTCOMES, 0), requests=len(answers), characters=sum(map(len, answers)))
    lexicon = None
    if locator.settings.words == "corpus":
        lexicon = train(list(dict.fromkeys(chain.from_iterable(map(pairs, paragraph_groups())))))
    jobs = (settle_job(some, answers, settings, lexicon) for some in chunks(paragraph_groups()))
    work = partial(settle_batch, locator=locator, settings=settings)
    settled = []
    for table, outcomes in over(work, jobs, workers if layout.num_rows >= WORTH_A_POOL else 1):
        settled.append(table)
        cost.update(outcomes)
        progress(BATCH)
    return pa.concat_tables([SPANS.empty_table(), *settled]), dict(cost)


def settle_job(
    some: list[Group], answers: Answers, settings: RescueSettings, lexicon: Lexicon | None
) -> tuple[list[Group], Answers]:
    """Some paragraphs, with their aligned places if there is a lexicon, and the answers to what they ask."""
    asked = {text for group in some for case in cases(group, settings) for _, text in case.attempts}
    if lexicon:
        # Here and not in the workers, since a lexicon is large.
        some = [replace(group, places=places(group, answers, settings, lexicon)) for group in some]
    return some, {text: answers[text] for text in asked & answers.keys()}


def settle_batch(
    job: tuple[list[Group], Answers], locator: Locator, settings: RescueSettings
) -> tuple[pa.Table, Counter[str]]:
    rows, outcomes = [], Counter()
    for group in job[0]:
        settled, counted = settle(group, job[1], locator, settings)
        rows += settled
        outcomes += counted
    return pa.Table.from_pylist(rows, schema=SPANS), outcomes


def groups(
    layout: pa.Table, paragraphs: pa.Table, spans: pa.Table, markers: tuple[Markers, ...] = STYLES
) -> Iterator[Group]:
    """Each paragraph with its own rows of the three tables, in order.

    Raises InputError when the tables are not of one build.
    """
    rows = iter_rows(spans)
    held = next(rows, None)
    for laid, placed in zip(iter_rows(layout), iter_rows(paragraphs), strict=True):
        own = []
        while held is not None and paragraph_key(held) == paragraph_key(laid):
            own.append(held)
            held = next(rows, None)
        yield Group(laid, placed, own, markers=markers)
    if held is not None:
        raise InputError(f"spans: question {held['question_id']!r} is not in the layout; rebuild from segment on")


def paragraph_key(row: Mapping[str, Any]) -> tuple[str, int, int]:
    return row["split"], row["article"], row["paragraph"]


def iter_rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=BATCH):
        yield from batch.to_pylist()


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists of BATCH items, the last one shorter."""
    iterator = iter(items)
    while some := list(islice(iterator, BATCH)):
        yield some


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
