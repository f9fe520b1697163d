"""The live translation memory: one for all corpora, in logs that only grow.

    memory/translations.jsonl    each good answer: translator, languages, text, translation
    memory/quarantine.jsonl      each text that was given up: the fault, and the last bad answer
    memory/lock                  held by the process that writes

A later record of the same text replaces an earlier one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from msgspec import Struct
from msgspec.structs import astuple

from pipeline.errors import TranslationError
from pipeline.translation.log import Log
from pipeline.translation.validation import Fault


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


class Quarantined(Record, frozen=True, omit_defaults=True):
    """A text that got no good answer, and the last bad one."""

    fault: Fault
    answer: str
    attempts: int
    context: str = ""


Line = TypeVar("Line", Entry, Quarantined)


def translation_log(folder: Path) -> Log[Entry]:
    return Log(folder / "translations.jsonl", Entry)


def quarantine_log(folder: Path) -> Log[Quarantined]:
    return Log(folder / "quarantine.jsonl", Quarantined)


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

    `notice` says what an earlier crash had left behind; '' when nothing was wrong.
    """

    def __init__(self, folder: Path, scope: Scope) -> None:
        self.scope = scope
        self._translations, self._quarantine = translation_log(folder), quarantine_log(folder)
        self._known = {
            key(entry.text, entry.context): entry.translation for entry in self._own(self._translations.records())
        }
        self._given_up = {key(lost.text, lost.context): lost.fault for lost in self._own(self._quarantine.records())}
        self.notice = "; ".join(filter(None, (self._translations.damage, self._quarantine.damage)))

    def _own(self, records: Iterable[Line]) -> Iterator[Line]:
        translator, source, target = astuple(self.scope)
        for record in records:
            if record.translator == translator and record.source == source and record.target == target:
                yield record

    def __len__(self) -> int:
        return len(self._known)

    def get(self, text: str, context: str = "") -> str | None:
        """The translation of a text, if it is held; context: its digest, or ''."""
        return self._known.get(key(text, context))

    def given_up(self, text: str, context: str = "") -> Fault | None:
        """Why an earlier run gave a text up, if one did."""
        return self._given_up.get(key(text, context))

    def put(self, translations: Iterable[tuple[str, str, str]]) -> None:
        """Appends (text, digest of its context or '', translation) rows in one write; `sync` makes them safe."""
        scope = astuple(self.scope)
        entries = [Entry(*scope, text, translation, context) for text, context, translation in translations]
        self._translations.append(entries)
        self._known.update((key(entry.text, entry.context), entry.translation) for entry in entries)

    def give_up(self, text: str, context: str, fault: Fault, answer: str, attempts: int) -> None:
        """Appends a text to the quarantine: no later run asks for it until the quarantine is released."""
        self._quarantine.append([Quarantined(*astuple(self.scope), text, fault, answer, attempts, context)])
        self._given_up[key(text, context)] = fault

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
    """Empties the quarantine, so that the next run asks for its texts again; tells how many records it had."""
    with locked(folder):
        log = quarantine_log(folder)
        records = sum(1 for _ in log.records())
        log.path.unlink(missing_ok=True)
    return records
