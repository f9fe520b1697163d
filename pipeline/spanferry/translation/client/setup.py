"""Setting up translation for one corpus: its engine, the live memory, and what is translated already."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

import pyarrow as pa

from spanferry import tables
from spanferry.errors import InputError, ParamsError
from spanferry.executors import Executor, RayExecutor
from spanferry.records import SegmentRow, SourceParagraph
from spanferry.tables import LazyTable
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.session import TranslationResult, TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.ray_actors import spread
from spanferry.translation.engines.registry import Languages, build
from spanferry.translation.engines.replay import Replay
from spanferry.translation.memory.prior import bring, lacking, put, read_prior_tables, schema
from spanferry.translation.memory.store import Memory, Scope, opened
from spanferry.translation.memory.tmx import read_tmx
from spanferry.translation.settings import TranslateSettings, TranslatorSettings

ROWS = 10_000  # taken out of a table at once


@contextmanager
def open_session(
    translator: str,
    languages: Languages,
    *,
    folder: Path,
    translators: Mapping[str, TranslatorSettings] | None = None,
    settings: TranslateSettings | None = None,
    tmx: Path | None = None,
    seeds: Sequence[Path] = (),
    planning: bool = False,
    executor: Executor | None = None,
    progress: Callable[[Counts], object] = lambda counts: None,
    tell: Callable[[str], object] = lambda notice: None,
) -> Iterator[TranslationSession]:
    """A desk for a corpus, as long as the `with` block lasts.

    translator: a name in `translators` or of an engine; folder: of the live memory, which is locked
    meanwhile; tmx: the corpus's own translations, which come first, or None; seeds: tables of
    translations by earlier runs, whose rows fill the memory where it lacks them, those by other
    translators too (files that do not exist are passed over); planning: nothing is sent or written, and
    the memory need not be free; executor: where models work; tell: is told what a person should know.
    What needs a key, the network or much memory is not touched before something must be asked.
    Raises ParamsError, InputError (a broken TMX), TranslationError (memory locked, engine missing).
    """
    settings = settings or TranslateSettings()
    given = dict(read_tmx(tmx, *languages)) if tmx else {}
    engine = build(translator, translators or {}, languages, settings, given)
    if isinstance(engine, Replay) and not tmx:
        raise ParamsError(f"params.yaml: translator {translator!r}: the corpus has no memory (a TMX file) to replay")
    if isinstance(executor, RayExecutor):
        engine = spread(engine, tell)
    scope = Scope(engine.identity, *languages)
    written = list(read_prior_tables(seeds, tell))
    if not planning:
        bring(folder, [seed for seed in written if seed.scope != scope], tell)
    with ExitStack() as stack:
        memory, earlier = None, {}
        if not engine.trusted:
            memory = Memory(folder, scope) if planning else stack.enter_context(opened(folder, scope))
            if memory.notice:
                tell(memory.notice)
            earlier = lacking(memory, written, given)
            # Tables do not say in which paragraph a text was translated: for engines that look at it, they are
            # right for this corpus only, and stay outside.
            if not planning and not engine.uses_context:
                put(memory, earlier, tell)
                earlier = {}
        written.clear()  # tables are as large as the memory
        enter = cache(lambda: stack.enter_context(engine))
        yield TranslationSession(engine, memory, settings, languages, given, earlier, progress, enter)


def read_segments(path: Path, layout: Path | None = None) -> list[Segment]:
    """Reads segments (SegmentRow); with a layout (SourceParagraph), each with the paragraph around it.

    The layout is for engines that use contexts. Raises InputError.
    """
    table = tables.read(path, SegmentRow)
    contexts = None if layout is None else contexts_of(layout)
    if contexts is not None:
        strange = (row for row in values(table["layout_row"]) if not 0 <= row < len(contexts))
        if (row := next(strange, None)) is not None:
            raise InputError(f"{path}: column layout_row: {layout} has no row {row}; rebuild it")
    read = of_table(table, contexts)
    del table
    # Arrow would keep what the file took for the next one: 70 MiB at 350,000 segments.
    pa.default_memory_pool().release_unused()
    return read


def contexts_of(layout: Path) -> list[str]:
    """The paragraphs of a layout, in its order. Raises InputError."""
    batches = LazyTable(layout, SourceParagraph).to_batches(ROWS)
    return [context for batch in batches for context in batch["context"].to_pylist()]


def of_table(table: pa.Table, contexts: Sequence[str] | None = None) -> list[Segment]:
    """The segments of a table (schema_of(SegmentRow)), with their paragraphs where the layout's contexts are given."""
    texts, kinds, rows = values(table["text"]), shared(table["kind"]), values(table["layout_row"])
    around = (contexts[row] for row in rows) if contexts is not None else repeat("", table.num_rows)
    return [Segment(*row) for row in zip(texts, kinds, around, strict=True)]


def values(column: pa.ChunkedArray) -> Iterator[Any]:
    for chunk in column.chunks:
        for at in range(0, len(chunk), ROWS):
            yield from chunk[at : at + ROWS].to_pylist()


def shared(column: pa.ChunkedArray) -> Iterator[str]:
    """A column whose values come again and again: each is one object."""
    for chunk in column.dictionary_encode().chunks:
        words = chunk.dictionary.to_pylist()
        yield from (words[index] for index in chunk.indices.to_pylist())


def to_table(segments: Sequence[Segment], results: Sequence[TranslationResult], desk: TranslationSession) -> pa.Table:
    """Segments and their results, in order (seeds.schema)."""
    noted = schema(desk.scope, "".join("01"[desk.gives(segment.text)] for segment in segments))
    columns = [
        [segment.text for segment in segments],
        [result.text for result in results],
        [result.fault for result in results],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, noted, strict=True)]
    return pa.Table.from_arrays(arrays, schema=noted)
