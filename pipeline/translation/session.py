"""Setting up translation for one corpus: its engine, the live memory, and what is translated already."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyarrow as pa

from pipeline import tables
from pipeline.tables import SEGMENTS, TRANSLATIONS
from pipeline.translation.counts import Counts
from pipeline.translation.drafts import Segment
from pipeline.translation.job import Desk, Translated
from pipeline.translation.memory import Memory, Scope, opened
from pipeline.translation.settings import TranslateSettings, TranslatorSettings
from pipeline.translation.tmx import read_tmx
from pipeline.translation.translators import Languages, build

METADATA = b"spanferry"
"""Where a table of translations says whose they are: a Scope as JSON in the Arrow schema's metadata."""


@contextmanager
def open_desk(
    translator: str,
    languages: Languages,
    *,
    folder: Path,
    translators: Mapping[str, TranslatorSettings] | None = None,
    settings: TranslateSettings | None = None,
    tmx: Path | None = None,
    seeds: Sequence[Path] = (),
    progress: Callable[[Counts], object] = lambda counts: None,
    tell: Callable[[str], object] = lambda notice: None,
) -> Iterator[Desk]:
    """A desk for a corpus, as long as the `with` block lasts.

    translator: a name in `translators` or of an engine; folder: of the live memory, which is locked
    meanwhile; tmx: the corpus's own translations, which come first, or None; seeds: tables of
    translations by earlier runs, whose rows fill the memory where it lacks them (files that do not
    exist are passed over); tell: is told what a person should know.
    Raises ParamsError, InputError (a broken TMX), TranslationError (memory locked, engine missing).
    """
    settings = settings or TranslateSettings()
    given = dict(read_tmx(tmx, *languages)) if tmx else {}
    engine = build(translator, translators or {}, languages, settings, given)
    if engine.vouched:
        with engine:
            yield Desk(engine, None, settings, languages, given, progress)
        return
    with ExitStack() as stack:
        memory = stack.enter_context(opened(folder, Scope(engine.identity, *languages)))
        if memory.notice:
            tell(memory.notice)
        for path in seeds:
            if seeded := seed(memory, path, given):
                tell(f"{path}: {seeded:,} translations brought into the memory")
        stack.enter_context(engine)
        yield Desk(engine, memory, settings, languages, given, progress)


def read_segments(path: Path, contexts: bool) -> list[Segment]:
    """Segments of a table (tables.SEGMENTS); their paragraphs, which are long, only where contexts are used."""
    table = tables.read(path, SEGMENTS)
    columns = [table["text"].to_pylist(), table["kind"].to_pylist()]
    if contexts:
        columns.append(table["context"].to_pylist())
    return [Segment(*row) for row in zip(*columns, strict=True)]


def to_table(segments: Sequence[Segment], results: Sequence[Translated], desk: Desk) -> pa.Table:
    """Segments and their results, in order (tables.TRANSLATIONS), with the translator's scope as metadata."""
    schema = TRANSLATIONS.with_metadata({METADATA: json.dumps(scope_of(desk), sort_keys=True)})
    columns = [
        [segment.text for segment in segments],
        [result.text for result in results],
        [result.fault for result in results],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def scope_of(desk: Desk) -> dict[str, str]:
    return {"translator": desk.translator.identity, "source": desk.source, "target": desk.target}


def seed(memory: Memory, path: Path, given: Mapping[str, str]) -> int:
    """Puts into the memory what a table of the same scope has and it lacks; tells how many.

    Rows that come from the corpus's own translations (given) are not the engine's, and stay out.
    """
    if not path.exists():
        return 0
    table = tables.read(path, TRANSLATIONS)
    scope = memory.scope
    whose = json.loads((table.schema.metadata or {}).get(METADATA, b"null"))
    if whose != {"translator": scope.translator, "source": scope.source, "target": scope.target}:
        return 0
    rows = zip(table["text"].to_pylist(), table["translation"].to_pylist(), strict=True)
    lacking = [
        (text, "", translation)
        for text, translation in rows
        if translation is not None and text not in given and memory.get(text) is None
    ]
    memory.put(lacking)
    memory.sync()
    return len(lacking)
