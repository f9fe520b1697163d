"""Tables of translations: what a run leaves behind, and a later one begins with.

    translations.parquet, marked.parquet ──> Seed ──> the memory

The tables themselves say whose work they are, and which rows are nobody's but the corpus's own.
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
from spanferry.records import TranslationRow
from spanferry.translation.engines.base import CONTEXTUAL
from spanferry.translation.engines.identity import Identity
from spanferry.translation.engines.replay import Replay
from spanferry.translation.memory.store import Memory, Scope, opened

METADATA = b"spanferry"
"""Where a table of translations says whose they are: a Scope as JSON in the Arrow schema's metadata."""
GIVEN = b"spanferry.given"
"""Where it says which rows are not the translator's work: a 1 or 0 each; missing when none has a 1."""
TRUSTED = frozenset({Identity.identity, Replay.identity})
"""Whose work no memory keeps."""


@dataclass(frozen=True)
class Seed:
    """A table of translations, and whose they are."""

    scope: Scope
    table: pa.Table

    def rows(self) -> dict[str, str]:
        """What of it is the translator's work: translations by text."""
        given = (self.table.schema.metadata or {}).get(GIVEN, b"").ljust(self.table.num_rows, b"0")
        rows = zip(self.table["text"].to_pylist(), self.table["translation"].to_pylist(), given, strict=False)
        return {text: translation for text, translation, noted in rows if translation is not None and noted != ord("1")}

    @property
    def lasting(self) -> bool:
        """Whether the memory keeps the translator's work, and it is right whatever paragraph a text stands in."""
        return self.scope.translator not in TRUSTED and not self.scope.translator.endswith(CONTEXTUAL)


def schema(scope: Scope, given: str = "") -> pa.Schema:
    """tables.schema_of(TranslationRow) with what says whose the rows are; given: as GIVEN."""
    noted = {METADATA: json.dumps(asdict(scope), sort_keys=True)}
    return schema_of(TranslationRow).with_metadata(noted | {GIVEN: given} if "1" in given else noted)


def read_prior_tables(paths: Iterable[Path], tell: Callable[[str], object]) -> Iterator[Seed]:
    """The tables of earlier runs.

    Files that do not exist and tables that do not say whose they are are passed over; so is one that cannot
    be read, which is told.
    """
    for path in paths:
        if not path.exists():
            continue
        try:
            table = tables.read(path, TranslationRow)
        except InputError as error:
            tell(f"passed over: {error}")
            continue
        try:
            scope = msgspec.json.decode((table.schema.metadata or {}).get(METADATA, b""), type=Scope)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        yield Seed(scope, table)


def lacking(memory: Memory, seeds: Iterable[Seed], given: Mapping[str, str]) -> dict[str, str]:
    """What tables by the same translator have, and neither the memory nor the corpus's own translations (given)."""
    return {
        text: translation
        for seed in seeds
        if seed.scope == memory.scope
        for text, translation in seed.rows().items()
        if text not in given and memory.get(text) is None
    }


def put(memory: Memory, rows: Mapping[str, str], tell: Callable[[str], object]) -> None:
    """Brings translations of earlier runs into the memory, which is told."""
    if rows:
        memory.put((text, "", translation) for text, translation in rows.items())
        memory.sync()
        tell(f"{len(rows):,} translations of earlier runs by {memory.scope.translator} are brought into the memory")


def bring(folder: Path, seeds: Iterable[Seed], tell: Callable[[str], object]) -> None:
    """Puts into the memory what it lacks of tables that are to be overwritten, whoever made them.

    Raises TranslationError when the memory is locked.
    """
    for seed in seeds:
        if seed.lasting and seed.table.num_rows:
            with opened(folder, seed.scope) as memory:
                if memory.notice:
                    tell(memory.notice)
                put(memory, lacking(memory, [seed], {}), tell)
