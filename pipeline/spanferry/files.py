"""Reads regular files, and writes files and folders atomically."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path
from typing import TypeVar

import msgspec
from psutil import pid_exists

from spanferry.errors import InputError, plain_problem

T = TypeVar("T")


def regular_file(path: Path) -> Path:
    """Return the path. Raises OSError for a device or a pipe, which may have no end."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "Not a regular file", str(path))
    return path


def read_json(path: Path, type_: type[T], message: str = "{}") -> T:
    """Read a JSON file as a type that msgspec can decode.

    message: the text of the error for a file with the wrong content; `{}` is replaced by the decoder's message.

    Raises InputError.
    """
    try:
        return msgspec.json.decode(regular_file(path).read_bytes(), type=type_)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {message.format(plain_problem(str(error)))}") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def md5(content: bytes) -> str:
    """Return the MD5 checksum of a file's content, by which dvc.lock knows the file."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path in the same folder. The file replaces `path` on success and is removed on failure.

    The bytes are synced before the file is renamed, and a rename within a file system is atomic. After a power cut,
    either the old file or the new one exists. An OSError names the path. A device or a pipe is not replaced.
    """
    part = temporary_path(regular_file(path), "part")
    try:
        with _path_in_errors(path):
            yield part
            with part.open("rb") as written:
                os.fsync(written.fileno())
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Yield an empty temporary folder beside `path`. It replaces `path` on success and is removed on failure.

    A folder cannot be renamed over a folder that is not empty, so the old one is renamed first and removed afterwards.
    An OSError names the path.
    """
    part, old = temporary_path(path, "part"), temporary_path(path, "old")
    try:
        with _path_in_errors(path):
            part.mkdir()
            yield part
            if path.exists():
                path.replace(old)
            part.replace(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def temporary_path(path: Path, kind: str) -> Path:
    """Return a path in the same folder that only this process uses. Removes those that dead processes left behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale_parts(path.parent.glob(f".{escape(path.name)}.*.{kind}"))
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def remove_stale_parts(parts: Iterable[Path]) -> int:
    """Remove temporary files and folders whose process is dead. Returns how many were removed.

    In a container a new process may get the id of the dead one, so files with the id of this process are removed too.
    """
    removed = 0
    for part in parts:
        owner = part.name.split(".")[-2]
        if owner.isdecimal() and (int(owner) == os.getpid() or not pid_exists(int(owner))):
            shutil.rmtree(part) if part.is_dir() and not part.is_symlink() else part.unlink()
            removed += 1
    return removed


@contextmanager
def _path_in_errors(path: Path) -> Iterator[None]:
    """Add the path to an OSError that names no path, such as the error of a full disk."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise OSError(error.errno, error.strerror or str(error), str(path)) from error
        raise


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file atomically."""
    with atomic_write(path) as part:
        part.write_bytes(data)


def write_json(path: Path, value: object) -> None:
    """Write JSON atomically, as `encode_json` has it."""
    write_bytes(path, encode_json(value))


def encode_json(value: object) -> bytes:
    """Return a value or record as JSON: sorted keys, an indent of two, no escapes. Equal values give equal bytes."""
    plain = msgspec.to_builtins(value, str_keys=True)
    return (json.dumps(plain, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
