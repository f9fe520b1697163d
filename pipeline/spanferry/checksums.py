"""SHA256SUMS: the checksums of a folder's files, as `sha256sum -c` reads them."""

import re
from collections.abc import Iterator
from pathlib import Path

from spanferry.errors import InputError
from spanferry.files import file_sha256

SUMS = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def sums(folder: Path) -> str:
    """A line for every file below the folder but the list itself, sorted by name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    return "".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def broken(folder: Path) -> Iterator[tuple[str, str]]:
    """The files that are not as the folder's list says: (name, what is wrong). Raises InputError."""
    try:
        lines = (folder / SUMS).read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{folder / SUMS}: {error}") from error
    for n, line in enumerate(lines, 1):
        if not (match := _LINE.fullmatch(line)):
            raise InputError(f"{folder / SUMS}: line {n} is no checksum and name")
        promised, name = match.groups()
        # A list from elsewhere must not make us open what lies outside its folder.
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()) or not file.is_file():
            yield name, "is not there"
        elif (got := file_sha256(file)) != promised:
            yield name, f"has {got[:12]}…, not {promised[:12]}…"
