"""The live translation memory: an append-only log of JSON lines, one for all corpora.

    memory/translations.jsonl    one line a translation: translator, languages, text, context's digest, translation
    memory/quarantine.jsonl      answers that were refused for good, with the reason; for people to read
    memory/runs.jsonl            what each run asked for and got
    memory/lock                  held by the process that writes

A line is written whole by one call and synced; a crash can tear only the last one, which the next
opening cuts off and tells. Later lines replace earlier ones. Reading needs no lock.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Self

import msgspec
from filelock import FileLock, Timeout
from msgspec import Struct

from pipeline.errors import InputError, TranslationError

TRANSLATIONS, QUARANTINE, RUNS, LOCK = "translations.jsonl", "quarantine.jsonl", "runs.jsonl", "lock"


class Scope(Struct, frozen=True):
    """Everything but the text that changes a translation."""

    translator: str  # the engine's identity
    source: str
    target: str


class Entry(Struct, frozen=True, omit_defaults=True):
    """One line of the log. context: digest of the paragraph around the text, where the engine uses it."""

    translator: str
    source: str
    target: str
    text: str
    translation: str
    context: str = ""

    @property
    def scope(self) -> Scope:
        return Scope(self.translator, self.source, self.target)


class Quarantined(Struct, frozen=True):
    """A text that got no good answer, the fault of the last one, and that answer."""

    translator: str
    source: str
    target: str
    text: str
    fault: str
    answer: str
    attempts: int


_entries = msgspec.json.Decoder(Entry)
_encode = msgspec.json.Encoder().encode


def digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def key(text: str, context: str) -> bytes:
    """16 bytes for a text and its context's digest; both in one scope. (350,000 texts as keys would take 80 MiB.)"""
    return blake2b(f"{context}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Scan:
    """Reads a log's entries in order; afterwards `end`, `torn` and `broken` say in what state it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0  # bytes up to the end of the last good line
        self.torn = 0  # bytes after it
        self.broken = 0  # unreadable lines before it

    def __iter__(self) -> Iterator[Entry]:
        at = unreadable = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    at += len(line)
                    entry = decoded(line)
                    if entry is None:
                        unreadable += 1
                        continue
                    self.end, self.broken = at, unreadable
                    yield entry
        except FileNotFoundError:
            return
        finally:
            self.torn = at - self.end


def decoded(line: bytes) -> Entry | None:
    """A log line -> its entry; None when it is torn or damaged."""
    if not line.endswith(b"\n"):
        return None
    try:
        return _entries.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class Memory:
    """The translations of one scope, in memory by key; new ones are appended to the log.

    `notice` says, after opening, what a crash had left behind; '' when nothing was wrong.
    """

    def __init__(self, folder: Path, scope: Scope) -> None:
        self.folder, self.scope = folder, scope
        self.notice = ""
        self._known: dict[bytes, str] = {}
        self._lock = FileLock(folder / LOCK)
        self._log: IO[bytes] | None = None
        self._end = 0
        self._unsynced = False

    def __enter__(self) -> Self:
        """Locks the memory, cuts off a torn end, and loads the scope. Raises TranslationError when locked."""
        lock(self.folder, self._lock)
        try:
            self._load()
        except BaseException:
            self._lock.release()
            raise
        return self

    def _load(self) -> None:
        path = self.folder / TRANSLATIONS
        scan = Scan(path)
        for entry in scan:
            if entry.scope == self.scope:
                self._known[key(entry.text, entry.context)] = entry.translation
        told = []
        self._log = path.open("ab", buffering=0)
        if scan.torn:
            self._log.truncate(scan.end)
            told.append(f"the last record was torn by a crash; its {scan.torn} bytes are cut off")
        if scan.broken:
            told.append(f"{scan.broken} unreadable lines are passed over")
        self._end = scan.end
        self.notice = f"{path}: {'; '.join(told)}" if told else ""

    def __exit__(self, *_: object) -> None:
        try:
            self.sync()
        finally:
            self._log.close()
            self._lock.release()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str, context: str = "") -> str | None:
        """The translation of a text, if it is held. context: digest of its paragraph, or ''."""
        return self._known.get(key(text, context))

    def put(self, translations: Iterable[tuple[str, str, str]]) -> None:
        """Appends (text, context, translation) rows in one write; `sync` makes them outlive a power cut."""
        lines = []
        for text, context, translation in translations:
            self._known[key(text, context)] = translation
            lines.append(_encode(Entry(*msgspec.structs.astuple(self.scope), text, translation, context)) + b"\n")
        if lines:
            self._append(b"".join(lines))

    def _append(self, data: bytes) -> None:
        try:
            written = self._log.write(data)
            if written != len(data):
                raise OSError(f"{self.folder / TRANSLATIONS}: only {written} of {len(data)} bytes could be written")
        except BaseException:
            # A full disk: leave no half line behind that later ones would be glued to.
            with suppress(OSError):
                self._log.truncate(self._end)
            raise
        self._end += len(data)
        self._unsynced = True

    def sync(self) -> None:
        if self._unsynced:
            os.fsync(self._log.fileno())
            self._unsynced = False

    def note(self, file: str, record: Struct) -> None:
        """Appends a record to one of the logs that only people read."""
        with (self.folder / file).open("ab") as log:
            log.write(_encode(record) + b"\n")


def lock(folder: Path, held: FileLock) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    try:
        held.acquire(timeout=0)
    except Timeout as error:
        raise TranslationError(
            f"{folder}: the translation memory is in use by another process; wait until it ends"
        ) from error


def entries(folder: Path) -> Iterator[Entry]:
    """Every entry of a memory, in the order of writing; reading needs no lock. Raises InputError when there is none."""
    path = folder / TRANSLATIONS
    if not path.exists():
        raise InputError(f"{path}: there is no translation memory yet")
    yield from Scan(path)
