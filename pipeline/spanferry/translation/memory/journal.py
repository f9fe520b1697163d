"""An append-only file of JSON lines that survives a crash at any moment.

Each call of `append` writes its records with one system call, and `sync` forces them to the disk. A crash can damage
only the end of the file, which is cut off when the file is next opened for writing. Reading needs no lock, and skips
damaged lines.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from spanferry.printing import plural

Record = TypeVar("Record", bound=Struct)
_encode = msgspec.json.Encoder().encode


class Log(Generic[Record]):
    """A log of records of one type.

    After `records` was read to its end, `end` is the size in bytes up to the last good line, `torn` is the number of
    bytes after it, and `broken` is the number of unreadable lines before it.
    """

    def __init__(self, path: Path, kind: type[Record]) -> None:
        self.path = path
        self.end = self.torn = self.broken = 0
        self._decoder = msgspec.json.Decoder(kind)
        self._file: FileIO | None = None
        self._unsynced = False

    def records(self) -> Iterator[Record]:
        """Yield all good records in order. Yields nothing when there is no file."""
        position = unreadable = self.end = self.broken = 0
        try:
            with self.path.open("rb") as file:
                for line in file:
                    position += len(line)
                    record = self._decode(line)
                    if record is None:
                        unreadable += 1
                        continue
                    self.end, self.broken = position, unreadable
                    yield record
        except FileNotFoundError:
            return
        finally:
            self.torn = position - self.end

    def _decode(self, line: bytes) -> Record | None:
        if not line.endswith(b"\n"):
            return None
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    @property
    def damage(self) -> str:
        """A description of the damage in the file; '' when there is none."""
        problems: list[str] = []
        if self.torn:
            problems.append(f"a crash has truncated the last record; its {self.torn:,} bytes are ignored")
        if self.broken:
            verb = "is" if self.broken == 1 else "are"
            problems.append(f"{plural(self.broken, 'unreadable line')} {verb} ignored")
        return f"{self.path}: {'; '.join(problems)}" if problems else ""

    def open(self) -> None:
        """Open the log for appending, and cut off its damaged end. `records` must have been read to the end before."""
        self._file = self.path.open("ab", buffering=0)
        if self.torn:
            self._file.truncate(self.end)

    @property
    def _writable(self) -> FileIO:
        if self._file is None:
            raise RuntimeError(f"{self.path}: the log is not open for appending")
        return self._file

    def append(self, records: Iterable[Record]) -> None:
        """Append records in one write. Raises OSError when the disk is full, and then removes what was written."""
        data = b"".join(_encode(record) + b"\n" for record in records)
        if not data:
            return
        file = self._writable
        try:
            written = file.write(data)
            if written != len(data):
                raise OSError(f"{self.path}: only {written} of {len(data)} bytes could be written")
        except OSError:
            with suppress(OSError):
                file.truncate(self.end)
            raise
        self.end += len(data)
        self._unsynced = True

    def sync(self) -> None:
        """Force appended records to the disk, so that they survive a power cut."""
        if self._unsynced:
            os.fsync(self._writable.fileno())
            self._unsynced = False

    def close(self) -> None:
        """Sync and close the log, if it is open."""
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None
