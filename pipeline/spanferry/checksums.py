"""Writes and verifies SHA256SUMS, the checksums of the files in a folder in the format of `sha256sum`."""

import re
from collections.abc import Iterator
from pathlib import Path

from spanferry.errors import InputError
from spanferry.files import file_sha256

SHA256SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def checksum_lines(folder: Path) -> str:
    """Return the content of SHA256SUMS: one line per file below the folder except SHA256SUMS itself, sorted by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SHA256SUMS)
    return "".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def read_checksums(folder: Path) -> dict[str, str]:
    """Return {file name: sha256} from a folder's SHA256SUMS. Raises InputError when the list is invalid."""
    try:
        lines = (folder / SHA256SUMS).read_text().splitlines()
    except OSError as error:
        raise InputError(f"{folder / SHA256SUMS}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{folder / SHA256SUMS}: not UTF-8 at byte {error.start:,}") from error
    checksums: dict[str, str] = {}
    for n, line in enumerate(lines, 1):
        if not (match := _LINE.fullmatch(line)):
            raise InputError(f"{folder / SHA256SUMS}: line {n} is not a checksum and a file name")
        checksums[match[2]] = match[1]
    return checksums


def find_mismatches(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield (name, problem) for each file that differs from SHA256SUMS. Raises InputError when the list is invalid."""
    for name, expected in read_checksums(folder).items():
        # The list may come from elsewhere. It must not make this program open a file outside the folder.
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            yield name, "is missing"
        elif (actual := file_sha256(file)) != expected:
            yield name, f"has {actual[:12]}…, not {expected[:12]}…"
