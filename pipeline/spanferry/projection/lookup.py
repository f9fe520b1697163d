"""The translations of a corpus by text, however many there are."""

import sqlite3
from collections.abc import Sequence

from spanferry.arrow import BatchSource

# Texts in memory; SQuAD2.0 has 350,000, which take 110 MB. The rest goes to a temporary file.
MAX_IN_MEMORY = 400_000
CACHE_KIB = 65_536
BATCH = 10_000


class TranslationLookup:
    """Finds translations by text (records.TranslationRow).

    Beyond MAX_IN_MEMORY texts they are kept in a temporary file, which SQLite removes by itself.
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
        """Return the translation of each text, in order; None where there is none."""
        if self._on_disk is None:
            return [self._in_memory.get(text) for text in texts]
        return [self._get(text, self._on_disk) for text in texts]

    def _get(self, text: str, database: sqlite3.Connection) -> str | None:
        if text in self._in_memory:
            return self._in_memory[text]
        row = database.execute("SELECT translation FROM translations WHERE text = ?", (text,)).fetchone()
        return row[0] if row else None


def temporary_database() -> sqlite3.Connection:
    """Open a database that lives in its cache, spills to an unnamed file, and is gone when closed."""
    database = sqlite3.connect("")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE_KIB}"):
        database.execute(f"PRAGMA {pragma}")
    database.execute("CREATE TABLE translations (text TEXT PRIMARY KEY, translation TEXT) WITHOUT ROWID")
    return database
