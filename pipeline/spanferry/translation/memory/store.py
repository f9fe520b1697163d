"""The translation memory: one for all corpora, stored in append-only logs.

    memory/translations.jsonl    each good answer: translator, languages, text, translation
    memory/quarantine.jsonl      each bad answer that counts against its text, and whether the text is given up
    memory/usage.jsonl           what services have billed (`ledger`)
    memory/lock                  the lock file of the process that writes

A later record of the same text replaces an earlier one.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from msgspec import Struct, field

from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.glossary import Glossary
from spanferry.translation.memory.journal import Log
from spanferry.translation.memory.ledger import Ledger
from spanferry.translation.memory.white_space import fold_white_space
from spanferry.translation.money import Price

RECENT_TEXTS = 8  # the number of texts to keep for health checks of a service


class Scope(Struct, frozen=True):
    """Everything that determines a translation, except the text and its context."""

    translator: str  # the identity of the engine
    source: str
    target: str


class LogRecord(Struct, frozen=True, omit_defaults=True):
    """The fields that both logs share: the scope and the text of a record."""

    translator: str
    source: str
    target: str
    text: str

    @property
    def scope(self) -> Scope:
        return Scope(self.translator, self.source, self.target)


class Entry(LogRecord, frozen=True, omit_defaults=True):
    """A translation. context: the `context_digest` of what the engine used besides the text."""

    translation: str
    context: str = ""


class FailedAttempt(LogRecord, frozen=True, omit_defaults=True):
    """The state of a text after a bad answer that counts against it.

    failure, answer: the last bad answer that was not empty, or else the first one. failures: the number of bad answers
    that count. repeats: how often the last one occurred in a row. attempt: as in `engines.base.Request`. final: True if
    the text is given up.
    """

    failure: CheckFailure = field(name="fault")
    answer: str
    failures: int = field(name="bad")
    repeats: int = field(name="same")
    attempt: int = 0
    final: bool = False
    context: str = ""


AnyRecord = TypeVar("AnyRecord", Entry, FailedAttempt)


def translation_log(folder: Path) -> Log[Entry]:
    """Return the log of good answers of a memory."""
    return Log(folder / "translations.jsonl", Entry)


def quarantine_log(folder: Path) -> Log[FailedAttempt]:
    """Return the log of bad answers of a memory."""
    return Log(folder / "quarantine.jsonl", FailedAttempt)


def context_digest(context: str, glossary: Glossary = ()) -> str:
    """Return the digest of a paragraph and a glossary for the logs; '' if both are empty."""
    if not context and not glossary:
        return ""
    parts = [context, *(f"{term}\0{translation}" for term, translation in glossary)]
    return blake2b("\0\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def memory_key(text: str, context: str) -> bytes:
    """Return a key of 16 bytes for a text and the digest of its context.

    The 350,000 texts of a corpus themselves would take four times as much memory.
    """
    return blake2b(f"{context}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


@contextmanager
def lock_memory(folder: Path) -> Iterator[None]:
    """Lock the memory while the `with` block runs. Raises TranslationError when another process has locked it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        message = f"{folder}: another process is using the translation memory; wait until it ends, or stop it"
        raise TranslationError(message) from error
    try:
        yield
    finally:
        lock.release()


class Memory:
    """The translations of one scope. The constructor reads the logs; `open_memory` opens them for writing.

    damage: a description of the damage of an earlier crash; '' when there is none. recent_texts: the texts that were
    translated last, except those that equal their translation. price: that of the translator, None if not known.
    """

    def __init__(self, folder: Path, scope: Scope, price: Price | None = None) -> None:
        self.scope = scope
        self._translations, self._quarantine = translation_log(folder), quarantine_log(folder)
        self._by_key: dict[bytes, str] = {}
        self.recent_texts: deque[str] = deque(maxlen=RECENT_TEXTS)
        for entry in self._in_scope(self._translations.records()):
            self._index(entry)
        self._failed = {
            memory_key(attempt.text, attempt.context): attempt for attempt in self._in_scope(self._quarantine.records())
        }
        self.ledger = Ledger(folder, scope.translator, scope.source, scope.target, price)
        self._logs = self._translations, self._quarantine, self.ledger.log
        self.damage = "; ".join(filter(None, (log.damage for log in self._logs)))

    def _in_scope(self, records: Iterable[AnyRecord]) -> Iterator[AnyRecord]:
        translator, source, target = self.scope.translator, self.scope.source, self.scope.target
        for record in records:
            if record.translator == translator and record.source == source and record.target == target:
                yield record

    def _index(self, entry: Entry) -> None:
        self._by_key[memory_key(entry.text, entry.context)] = entry.translation
        if entry.translation != entry.text:
            self.recent_texts.append(entry.text)

    def __len__(self) -> int:
        return len(self._by_key)

    def get(self, text: str, context: str = "") -> str | None:
        """Return the translation of a text, or of the text with its white space folded, or None.

        context: digest of its paragraph, or ''.
        """
        translation = self._by_key.get(memory_key(text, context))
        if translation is None and (folded := fold_white_space(text)) != text:
            return self._by_key.get(memory_key(folded, context))
        return translation

    def failed_attempt(self, text: str, context: str = "") -> FailedAttempt | None:
        """Return the last bad answer that counts against a text, or None. context: digest of its paragraph, or ''."""
        return self._failed.get(memory_key(text, context))

    def add(self, translations: Iterable[tuple[str, str, str]]) -> None:
        """Append (text, digest of its context or '', translation) rows in one write; `sync` makes them durable."""
        translator, source, target = self.scope.translator, self.scope.source, self.scope.target
        entries = [
            Entry(translator, source, target, text, translation, context) for text, context, translation in translations
        ]
        self._translations.append(entries)
        for entry in entries:
            self._index(entry)

    def add_failure(self, attempt: FailedAttempt) -> None:
        """Append a bad answer. After a final one, the text is not sent again until the quarantine is released."""
        self._quarantine.append([attempt])
        self._failed[memory_key(attempt.text, attempt.context)] = attempt

    def sync(self) -> None:
        """Force everything that was added to the disk, so that it survives a power cut."""
        for log in self._logs:
            log.sync()

    def open(self) -> None:
        """Open the logs for appending; the caller holds the lock (see `open_memory`)."""
        for log in self._logs:
            log.open()

    def close(self) -> None:
        """Sync and close the logs."""
        for log in self._logs:
            log.close()


@contextmanager
def open_memory(folder: Path, scope: Scope, price: Price | None = None) -> Iterator[Memory]:
    """Lock the memory, and open one scope of it for writing. A damaged end of a log is cut off.

    Raises TranslationError when another process has locked it.
    """
    with lock_memory(folder):
        memory = Memory(folder, scope, price)
        try:
            memory.open()
            yield memory
        finally:
            memory.close()


def release_quarantine(folder: Path) -> int:
    """Empty the quarantine, so that the next run sends its texts again. Returns the number of these texts."""
    with lock_memory(folder):
        log = quarantine_log(folder)
        texts = {(attempt.scope, attempt.text, attempt.context) for attempt in log.records() if attempt.final}
        log.path.unlink(missing_ok=True)
    return len(texts)
