"""Imports and exports translations as TMX files."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from spanferry.errors import InputError
from spanferry.translation.memory.passed_over import PassedOver
from spanferry.translation.memory.statistics import existing_log
from spanferry.translation.memory.store import Scope, open_memory, translation_log
from spanferry.translation.memory.tmx import read_units, write_tmx

BATCH = 10_000  # translations to append and sync at once


@dataclass(frozen=True)
class ImportResult:
    """The numbers of texts that an import added, replaced, and left unchanged, and of units that it passed over."""

    new: int
    replaced: int
    same: int
    passed_over: PassedOver = field(default_factory=PassedOver)

    @property
    def brought_nothing(self) -> bool:
        """True if the file has no translation between the two languages."""
        return self.new + self.replaced + self.same == 0


def import_tmx(folder: Path, scope: Scope, path: Path) -> ImportResult:
    """Add the translations of a TMX file to a scope.

    They replace existing translations of the same texts in all paragraphs. Raises InputError for a broken file, of
    which nothing is imported, and TranslationError when the memory is locked.
    """
    passed_over = PassedOver()
    # Reads the whole file once, so that a broken file is noticed before anything is written.
    if not sum(1 for _ in read_units(path, scope.source, scope.target, passed_over)):
        return ImportResult(0, 0, 0, passed_over)
    counts: Counter[str] = Counter()
    with_context = {entry.text for entry in translation_log(folder).records() if entry.context and entry.scope == scope}
    with open_memory(folder, scope) as memory:
        pairs = read_units(path, scope.source, scope.target)
        while units := list(islice(pairs, BATCH)):
            batch = {pair.text: pair.translation for pair in units}
            as_written = dict(pair.as_written for pair in units if pair.as_written)
            current = {text: memory.get(text) for text in (*batch, *as_written)}
            counts["same"] += sum(current[text] == translation for text, translation in batch.items())
            counts["new"] += sum(current[text] is None and text not in with_context for text in batch)
            counts["all"] += len(batch)
            batch = as_written | batch
            memory.add((text, "", translation) for text, translation in batch.items() if current[text] != translation)
            memory.sync()
    return ImportResult(counts["new"], counts["all"] - counts["new"] - counts["same"], counts["same"], passed_over)


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
