"""Rescue over whole tables, in one process or on many machines.

    layout, paragraphs, spans ──JOB──> rescue_batch ──SETTLED──> spans
                                ^            │
                                └─answers────┴──what to ask──> translator

A worker says what a paragraph asks for as long as something is without an answer, and settles it when nothing is.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import schema_of
from spanferry.executors import Executor, LocalExecutor
from spanferry.projection import grouping as batches
from spanferry.projection.grouping import GROUP, SPAN_LISTS, grouped, unnested
from spanferry.projection.lexicon import Lexicon, train
from spanferry.projection.lookup import Batches
from spanferry.projection.marked import STYLES, Markers
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue import OUTCOMES, Group, cases, hear, pairs, places, settle
from spanferry.projection.settings import RescueSettings
from spanferry.projection.spans import Place
from spanferry.records import SpanRow

# Paragraphs that are asked for together, and held meanwhile: SQuAD2.0's 20,239 at once, so that the bar can tell how
# long still. Some 200 MB.
WINDOW = 25_000

_TEXTS = pa.list_(pa.string())
_ANSWERS = pa.map_(pa.string(), pa.string())
_PLACE = {"start": pa.int32(), "text": pa.string(), "low": pa.int32(), "high": pa.int32(), "share": pa.float64()}
_PLACES = pa.list_(pa.struct(_PLACE))
JOB = GROUP.append(pa.field("places", _PLACES)).append(pa.field("answers", _ANSWERS))
# spans: null as long as something that is asked for has no answer.
SETTLED = pa.schema({"asked": _TEXTS, "spans": SPAN_LISTS, "outcomes": pa.map_(pa.string(), pa.int32())})

Progress = Callable[[int], object]
Map = Callable[[Iterator[pa.Table]], Iterator[pa.Table]]
"""Does its work on batches (executors.Executor.map)."""
Ask = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Translates texts; None where there is no translation."""


def rescue_table(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    ask: Ask,
    locator: Locator,
    settings: RescueSettings,
    workers: int,
) -> tuple[pa.Table, dict[str, int]]:
    """(spans, what rescue cost and brought); see rescued."""
    with LocalExecutor(workers) as executor:
        settled, cost = rescued(layout, paragraphs, spans, ask, locator, settings, executor)
        return pa.concat_tables([schema_of(SpanRow).empty_table(), *settled]), dict(cost)


def rescued(
    layout: Batches,
    paragraphs: Batches,
    spans: Batches,
    ask: Ask,
    locator: Locator,
    settings: RescueSettings,
    executor: Executor,
    progress: Progress = lambda _: None,
    markers: tuple[Markers, ...] = STYLES,
) -> tuple[Iterator[pa.Table], Counter[str]]:
    """(spans, in order, some at a time; what rescue cost and brought, when they have all been taken).

    The cost: requests (distinct ones of each WINDOW of paragraphs) and their characters, cases by outcome. markers:
    the styles that the translator keeps, the best first. Raises InputError when the tables are not of one build.
    """
    cost = Counter(dict.fromkeys(OUTCOMES, 0), requests=0, characters=0)

    def asking(texts: Sequence[str]) -> Mapping[str, str | None]:
        cost.update(requests=len(texts), characters=sum(map(len, texts)))
        return ask(texts)

    def settled() -> Iterator[pa.Table]:
        tables = layout, paragraphs, spans
        lexicon = learnt(*tables) if locator.settings.words == "corpus" else None
        work = partial(rescue_batch, locator=locator, settings=settings, markers=markers)
        for window in grouped(*tables, WINDOW):
            jobs = with_places(window, lexicon, settings)
            done = settled_window(jobs, partial(executor.map, work), asking, progress)
            for outcomes in done["outcomes"].to_pylist():
                cost.update(dict(outcomes))
            yield unnested(done["spans"])

    return settled(), cost


def learnt(layout: Batches, paragraphs: Batches, spans: Batches) -> Lexicon:
    """Which words translate which in a corpus."""
    return train(list(dict.fromkeys(chain.from_iterable(map(pairs, groups(layout, paragraphs, spans))))))


def groups(layout: Batches, paragraphs: Batches, spans: Batches) -> Iterator[Group]:
    """Each paragraph with its own rows of the three tables, in order. Raises InputError as `grouped` does."""
    for window in grouped(layout, paragraphs, spans, batches.BATCH):
        yield from as_groups(window)


def as_groups(window: pa.Table) -> Iterator[Group]:
    for batch in window.to_batches(batches.BATCH):
        yield from (Group(**row) for row in batch.to_pylist())


def with_places(window: pa.Table, lexicon: Lexicon | None, settings: RescueSettings) -> pa.Table:
    """Paragraphs (GROUP) with the places of their cases by a lexicon (JOB without answers).

    Here and not in the workers, since a lexicon is large.
    """
    found: list[list[Any]] = [[] for _ in range(window.num_rows)]
    if lexicon:
        for mine, group in zip(found, as_groups(window), strict=True):
            aligned = places(group, cases(group, settings), lexicon)
            mine += [(*key, *place.span, place.share) for key, place in aligned.items()]
    return window.append_column("places", pa.array(found, _PLACES))


def settled_window(jobs: pa.Table, work: Map, ask: Ask, progress: Progress) -> pa.Table:
    """Paragraphs (JOB without answers), asked for in turns until each is settled (SETTLED); in order."""
    answers: dict[str, str | None] = {}
    waiting, numbers = jobs, np.arange(jobs.num_rows)
    texts = pa.array([[]] * jobs.num_rows, _TEXTS)
    done, order = [SETTLED.empty_table()], [numbers[:0]]
    while waiting.num_rows:
        heard = [[(text, answers[text]) for text in some] for some in texts.to_pylist()]
        told = pa.concat_tables(work(pieces(waiting.append_column("answers", pa.array(heard, _ANSWERS)))))
        open_ = pc.is_null(told["spans"])
        settled = pc.invert(open_)
        done.append(told.filter(settled))
        order.append(numbers[settled.to_numpy()])
        progress(done[-1].num_rows)
        waiting, numbers, texts = waiting.filter(open_), numbers[open_.to_numpy()], told["asked"].filter(open_)
        if fresh := sorted(set(pc.list_flatten(texts).to_pylist()) - answers.keys()):
            answers |= ask(fresh)
    return pa.concat_tables(done).take(np.argsort(np.concatenate(order)))


def pieces(jobs: pa.Table) -> Iterator[pa.Table]:
    """A table as batches for an executor."""
    return (jobs.slice(at, batches.BATCH) for at in range(0, jobs.num_rows, batches.BATCH))


def rescue_batch(jobs: pa.Table, locator: Locator, settings: RescueSettings, markers: tuple[Markers, ...]) -> pa.Table:
    """Paragraphs with the answers to what they asked for (JOB) -> what they ask for, or their spans (SETTLED)."""
    rows = []
    for job in jobs.to_pylist():
        answers, aligned = dict(job.pop("answers")), job.pop("places")
        found = {(at["start"], at["text"]): Place((at["low"], at["high"]), at["share"]) for at in aligned}
        group = Group(**job, places=found, markers=markers)
        known = cases(group, settings)
        told = [hear(case, answers) for case in known]
        texts = [text for heard in told for text in heard.asked]
        if answers.keys() >= set(texts):
            spans, outcomes = settle(group, known, told, locator)
            rows.append({"asked": [], "spans": spans, "outcomes": list(outcomes.items())})
        else:
            rows.append({"asked": texts, "spans": None, "outcomes": []})
    return pa.Table.from_pylist(rows, schema=SETTLED)
