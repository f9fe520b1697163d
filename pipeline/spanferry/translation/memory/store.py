"""The live translation memory: one for all corpora, in logs that only grow.

    memory/translations.jsonl    each good answer: translator, languages, text, translation
    memory/quarantine.jsonl      each bad answer that counts against its text, and whether the text is given up
    memory/lock                  held by the process that writes

A later record of the same text replaces an earlier one.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from msgspec import Struct
from msgspec.structs import astuple

from spanferry.errors import TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.memory.journal import Log

LATEST = 8  # texts that are held, to be asked for again


class Scope(Struct, frozen=True):
    """All that changes a translation, besides the text and its context."""

    translator: str  # the engine's identity
    source: str
    target: str


class Record(Struct, frozen=True, omit_defaults=True):
    """A line of a log: whose text it is about."""

    translator: str
    source: str
    target: str
    text: str

    @property
    def scope(self) -> Scope:
        return Scope(self.translator, self.source, self.target)


class Entry(Record, frozen=True, omit_defaults=True):
    """A translation. context: digest of the paragraph around the text, where the engine uses it, or ''."""

    translation: str
    context: str = ""


class FailedAttempt(Record, frozen=True, omit_defaults=True):
    """Where a text stands after a bad answer that counts against it, and whether it is given up.

    fault, answer: of the last one that said something; same: how often that came in a row; bad: how many
    there were; attempt: as in protocol.Request.
    """

    fault: CheckFailure
    answer: str
    bad: int
    same: int
    attempt: int = 0
    final: bool = False
    context: str = ""


Line = TypeVar("Line", Entry, FailedAttempt)


def translation_log(folder: Path) -> Log[Entry]:
    return Log(folder / "translations.jsonl", Entry)


def quarantine_log(folder: Path) -> Log[FailedAttempt]:
    return Log(folder / "quarantine.jsonl", FailedAttempt)


def digest(context: str) -> str:
    """A paragraph as the logs have it; '' for none."""
    return blake2b(context.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest() if context else ""


def key(text: str, context: str) -> bytes:
    """A text and its context's digest in 16 bytes: 350,000 texts themselves would take four times the room."""
    return blake2b(f"{context}\0{text}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other writers out. Raises TranslationError when one is at work."""
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
    """The translations of one scope as they were when it was read; `opened` gives one to write to.

    `notice` says what an earlier crash had left behind; '' when nothing was wrong. `latest`: some texts
    whose translations came last, and are others than the texts themselves.
    """

    def __init__(self, folder: Path, scope: Scope) -> None:
        self.scope = scope
        self._translations, self._quarantine = translation_log(folder), quarantine_log(folder)
        self._known: dict[bytes, str] = {}
        self.latest: deque[str] = deque(maxlen=LATEST)
        for entry in self._own(self._translations.records()):
            self._hold(entry)
        self._setbacks = {key(back.text, back.context): back for back in self._own(self._quarantine.records())}
        self.notice = "; ".join(filter(None, (self._translations.damage, self._quarantine.damage)))

    def _own(self, records: Iterable[Line]) -> Iterator[Line]:
        translator, source, target = astuple(self.scope)
        for record in records:
            if record.translator == translator and record.source == source and record.target == target:
                yield record

    def _hold(self, entry: Entry) -> None:
        self._known[key(entry.text, entry.context)] = entry.translation
        if entry.translation != entry.text:
            self.latest.append(entry.text)

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str, context: str = "") -> str | None:
        """The translation of a text, if it is held; context: its digest, or ''."""
        return self._known.get(key(text, context))

    def setback(self, text: str, context: str = "") -> FailedAttempt | None:
        """Where a text stands that has had bad answers and no good one."""
        return self._setbacks.get(key(text, context))

    def put(self, translations: Iterable[tuple[str, str, str]]) -> None:
        """Appends (text, digest of its context or '', translation) rows in one write; `sync` makes them safe."""
        scope = astuple(self.scope)
        entries = [Entry(*scope, text, translation, context) for text, context, translation in translations]
        self._translations.append(entries)
        for entry in entries:
            self._hold(entry)

    def set_back(self, setback: FailedAttempt) -> None:
        """Appends a bad answer. When it is final, no later run asks for the text until the quarantine is released."""
        self._quarantine.append([setback])
        self._setbacks[key(setback.text, setback.context)] = setback

    def sync(self) -> None:
        """Makes all that was put outlive a power cut."""
        self._translations.sync()
        self._quarantine.sync()

    def _open(self) -> None:
        self._translations.open()
        self._quarantine.open()

    def _close(self) -> None:
        self._translations.close()
        self._quarantine.close()


@contextmanager
def opened(folder: Path, scope: Scope) -> Iterator[Memory]:
    """A scope of the memory to write to, mended where a crash has torn it. Raises TranslationError when locked."""
    with locked(folder):
        memory = Memory(folder, scope)
        try:
            memory._open()
            yield memory
        finally:
            memory._close()


def release(folder: Path) -> int:
    """Empties the quarantine, so that the next run asks for its texts again; tells how many there were."""
    with locked(folder):
        log = quarantine_log(folder)
        texts = {(back.scope, back.text, back.context) for back in log.records() if back.final}
        log.path.unlink(missing_ok=True)
    return len(texts)
