"""Reading what has an end; writing so that a file is there whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import Any

import msgspec
from psutil import pid_exists

from spanferry.errors import InputError


def regular_file(path: Path) -> Path:
    """The path, when it is a file to be read. Raises OSError for a device or a pipe, which may have no end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return path


def read_json(path: Path, kind: Any, told: str = "{}") -> Any:
    """A JSON file as a type of msgspec's. Raises InputError; told: with what is wrong in its place."""
    try:
        return msgspec.json.decode(regular_file(path).read_bytes(), type=kind)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {told.format(error)}") from error


def file_sha256(path: Path) -> str:
    """The file's sha256, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Gives a temporary path beside `path`; on success it takes its place, on failure it goes.

    The rename is atomic on one file system; the bytes are synced first, so that a power cut leaves
    either the old file or the new one. An OSError names the path.
    """
    beside = _beside(path, "part")
    try:
        with _naming(path):
            yield beside
            with beside.open("rb") as written:
                os.fsync(written.fileno())
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Gives an empty folder beside `path`; on success it takes its place, on failure it goes.

    A folder cannot be renamed over a full one, so the old one steps aside for that moment.
    An OSError names the path.
    """
    beside, aside = _beside(path, "part"), _beside(path, "old")
    try:
        with _naming(path):
            beside.mkdir()
            yield beside
            if path.exists():
                path.replace(aside)
            beside.replace(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _beside(path: Path, kind: str) -> Path:
    """A name beside `path` for this process alone; what processes that are dead left under such names goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(path.parent.glob(f".{escape(path.name)}.*.{kind}"))
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def remove_stale_parts(partial: Iterable[Path]) -> int:
    """Removes partial files and folders that processes have left which are dead; tells how many."""
    removed = 0
    for left in partial:
        owner = left.name.split(".")[-2]
        if owner.isdecimal() and (int(owner) == os.getpid() or not pid_exists(int(owner))):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
            removed += 1
    return removed


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Lets an OSError tell the path that could not be written: a full disk's own error names none."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Writes bytes whole or not at all."""
    with atomic_write(path) as beside:
        beside.write_bytes(data)


def write_json(path: Path, value: Any) -> None:
    """Writes readable JSON: sorted keys, two spaces, no escapes, so that equal values are equal bytes."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    write_bytes(path, (text + "\n").encode())
