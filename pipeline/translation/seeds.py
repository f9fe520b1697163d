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

from pipeline import tables
from pipeline.errors import InputError
from pipeline.tables import TRANSLATIONS
from pipeline.translation.memory import Scope

METADATA = b"spanferry"
"""Where a table of translations says whose they are: a Scope as JSON in the Arrow schema's metadata."""
GIVEN = b"spanferry.given"
"""Where it says which rows are not the translator's work: a 1 or 0 each; missing when none has a 1."""


@dataclass(frozen=True)
class Seed:
    """What a table has of a translator's work: translations by text."""

    scope: Scope
    rows: Mapping[str, str]


def schema(scope: Scope, given: str = "") -> pa.Schema:
    """tables.TRANSLATIONS with what says whose the rows are; given: as GIVEN."""
    noted = {METADATA: json.dumps(asdict(scope), sort_keys=True)}
    return TRANSLATIONS.with_metadata(noted | {GIVEN: given} if "1" in given else noted)


def read_seeds(paths: Iterable[Path], tell: Callable[[str], object]) -> Iterator[Seed]:
    """What tables of earlier runs have of translators' work.

    Files that do not exist and tables that do not say whose they are are passed over; so is one that cannot
    be read, which is told.
    """
    for path in paths:
        if not path.exists():
            continue
        try:
            table = tables.read(path, TRANSLATIONS)
        except InputError as error:
            tell(f"passed over: {error}")
            continue
        metadata = table.schema.metadata or {}
        try:
            scope = msgspec.json.decode(metadata.get(METADATA, b""), type=Scope)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        given = metadata.get(GIVEN, b"").ljust(table.num_rows, b"0")
        rows = zip(table["text"].to_pylist(), table["translation"].to_pylist(), given, strict=False)
        own = {text: translation for text, translation, noted in rows if translation is not None and noted != ord("1")}
        yield Seed(scope, own)
