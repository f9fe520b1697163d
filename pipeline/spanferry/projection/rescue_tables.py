"""Runs rescue on whole tables, in one process or on many machines.

    layout, paragraphs, spans ──> cases ──requests──> translator ──replies──> RescueJob ──settle_batch──> spans

This process finds the cases, sends the requests and parses the replies. The workers locate the answers again.
Paragraphs without a case are copied unchanged: they are neither converted to records nor sent to a worker.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import BatchSource, ListCodec, codec_of, from_structs, from_table, numpy_of, schema_of, to_table
from spanferry.executors import Executor, LocalExecutor
from spanferry.projection import grouping
from spanferry.projection.grouping import (
    GROUP,
    ParagraphGroup,
    SourceText,
    TargetText,
    group_by_paragraph,
    split_batches,
    unnest_spans,
)
from spanferry.projection.lexicon import Lexicon, train
from spanferry.projection.marked import STYLES, Markers
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue import (
    FINAL,
    MarkerResult,
    Outcome,
    RescueCase,
    RescueJob,
    SettledParagraph,
    TranslateTexts,
    WantedAnswer,
    add_hint,
    find_cases,
    request_in_rounds,
    settle,
    target_text,
    translation_pairs,
)
from spanferry.projection.settings import RescueSettings
from spanferry.projection.tokenized import IntArray
from spanferry.records import SpanRow

# Paragraphs whose requests are made together. It is more than the 20,239 of SQuAD2.0, so that the progress bar can
# estimate the remaining time. They take about 200 MB.
WINDOW = 25_000

Progress = Callable[[int], object]
_RESULTS = schema_of(RescueJob).field("results")


@dataclass(frozen=True)
class ParagraphCases:
    """The texts of a paragraph, and its cases."""

    source: SourceText
    target: TargetText
    cases: list[RescueCase]


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

    The cost has the number of requests (each text counts once per window), their characters, and the number of answers
    by outcome. markers: the marker styles that the translator keeps, best first. Raises InputError when the tables come
    from different builds.
    """
    cost = Counter[str](dict.fromkeys([*(outcome.value for outcome in Outcome), "requests", "characters"], 0))

    def translate_and_count(texts: Sequence[str]) -> Mapping[str, str | None]:
        cost.update(requests=len(texts), characters=sum(map(len, texts)))
        return translate(texts)

    def settle_windows() -> Iterator[pa.Table]:
        tables = layout, paragraphs, spans
        lexicon = learn_lexicon(*tables) if locator.settings.words == "corpus" else None
        for window in group_by_paragraph(*tables, WINDOW):
            rows, wanted = cases_of_window(window, settings, markers)
            cases = [case for paragraph in wanted for case in paragraph.cases]
            replies = iter(request_in_rounds(cases, settings.rounds, translate_and_count))
            results = [with_hints(each, list(islice(replies, len(each.cases))), lexicon) for each in wanted]
            jobs = window.take(rows).append_column(_RESULTS, ListCodec(codec_of(MarkerResult)).encode(results))
            progress(window.num_rows - jobs.num_rows)
            settled = settle_jobs(jobs, locator, executor, progress)
            outcomes = pc.value_counts(pc.list_flatten(settled["outcomes"]))
            cost.update({entry["values"]: entry["counts"] for entry in outcomes.to_pylist()})
            yield merge(window, rows, settled)

    return settle_windows(), cost


def cases_of_window(
    window: pa.Table, settings: RescueSettings, markers: tuple[Markers, ...]
) -> tuple[IntArray, list[ParagraphCases]]:
    """Return the indices of the paragraphs (ParagraphGroup) that have cases, and their cases."""
    counts = pc.list_value_length(window["spans"]).to_numpy()
    spans = unnest_spans(window["spans"])
    wanted = numpy_of(pc.and_(is_wanted(spans, settings.below), repeat(is_translated(window), counts)))
    owners = np.repeat(np.arange(window.num_rows), counts)[wanted]
    columns = spans.filter(pa.array(wanted)).select(["source_start", "source_text", "translation"])
    answers = [WantedAnswer(*row) for row in zip(*(column.to_pylist() for column in columns.columns), strict=True)]
    rows, starts = np.unique(owners, return_index=True)
    texts = window.take(rows)
    paragraphs = [
        ParagraphCases(source, target, find_cases(source, target, answers[low:high], settings, markers))
        for source, target, low, high in zip(
            from_structs(texts["source"], SourceText),
            from_structs(texts["target"], TargetText),
            starts,
            [*starts[1:], len(answers)],
            strict=False,
        )
    ]
    has_cases = np.array([bool(paragraph.cases) for paragraph in paragraphs], bool)
    return rows[has_cases], [paragraph for paragraph in paragraphs if paragraph.cases]


def is_wanted(spans: pa.Table, below: float) -> pa.ChunkedArray:
    """Return, for each answer (SpanRow), whether its span is less probable than `below`, or missing but not FINAL."""
    can_change = pc.invert(pc.is_in(spans["reason"], value_set=pa.array([reason.value for reason in FINAL])))
    return pc.if_else(pc.is_valid(spans["reason"]), can_change, pc.less(spans["probability"], below))


def is_translated(window: pa.Table) -> IntArray:
    """Return, for each paragraph (ParagraphGroup), whether it has a translation."""
    return numpy_of(pc.is_valid(pc.struct_field(window["target"], "context")))


def repeat(values: IntArray, counts: IntArray) -> pa.Array:
    """Repeat the value of each paragraph for each of its answers."""
    return pa.array(np.repeat(values, counts))


def with_hints(
    paragraph: ParagraphCases, results: Sequence[MarkerResult], lexicon: Lexicon | None
) -> tuple[MarkerResult, ...]:
    """Return the results of a paragraph with the hints of word alignment.

    This runs in the calling process, because the lexicon is too large to send to the workers.
    """
    target = target_text(paragraph.target)
    if lexicon is None or target is None:
        return tuple(results)
    return tuple(add_hint(result, case, target, lexicon) for result, case in zip(results, paragraph.cases, strict=True))


def settle_jobs(jobs: pa.Table, locator: Locator, executor: Executor, progress: Progress) -> pa.Table:
    """Settle paragraphs (RescueJob -> SettledParagraph), in order."""
    parts = [schema_of(SettledParagraph).empty_table()]
    for part in executor.map(partial(settle_batch, locator=locator), split_batches(jobs)):
        parts.append(part)
        progress(part.num_rows)
    return pa.concat_tables(parts)


def settle_batch(jobs: pa.Table, locator: Locator) -> pa.Table:
    """Settle a batch of paragraphs (RescueJob -> SettledParagraph)."""
    return to_table([settle(job, locator) for job in from_table(jobs, RescueJob)], SettledParagraph)


def merge(window: pa.Table, rows: IntArray, settled: pa.Table) -> pa.Table:
    """Return the spans (SpanRow) of a window in order: the settled ones at `rows`, the others as they were."""
    unchanged = np.setdiff1d(np.arange(window.num_rows), rows)
    lists = pa.chunked_array(
        [*window["spans"].take(unchanged).chunks, *settled["spans"].chunks], GROUP.field("spans").type
    )
    order = np.argsort(np.concatenate([unchanged, rows]))
    return unnest_spans(lists.take(order))


def learn_lexicon(layout: BatchSource, paragraphs: BatchSource, spans: BatchSource) -> Lexicon:
    """Train a lexicon on the sentences and answers of a corpus."""
    pairs: Iterable[tuple[str, str]] = (
        pair
        for table in group_by_paragraph(layout, paragraphs, spans, grouping.BATCH)
        for group in from_table(table, ParagraphGroup)
        for pair in translation_pairs(group.source, group.target, group.spans)
    )
    return train(list(dict.fromkeys(pairs)))
