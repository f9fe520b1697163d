"""Looks up the translations of a corpus by text, in bounded memory."""

import sqlite3
from collections.abc import Sequence

from spanferry.arrow import BatchSource

# SQuAD2.0 has 350,000 texts, which take 110 MB. Further texts go to a temporary file.
MAX_IN_MEMORY = 400_000
CACHE_KIB = 65_536
BATCH = 10_000


class TranslationLookup:
    """A lookup table from text to translation (records.TranslationRow).

    Texts beyond MAX_IN_MEMORY are stored in a temporary file, which SQLite removes.
    """

    def __init__(self, translations: BatchSource) -> None:
        self._in_memory: dict[str, str | None] = {}
        self._on_disk: sqlite3.Connection | None = None
        for batch in translations.to_batches(BATCH):
            pairs = zip(batch["text"].to_pylist(), batch["translation"].to_pylist(), strict=True)
            if len(self._in_memory) + batch.num_rows <= MAX_IN_MEMORY:
                self._in_memory.update(pairs)
            else:
                self._on_disk = self._on_disk or temporary_database()
                self._on_disk.executemany("INSERT OR REPLACE INTO translations VALUES (?, ?)", pairs)

    def get_all(self, texts: Sequence[str]) -> list[str | None]:
        """Return the translation of each text, in order; None for a text without one."""
        if self._on_disk is None:
            return [self._in_memory.get(text) for text in texts]
        return [self._get(text, self._on_disk) for text in texts]

    def _get(self, text: str, database: sqlite3.Connection) -> str | None:
        if text in self._in_memory:
            return self._in_memory[text]
        row = database.execute("SELECT translation FROM translations WHERE text = ?", (text,)).fetchone()
        return row[0] if row else None


def temporary_database() -> sqlite3.Connection:
    """Open a database in memory that spills to an unnamed file, and is deleted when it is closed."""
    database = sqlite3.connect("")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE translations (text TEXT PRIMARY KEY, translation TEXT) WITHOUT ROWID")
    return database
