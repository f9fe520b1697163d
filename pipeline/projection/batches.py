"""Projection over whole tables: batches of paragraphs, each on its own, in one process or on many machines.

    layout, translations ──JOB──> locate_batch ──LOCATED──> paragraphs, spans
    layout, paragraphs, spans, answers ──GROUP──> settle_batch ──SETTLED──> spans

Each row of a batch is a paragraph with all that it needs, so that the result is the same however rows are cut
into batches and wherever these go (executors.py).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, islice
from typing import Any

import pyarrow as pa

from pipeline.errors import InputError
from pipeline.executors import Executor, Local
from pipeline.projection.decide import Locator
from pipeline.projection.known import Batches, Known
from pipeline.projection.lexicon import Lexicon, train
from pipeline.projection.locate import answers, locate_rows, native_rows
from pipeline.projection.marked import STYLES, Markers
from pipeline.projection.records import Place
from pipeline.projection.rescue import OUTCOMES, Answers, Group, cases, pairs, places, requests, settle
from pipeline.projection.settings import RescueSettings
from pipeline.segmentation import texts
from pipeline.tables import LAYOUT, PARAGRAPHS, SPANS

BATCH = 200  # paragraphs; about a second's work, a few MB

_ANSWERED = pa.list_(pa.string())  # a translation, or null, for each text of `translatable`
_TEXTS = pa.map_(pa.string(), pa.string())  # text -> translation, of those that there are
_PLACE = {"start": pa.int32(), "text": pa.string(), "low": pa.int32(), "high": pa.int32(), "share": pa.float64()}
_SPANS = pa.list_(pa.struct(SPANS))

JOB = LAYOUT.append(pa.field("known", _ANSWERED))
LOCATED = PARAGRAPHS.append(pa.field("spans", _SPANS))
GROUP = pa.schema(
    {
        "layout": pa.struct(LAYOUT),
        "paragraph": pa.struct(PARAGRAPHS),
        "spans": _SPANS,
        "answers": _TEXTS,
        "places": pa.list_(pa.struct(_PLACE)),
    }
)
SETTLED = pa.schema({"spans": _SPANS, "outcomes": pa.map_(pa.string(), pa.int32())})

Progress = Callable[[int], object]
Ask = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Translates texts; None where there is no translation."""


def locate_table(
    layout: pa.Table, translations: pa.Table, locator: Locator | None, workers: int, progress: Progress = lambda _: None
) -> tuple[pa.Table, pa.Table]:
    """(paragraphs, spans) of a layout (tables.PARAGRAPHS, tables.SPANS); see located."""
    parts = list(located(layout, Known(translations), locator, Local(workers), progress))
    paragraphs, spans = zip(*parts, strict=True) if parts else ((), ())
    return pa.concat_tables([PARAGRAPHS.empty_table(), *paragraphs]), pa.concat_tables([SPANS.empty_table(), *spans])


def located(
    layout: Batches, known: Known, locator: Locator | None, executor: Executor, progress: Progress = lambda _: None
) -> Iterator[tuple[pa.Table, pa.Table]]:
    """(paragraphs, spans) of a layout, in order, some at a time: no more than a few batches are held.

    locator: None for a corpus that is in its language already. Tells progress each batch's size.
    """
    jobs = (located_job(batch, known) for batch in layout.to_batches(max_chunksize=BATCH))
    for done in executor.map(partial(locate_batch, locator=locator), jobs):
        yield done.select(PARAGRAPHS.names), unnested(done["spans"])
        progress(done.num_rows)


def located_job(batch: pa.RecordBatch, known: Known) -> pa.Table:
    """Paragraphs (LAYOUT) with the translations that each can ask for (JOB)."""
    own = [translatable(row) for row in batch.to_pylist()]
    held = known.of(set().union(*own))
    answered = [[held.get(text) for text in some] for some in own]
    return pa.Table.from_arrays([*batch.columns, pa.array(answered, _ANSWERED)], schema=JOB)


def translatable(row: Mapping[str, Any]) -> list[str]:
    """All that a paragraph (LAYOUT) can want translated."""
    return [*(text.strip() for _, text in texts(row)), row["context"].strip()]


def locate_batch(jobs: pa.Table, locator: Locator | None) -> pa.Table:
    """Paragraphs with their translations (JOB) -> target paragraphs with their spans (LOCATED)."""
    rows = jobs.to_pylist()
    known = dict(chain.from_iterable(zip(translatable(row), row.pop("known"), strict=True) for row in rows))
    paragraphs, spans = locate_rows(rows, known, locator) if locator else native_rows(rows)
    counts = (sum(1 for _ in answers(row)) for row in rows)
    placed = pa.Table.from_pylist(paragraphs, schema=PARAGRAPHS)
    return placed.append_column("spans", nested(spans, counts)).cast(LOCATED)


def nested(spans: list[dict[str, Any]], counts: Iterable[int]) -> pa.ListArray:
    """Rows of SPANS as lists of so many."""
    ends = list(accumulate(counts, initial=0))
    table = pa.Table.from_pylist(spans, schema=SPANS)
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), table.to_struct_array().combine_chunks(), type=_SPANS)


def unnested(spans: pa.ChunkedArray) -> pa.Table:
    """Lists of rows of SPANS as one table."""
    batches = [pa.RecordBatch.from_struct_array(chunk.flatten()) for chunk in spans.chunks]
    return pa.Table.from_batches(batches, SPANS)


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
    settled, cost = rescued(layout, paragraphs, spans, ask, locator, settings, Local(workers))
    return pa.concat_tables([SPANS.empty_table(), *settled]), dict(cost)


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

    Asks before it returns. The cost: requests and characters sent, cases by outcome. markers: the styles that the
    translator keeps, the best first.
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

    def settled() -> Iterator[pa.Table]:
        jobs = (settle_job(some, answers, settings, lexicon) for some in chunks(paragraph_groups()))
        work = partial(settle_batch, locator=locator, settings=settings, markers=markers)
        for done in executor.map(work, jobs):
            for outcomes in done["outcomes"].to_pylist():
                cost.update(dict(outcomes))
            yield unnested(done["spans"])
            progress(done.num_rows)

    return settled(), cost


def settle_job(some: list[Group], answers: Answers, settings: RescueSettings, lexicon: Lexicon | None) -> pa.Table:
    """Paragraphs with the answers to what they ask, and their aligned places if there is a lexicon (GROUP)."""
    rows = []
    for group in some:
        asked = {text for case in cases(group, settings) for _, text in case.attempts}
        # Here and not in the workers, since a lexicon is large.
        found = places(group, answers, settings, lexicon) if lexicon else {}
        rows.append(
            {
                "layout": group.layout,
                "paragraph": group.paragraph,
                "spans": group.spans,
                "answers": [(text, answers[text]) for text in asked if text in answers],
                "places": [(*key, *place.span, place.share) for key, place in found.items()],
            }
        )
    return pa.Table.from_pylist(rows, schema=GROUP)


def settle_batch(jobs: pa.Table, locator: Locator, settings: RescueSettings, markers: tuple[Markers, ...]) -> pa.Table:
    """Paragraphs with what they asked for (GROUP) -> their spans (SETTLED)."""
    rows = []
    for job in jobs.to_pylist():
        found = {(at["start"], at["text"]): Place((at["low"], at["high"]), at["share"]) for at in job["places"]}
        group = Group(job["layout"], job["paragraph"], job["spans"], found, markers)
        spans, outcomes = settle(group, dict(job["answers"]), locator, settings)
        rows.append({"spans": spans, "outcomes": list(outcomes.items())})
    return pa.Table.from_pylist(rows, schema=SETTLED)


def groups(
    layout: Batches, paragraphs: Batches, spans: Batches, markers: tuple[Markers, ...] = STYLES
) -> Iterator[Group]:
    """Each paragraph with its own rows of the three tables, in order.

    Raises InputError when the tables are not of one build.
    """
    if layout.num_rows != paragraphs.num_rows:
        raise InputError("layout and paragraphs: not of the same build; rebuild from segment on")
    rows = iter_rows(spans)
    held = next(rows, None)
    for laid, placed in zip(iter_rows(layout), iter_rows(paragraphs), strict=True):
        alike = placed["context"] is None or len(placed["sentences"] or ()) == len(laid["sentences"])
        if not alike or paragraph_key(laid) != paragraph_key(placed):
            raise InputError("layout and paragraphs: not of the same build; rebuild from segment on")
        own = []
        while held is not None and paragraph_key(held) == paragraph_key(laid):
            own.append(held)
            held = next(rows, None)
        yield Group(laid, placed, own, markers=markers)
    if held is not None:
        raise InputError(f"spans: question {held['question_id']!r} is not in the layout; rebuild from segment on")


def paragraph_key(row: Mapping[str, Any]) -> tuple[str, int, int]:
    return row["split"], row["article"], row["paragraph"]


def iter_rows(table: Batches) -> Iterator[dict[str, Any]]:
    for batch in table.to_batches(max_chunksize=BATCH):
        yield from batch.to_pylist()


def chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    """Lists of BATCH items, the last one shorter."""
    iterator = iter(items)
    while some := list(islice(iterator, BATCH)):
        yield some
