"""Imports and exports translations as TMX files."""

from collections import Counter
from itertools import islice
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.translation.memory.statistics import existing_log
from spanferry.translation.memory.store import Scope, open_memory, translation_log
from spanferry.translation.memory.tmx import read_tmx, write_tmx

BATCH = 10_000  # translations to append and sync at once


class ImportResult(Struct, frozen=True):
    """The numbers of texts that an import added, replaced, and left unchanged."""

    new: int
    replaced: int
    same: int


def import_tmx(folder: Path, scope: Scope, path: Path) -> ImportResult:
    """Add the translations of a TMX file to a scope.

    They replace existing translations of the same texts in all paragraphs. Raises InputError for a broken file, of
    which nothing is imported, and TranslationError when the memory is locked.
    """
    for _ in read_tmx(path, scope.source, scope.target):
        pass  # reads the whole file once, so that a broken file is noticed before anything is written
    counts: Counter[str] = Counter()
    with_context = {entry.text for entry in translation_log(folder).records() if entry.context and entry.scope == scope}
    with open_memory(folder, scope) as memory:
        pairs = read_tmx(path, scope.source, scope.target)
        while batch := dict(islice(pairs, BATCH)):
            current = {text: memory.get(text) for text in batch}
            counts["same"] += sum(current[text] == translation for text, translation in batch.items())
            counts["new"] += sum(current[text] is None and text not in with_context for text in batch)
            memory.add((text, "", translation) for text, translation in batch.items() if current[text] != translation)
            memory.sync()
            counts["all"] += len(batch)
    return ImportResult(counts["new"], counts["all"] - counts["new"] - counts["same"], counts["same"])


def export_tmx(folder: Path, scope: Scope, path: Path) -> int:
    """Write the translations of a scope as TMX, sorted by text. Returns their number. Raises InputError if it is 0."""
    translations = {
        (entry.text, entry.context): entry.translation
        for entry in existing_log(folder).records()
        if entry.scope == scope
    }
    if not translations:
        raise InputError(
            f"{folder}: the memory has no translations by {scope.translator} from {scope.source} to {scope.target}"
        )
    pairs = ((text, translations[text, context]) for text, context in sorted(translations))
    write_tmx(path, pairs, scope.source, scope.target)
    return len(translations)
