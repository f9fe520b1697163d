"""The live memory as a whole: what it holds, and its exchange with other tools as TMX."""

from collections import Counter
from itertools import islice
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.translation.memory.journal import Log
from spanferry.translation.memory.store import Entry, Scope, opened, quarantine_log, translation_log
from spanferry.translation.memory.tmx import read_tmx, write_tmx

BATCH = 10_000  # translations appended and synced at once


class ScopeStatistics(Struct, frozen=True):
    """What is held of one scope: distinct texts, characters, and texts given up by fault."""

    scope: Scope
    translations: int
    characters: int
    translated_characters: int
    quarantine: dict[str, int]


class MemoryStatistics(Struct, frozen=True):
    """All that a memory holds, and the state of its files."""

    scopes: tuple[ScopeStatistics, ...]
    records: int
    bytes: int
    damage: str  # what a crash has left behind and the next run mends; or ''


class Imported(Struct, frozen=True):
    """What an import brought: texts that were new, that had another translation, or the same."""

    new: int
    replaced: int
    same: int


def memory_statistics(folder: Path) -> MemoryStatistics:
    """What a memory holds. Raises InputError when there is none."""
    log, lost = existing(folder), quarantine_log(folder)
    held: dict[Scope, dict[tuple[str, str], str]] = {}
    given_up: dict[Scope, dict[tuple[str, str], str]] = {}
    records = 0
    for entry in log.records():
        records += 1
        held.setdefault(entry.scope, {})[entry.text, entry.context] = entry.translation
    for record in lost.records():
        if record.final:
            given_up.setdefault(record.scope, {})[record.text, record.context] = record.fault
    scopes = sorted(held.keys() | given_up.keys(), key=lambda scope: (scope.translator, scope.source, scope.target))
    found = tuple(holding(scope, held.get(scope, {}), given_up.get(scope, {})) for scope in scopes)
    size = sum(path.stat().st_size for path in (log.path, lost.path) if path.exists())
    return MemoryStatistics(found, records, size, "; ".join(filter(None, (log.damage, lost.damage))))


def holding(scope: Scope, held: dict[tuple[str, str], str], given_up: dict[tuple[str, str], str]) -> ScopeStatistics:
    faults = Counter(fault for key, fault in given_up.items() if key not in held)
    texts = sum(len(text) for text, _ in held)
    translations = sum(len(translation) for translation in held.values())
    return ScopeStatistics(scope, len(held), texts, translations, dict(sorted(faults.items())))


def existing(folder: Path) -> Log[Entry]:
    log = translation_log(folder)
    if not log.path.exists():
        raise InputError(f"{log.path}: there is no translation memory yet")
    return log


def import_tmx(folder: Path, scope: Scope, path: Path) -> Imported:
    """Puts a TMX file's translations into a scope, where they replace what it held, in whatever paragraph.

    Raises InputError (a broken file, of which nothing is taken) and TranslationError (locked).
    """
    for _ in read_tmx(path, scope.source, scope.target):
        pass  # to its end, so that a broken one is met before anything is written
    counts: Counter[str] = Counter()
    in_paragraphs = {
        entry.text for entry in translation_log(folder).records() if entry.context and entry.scope == scope
    }
    with opened(folder, scope) as memory:
        pairs = read_tmx(path, scope.source, scope.target)
        while batch := dict(islice(pairs, BATCH)):
            held = {text: memory.get(text) for text in batch}
            counts["same"] += sum(held[text] == translation for text, translation in batch.items())
            counts["new"] += sum(held[text] is None and text not in in_paragraphs for text in batch)
            memory.put((text, "", translation) for text, translation in batch.items() if held[text] != translation)
            memory.sync()
            counts["all"] += len(batch)
    return Imported(counts["new"], counts["all"] - counts["new"] - counts["same"], counts["same"])


def export_tmx(folder: Path, scope: Scope, path: Path) -> int:
    """Writes a scope's translations as TMX, sorted by text; tells how many. Raises InputError when it has none."""
    held = {
        (entry.text, entry.context): entry.translation for entry in existing(folder).records() if entry.scope == scope
    }
    if not held:
        raise InputError(
            f"{folder}: the memory holds nothing by {scope.translator} from {scope.source} to {scope.target}"
        )
    write_tmx(path, ((text, held[text, context]) for text, context in sorted(held)), scope.source, scope.target)
    return len(held)
