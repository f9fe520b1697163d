"""An append-only file of JSON lines that outlives a crash at any moment.

Records are appended whole by one write, and synced; a crash can tear only the end, which the next
opening for writing cuts off. Reading needs no lock, and passes over what is torn or damaged.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec
from msgspec import Struct

Record = TypeVar("Record", bound=Struct)
_encode = msgspec.json.Encoder().encode


class Log(Generic[Record]):
    """A log of one kind of records.

    After `records` was read to its end: `end` bytes up to the last good line, `torn` bytes after it,
    `broken` unreadable lines before it.
    """

    def __init__(self, path: Path, kind: type[Record]) -> None:
        self.path = path
        self.end = self.torn = self.broken = 0
        self._decoder = msgspec.json.Decoder(kind)
        self._file: IO[bytes] | None = None
        self._unsynced = False

    def records(self) -> Iterator[Record]:
        """Every good record in order; none when there is no file."""
        at = unreadable = self.end = self.broken = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    at += len(line)
                    record = self._decoded(line)
                    if record is None:
                        unreadable += 1
                        continue
                    self.end, self.broken = at, unreadable
                    yield record
        except FileNotFoundError:
            return
        finally:
            self.torn = at - self.end

    def _decoded(self, line: bytes) -> Record | None:
        if not line.endswith(b"\n"):
            return None
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def damage(self) -> str:
        """What is wrong with the file, for a person; '' when nothing is."""
        told = []
        if self.torn:
            told.append(f"a crash has torn the last record; its {self.torn:,} bytes do not count")
        if self.broken:
            told.append(f"{self.broken:,} unreadable lines are passed over")
        return f"{self.path}: {'; '.join(told)}" if told else ""

    def open(self) -> None:
        """Makes the log, read to its end before, ready for appending: what is torn is cut off."""
        self._file = self.path.open("ab", buffering=0)
        if self.torn:
            self._file.truncate(self.end)

    def append(self, records: Iterable[Record]) -> None:
        """Appends records in one write. Raises OSError, and leaves nothing half-written, when the disk is full."""
        data = b"".join(_encode(record) + b"\n" for record in records)
        if not data:
            return
        try:
            written = self._file.write(data)
            if written != len(data):
                raise OSError(f"{self.path}: only {written} of {len(data)} bytes could be written")
        except OSError:
            with suppress(OSError):
                self._file.truncate(self.end)
            raise
        self.end += len(data)
        self._unsynced = True

    def sync(self) -> None:
        """Makes what was appended outlive a power cut."""
        if self._unsynced:
            os.fsync(self._file.fileno())
            self._unsynced = False

    def close(self) -> None:
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None
