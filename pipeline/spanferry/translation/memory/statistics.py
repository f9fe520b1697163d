"""Statistics of the translation memory, by translator and languages."""

from collections import Counter
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.translation.memory.journal import Log
from spanferry.translation.memory.store import Entry, Scope, quarantine_log, translation_log

Key = tuple[str, str]
"""(text, digest of its context or '')"""


class ScopeStatistics(Struct, frozen=True):
    """Totals of one scope: distinct texts, their characters, and the texts that were given up, by check failure."""

    scope: Scope
    translations: int
    characters: int
    translated_characters: int
    quarantine: dict[str, int]


class MemoryStatistics(Struct, frozen=True):
    """Totals of a whole memory, and the state of its files."""

    scopes: tuple[ScopeStatistics, ...]
    records: int
    bytes: int
    damage: str  # the damage of a crash, which the next run repairs; '' if there is none


def read_memory_statistics(folder: Path) -> MemoryStatistics:
    """Compute the statistics of a memory. A memory that does not exist is empty."""
    log, quarantine = translation_log(folder), quarantine_log(folder)
    translations: dict[Scope, dict[Key, str]] = {}
    given_up: dict[Scope, dict[Key, str]] = {}
    records = 0
    for entry in log.records():
        records += 1
        translations.setdefault(entry.scope, {})[entry.text, entry.context] = entry.translation
    for attempt in quarantine.records():
        if attempt.final:
            given_up.setdefault(attempt.scope, {})[attempt.text, attempt.context] = attempt.failure
    scopes = sorted(
        translations.keys() | given_up.keys(), key=lambda scope: (scope.translator, scope.source, scope.target)
    )
    return MemoryStatistics(
        scopes=tuple(count_scope(scope, translations.get(scope, {}), given_up.get(scope, {})) for scope in scopes),
        records=records,
        bytes=sum(path.stat().st_size for path in (log.path, quarantine.path) if path.exists()),
        damage="; ".join(filter(None, (log.damage, quarantine.damage))),
    )


def count_scope(scope: Scope, translations: dict[Key, str], given_up: dict[Key, str]) -> ScopeStatistics:
    """Count the translations of a scope, and the texts that were given up and not translated later."""
    failures = Counter(failure for key, failure in given_up.items() if key not in translations)
    return ScopeStatistics(
        scope=scope,
        translations=len(translations),
        characters=sum(len(text) for text, _ in translations),
        translated_characters=sum(len(translation) for translation in translations.values()),
        quarantine=dict(sorted(failures.items())),
    )


def existing_log(folder: Path) -> Log[Entry]:
    """Return the log of good answers. Raises InputError when the memory does not exist."""
    log = translation_log(folder)
    if not log.path.exists():
        raise InputError(f"{log.path}: the memory does not exist yet; a build creates it")
    return log
