"""The translations of a corpus, to be looked up by text, however many they are."""

import sqlite3
from collections.abc import Iterable
from typing import Protocol

import pyarrow as pa

# Texts that are held in memory; SQuAD2.0 has 350,000, which take 110 MB.
HELD = 400_000
CACHE_KIB = 65_536
BATCH = 10_000


class Batches(Protocol):
    """A pa.Table, or a tables.Stored."""

    num_rows: int
    schema: pa.Schema

    def to_batches(self, max_chunksize: int) -> Iterable[pa.RecordBatch]: ...


class Known:
    """text -> translation (None where there is none), of a table (schema_of(TranslationRow)).

    What is more than HELD texts goes to a temporary file, which SQLite removes by itself.
    """

    def __init__(self, translations: Batches) -> None:
        self.held: dict[str, str | None] = {}
        self.stored: sqlite3.Connection | None = None
        for batch in translations.to_batches(BATCH):
            pairs = zip(batch["text"].to_pylist(), batch["translation"].to_pylist(), strict=True)
            if len(self.held) + batch.num_rows <= HELD:
                self.held.update(pairs)
            else:
                self.stored = self.stored or temporary()
                self.stored.executemany("INSERT OR REPLACE INTO known VALUES (?, ?)", pairs)

    def of(self, texts: Iterable[str]) -> dict[str, str | None]:
        """The translations of those texts that there are."""
        found = {}
        for text in texts:
            if text in self.held:
                found[text] = self.held[text]
            elif self.stored:
                found.update(self.stored.execute("SELECT text, translation FROM known WHERE text = ?", (text,)))
        return found


def temporary() -> sqlite3.Connection:
    """A database that goes to a file when it outgrows its cache, and nowhere after that."""
    database = sqlite3.connect("")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE known (text TEXT PRIMARY KEY, translation TEXT) WITHOUT ROWID")
    return database
