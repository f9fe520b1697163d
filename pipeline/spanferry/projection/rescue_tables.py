"""Runs rescue on whole tables, in one process or on many machines.

    layout, paragraphs, spans ──> cases ──requests──> translator ──replies──> RescueJob ──settle_batch──> spans

This process finds the cases, sends the requests and parses the replies. The workers locate the answers again.
Paragraphs without a case are copied unchanged: they are neither converted to records nor sent to a worker.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import BatchSource, ListCodec, codec_of, from_structs, from_table, schema_of, to_table
from spanferry.executors import Executor, LocalExecutor
from spanferry.markers import STYLES, Markers
from spanferry.projection import grouping
from spanferry.projection.grouping import (
    SourceText,
    TargetText,
    group_by_paragraph,
)
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue import (
    MarkerResult,
    Outcome,
    RescueCase,
    RescueJob,
    SettledParagraph,
    TranslateTexts,
    find_cases,
    request_in_rounds,
    settle,
)
from spanferry.projection.settings import RescueSettings
from spanferry.projection.tokenized import IntArray
from spanferry.projection.unsettled import replace_spans, unsettled_answers
from spanferry.records import SpanRow

# Paragraphs whose requests are made together. It is more than the 20,239 of SQuAD2.0, so that the progress bar can
# estimate the remaining time. They take about 200 MB.
WINDOW = 25_000

Progress = Callable[[int], object]
_RESULTS = schema_of(RescueJob).field("results")


def rescue_table(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    translate: TranslateTexts,
    locator: Locator,
    settings: RescueSettings,
    workers: int,
) -> tuple[pa.Table, dict[str, int]]:
    """Return (spans as a whole table, cost). See `rescue_batches`."""
    with LocalExecutor(workers) as executor:
        settled, cost = rescue_batches(layout, paragraphs, spans, translate, locator, settings, executor)
        return pa.concat_tables([schema_of(SpanRow).empty_table(), *settled]), dict(cost)


def rescue_batches(
    layout: BatchSource,
    paragraphs: BatchSource,
    spans: BatchSource,
    translate: TranslateTexts,
    locator: Locator,
    settings: RescueSettings,
    executor: Executor,
    progress: Progress = lambda _: None,
    markers: tuple[Markers, ...] = STYLES,
) -> tuple[Iterator[pa.Table], Counter[str]]:
    """Return (the spans in order, one window of paragraphs at a time; the cost, complete when all spans are read).

    The cost has the number of texts (each counts once per window), their characters, and the number of answers by
    outcome. markers: the marker styles that the translator keeps, best first. Raises InputError when the tables come
    from different builds.
    """
    cost = Counter[str](dict.fromkeys([*(outcome.value for outcome in Outcome), "texts", "characters"], 0))

    def translate_and_count(texts: Sequence[str]) -> Mapping[str, str | None]:
        cost.update(texts=len(texts), characters=sum(map(len, texts)))
        return translate(texts)

    def settle_windows() -> Iterator[pa.Table]:
        tables = layout, paragraphs, spans
        for window in group_by_paragraph(*tables, WINDOW):
            rows, cases = cases_of_window(window, settings, markers)
            replies = iter(request_in_rounds(list(chain.from_iterable(cases)), settings.rounds, translate_and_count))
            results = [tuple(islice(replies, len(each))) for each in cases]
            del cases, replies  # the requests of a whole window
            progress(window.num_rows - len(rows))
            settled = settle_jobs(make_rescue_jobs(window, rows, results), locator, executor, progress)
            outcomes = pc.value_counts(pc.list_flatten(settled["outcomes"]))
            cost.update({entry["values"]: entry["counts"] for entry in outcomes.to_pylist()})
            yield replace_spans(window, rows, settled)

    return settle_windows(), cost


def cases_of_window(
    window: pa.Table, settings: RescueSettings, markers: tuple[Markers, ...]
) -> tuple[IntArray, list[list[RescueCase]]]:
    """Return the indices of the paragraphs (ParagraphGroup) that have cases, and their cases."""
    rows, answers = unsettled_answers(window, settings.below)
    texts = window.select(["source", "target"]).take(rows)
    cases = [
        find_cases(source, target, keys, settings, markers)
        for source, target, keys in zip(
            from_structs(texts["source"], SourceText), from_structs(texts["target"], TargetText), answers, strict=True
        )
    ]
    has_cases = np.array([bool(each) for each in cases], bool)
    return rows[has_cases], [each for each in cases if each]


def make_rescue_jobs(
    window: pa.Table, rows: IntArray, results: Sequence[tuple[MarkerResult, ...]]
) -> Iterator[pa.Table]:
    """Yield batches of RescueJob: some rows of a window (ParagraphGroup) with the results of their answers."""
    codec = ListCodec(codec_of(MarkerResult))
    for start in range(0, len(rows), grouping.BATCH):
        part = slice(start, start + grouping.BATCH)
        yield window.take(rows[part]).append_column(_RESULTS, codec.encode(results[part]))


def settle_jobs(jobs: Iterator[pa.Table], locator: Locator, executor: Executor, progress: Progress) -> pa.Table:
    """Settle paragraphs (RescueJob -> SettledParagraph), in order."""
    parts = [schema_of(SettledParagraph).empty_table()]
    for part in executor.map(partial(settle_batch, locator=locator), jobs):
        parts.append(part)
        progress(part.num_rows)
    return pa.concat_tables(parts)


def settle_batch(jobs: pa.Table, locator: Locator) -> pa.Table:
    """Settle a batch of paragraphs (RescueJob -> SettledParagraph)."""
    return to_table([settle(job, locator) for job in from_table(jobs, RescueJob)], SettledParagraph)
