"""Rescue over whole tables, in one process or on many machines.

    layout, paragraphs, spans ──> cases ──requests──> translator ──replies──> RescueJob ──settle_batch──> spans

This process finds the cases, asks, and reads the replies; the workers decide again. Paragraphs without a case pass
through unchanged: they are neither converted to records nor sent anywhere.
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
    Ask,
    MarkerResult,
    Outcome,
    RescueCase,
    RescueJob,
    SettledParagraph,
    WantedAnswer,
    add_hint,
    ask_in_rounds,
    find_cases,
    settle,
    target_text,
    translation_pairs,
)
from spanferry.projection.settings import RescueSettings
from spanferry.projection.tokenized import IntArray
from spanferry.records import SpanRow

# Paragraphs whose requests are made together: all 20,239 of SQuAD2.0, so that the progress bar can estimate the end.
# They take some 200 MB.
WINDOW = 25_000

Progress = Callable[[int], object]
_RESULTS = schema_of(RescueJob).field("results")


@dataclass(frozen=True)
class ParagraphCases:
    """The cases of one paragraph, and its texts."""

    source: SourceText
    target: TargetText
    cases: list[RescueCase]


def rescue_table(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    ask: Ask,
    locator: Locator,
    settings: RescueSettings,
    workers: int,
) -> tuple[pa.Table, dict[str, int]]:
    """Return (spans, cost) as a whole table; see `rescue_batches`."""
    with LocalExecutor(workers) as executor:
        settled, cost = rescue_batches(layout, paragraphs, spans, ask, locator, settings, executor)
        return pa.concat_tables([schema_of(SpanRow).empty_table(), *settled]), dict(cost)


def rescue_batches(
    layout: BatchSource,
    paragraphs: BatchSource,
    spans: BatchSource,
    ask: Ask,
    locator: Locator,
    settings: RescueSettings,
    executor: Executor,
    progress: Progress = lambda _: None,
    markers: tuple[Markers, ...] = STYLES,
) -> tuple[Iterator[pa.Table], Counter[str]]:
    """Return (spans in order, a window of paragraphs at a time; the cost, complete when all were taken).

    The cost has the number of requests (distinct ones of each WINDOW of paragraphs), their characters, and the answers
    by outcome. markers: the styles that the translator keeps, best first. Raises InputError when the tables do not come
    from one build.
    """
    cost = Counter[str](dict.fromkeys([*(outcome.value for outcome in Outcome), "requests", "characters"], 0))

    def ask_and_count(texts: Sequence[str]) -> Mapping[str, str | None]:
        cost.update(requests=len(texts), characters=sum(map(len, texts)))
        return ask(texts)

    def settle_windows() -> Iterator[pa.Table]:
        tables = layout, paragraphs, spans
        lexicon = learn_lexicon(*tables) if locator.settings.words == "corpus" else None
        for window in group_by_paragraph(*tables, WINDOW):
            rows, wanted = cases_of_window(window, settings, markers)
            cases = [case for paragraph in wanted for case in paragraph.cases]
            replies = iter(ask_in_rounds(cases, settings.rounds, ask_and_count))
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
    """Return the rows of paragraphs (ParagraphGroup) that have cases, and their cases."""
    counts = pc.list_value_length(window["spans"]).to_numpy()
    spans = unnest_spans(window["spans"])
    wanted = numpy_of(pc.and_(is_wanted(spans, settings.below), repeat(is_translated(window), counts)))
    owners = np.repeat(np.arange(window.num_rows), counts)[wanted]
    columns = spans.filter(pa.array(wanted)).select(["source_start", "source_text", "translation"])
    answers = [WantedAnswer(*row) for row in zip(*(column.to_pylist() for column in columns.columns), strict=True)]
    rows, starts = np.unique(owners, return_index=True)
    texts = window.take(rows)
    found = [
        ParagraphCases(source, target, find_cases(source, target, answers[low:high], settings, markers))
        for source, target, low, high in zip(
            from_structs(texts["source"], SourceText),
            from_structs(texts["target"], TargetText),
            starts,
            [*starts[1:], len(answers)],
            strict=False,
        )
    ]
    has_cases = np.array([bool(each.cases) for each in found], bool)
    return rows[has_cases], [each for each in found if each.cases]


def is_wanted(spans: pa.Table, below: float) -> pa.ChunkedArray:
    """Whether each answer (SpanRow) has no span, and might get one, or has one that is less probable than this."""
    can_change = pc.invert(pc.is_in(spans["reason"], value_set=pa.array([reason.value for reason in FINAL])))
    return pc.if_else(pc.is_valid(spans["reason"]), can_change, pc.less(spans["probability"], below))


def is_translated(window: pa.Table) -> IntArray:
    """Whether each paragraph (ParagraphGroup) has a translation."""
    return numpy_of(pc.is_valid(pc.struct_field(window["target"], "context")))


def repeat(values: IntArray, counts: IntArray) -> pa.Array:
    """Repeat each paragraph's value for each of its answers."""
    return pa.array(np.repeat(values, counts))


def with_hints(
    paragraph: ParagraphCases, results: Sequence[MarkerResult], lexicon: Lexicon | None
) -> tuple[MarkerResult, ...]:
    """Add the hints of word alignment to a paragraph's results. The lexicon is too large to send to the workers."""
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
    """Learn from a corpus which words translate which."""
    pairs: Iterable[tuple[str, str]] = (
        pair
        for table in group_by_paragraph(layout, paragraphs, spans, grouping.BATCH)
        for group in from_table(table, ParagraphGroup)
        for pair in translation_pairs(group.source, group.target, group.spans)
    )
    return train(list(dict.fromkeys(pairs)))
