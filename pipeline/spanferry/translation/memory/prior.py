"""Imports the tables of translations by earlier runs into the memory.

    translations.parquet, marked.parquet ──> PriorTable ──> Memory

The metadata of a table contains its scope (translator and languages), and marks the rows that come from the corpus's
own translations and not from the translator.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pyarrow as pa
from msgspec.structs import asdict

from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.printing import plural
from spanferry.records import TranslationRow
from spanferry.translation.engines.base import CONTEXT_SUFFIX
from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.replay import Replay
from spanferry.translation.memory.store import Memory, Scope, open_memory

SCOPE_KEY = b"spanferry"
"""The metadata key of the Scope of a table, as JSON."""
GIVEN_KEY = b"spanferry.given"
"""The metadata key of a string with one digit per row: 1 if the row uses the corpus's own translations, else 0.

The key is missing if all digits are 0.
"""
TRUSTED_ENGINES = frozenset({Identity.identity, Replay.identity})
"""Identities of the engines whose translations are not stored in the memory."""


@dataclass(frozen=True)
class PriorTable:
    """A table of translations (TranslationRow) and their scope."""

    scope: Scope
    table: pa.Table

    def translations(self) -> dict[str, str]:
        """Return text -> translation for the rows that come from the translator."""
        given = (self.table.schema.metadata or {}).get(GIVEN_KEY, b"").ljust(self.table.num_rows, b"0")
        rows = zip(self.table["text"].to_pylist(), self.table["translation"].to_pylist(), given, strict=False)
        return {text: translation for text, translation, flag in rows if translation is not None and flag != ord("1")}

    @property
    def is_reusable(self) -> bool:
        """True if the memory stores translations by this translator, and they apply to every paragraph."""
        return self.scope.translator not in TRUSTED_ENGINES and not self.scope.translator.endswith(CONTEXT_SUFFIX)


def translation_schema(scope: Scope, given: str = "") -> pa.Schema:
    """Return the schema of a table of translations (TranslationRow) with the metadata of a PriorTable.

    given: one '1' or '0' for each row, as GIVEN_KEY describes.
    """
    metadata: dict[bytes | str, bytes | str] = {SCOPE_KEY: json.dumps(asdict(scope), sort_keys=True)}
    if "1" in given:
        metadata[GIVEN_KEY] = given
    return schema_of(TranslationRow).with_metadata(metadata)


def read_prior_tables(paths: Iterable[Path], notify: Callable[[str], object]) -> Iterator[PriorTable]:
    """Read the tables of earlier runs.

    Skips files that do not exist and tables without a scope. Skips and reports a table that cannot be read.
    """
    for path in paths:
        if not path.exists():
            continue
        try:
            table = tables.read(path, TranslationRow)
        except InputError as error:
            notify(f"translations of an earlier run are not used: {error}")
            continue
        try:
            scope = msgspec.json.decode((table.schema.metadata or {}).get(SCOPE_KEY, b""), type=Scope)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        yield PriorTable(scope, table)


def missing_from(memory: Memory, prior: Iterable[PriorTable], given: Mapping[str, str]) -> dict[str, str]:
    """Return the prior translations in the scope of the memory that neither the memory nor `given` has.

    given: the corpus's own translations by text.
    """
    return {
        text: translation
        for table in prior
        if table.scope == memory.scope
        for text, translation in table.translations().items()
        if text not in given and memory.get(text) is None
    }


def add_to_memory(memory: Memory, translations: Mapping[str, str], notify: Callable[[str], object]) -> None:
    """Add prior translations to the memory, and report their number to `notify`."""
    if translations:
        memory.add((text, "", translation) for text, translation in translations.items())
        memory.sync()
        notify(f"imported {plural(len(translations), 'translation')} of earlier runs by {memory.scope.translator}")


def import_prior(folder: Path, prior: Iterable[PriorTable], notify: Callable[[str], object]) -> None:
    """Import tables that are about to be overwritten, by any translator: add the translations that the memory lacks.

    Raises TranslationError when the memory is locked.
    """
    for table in prior:
        if table.is_reusable and table.table.num_rows:
            with open_memory(folder, table.scope) as memory:
                if memory.damage:
                    notify(memory.damage)
                add_to_memory(memory, missing_from(memory, [table], {}), notify)
