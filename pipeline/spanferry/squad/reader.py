"""Read files of questions, in every form in which people have them. All commands read them here.

    file ──unpack──> JSON ──outline──> items ──┐
                     JSON lines ───────────────┼──> Assembler ──> Reading (document, faults, notes)
                     parquet ──────────────────┘

The items of a file (articles, paragraphs or rows) are decoded one by one. One that is written exactly as the format
says is decoded by msgspec at once. Any other is read value by value, which is slower and says what was repaired,
ignored and left out. docs/formats.md lists the forms.
"""

from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast

from msgspec import UNSET, UnsetType

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.squad.assembly import Assembler, Shape, shape_of
from spanferry.squad.document import Document
from spanferry.squad.fields import Findings, find_text_problem
from spanferry.squad.foreign import EXPECTED, name_format, name_item, name_text, name_value
from spanferry.squad.json_text import Doubled, NotJson, decode_json, decode_many, describe_value, fields_of
from spanferry.squad.notes import NoteKind, shorten
from spanferry.squad.outline import Outline, find_outline
from spanferry.squad.reading import Reading
from spanferry.squad.table import NotTable, table_rows
from spanferry.squad.unpack import PARQUET, NotReadable, unpack

SUFFIXES = (".json", ".jsonl", ".ndjson", ".parquet")
LINE_SUFFIXES = (".jsonl", ".ndjson")
DATA, SERVED = "data", "rows"
PARAGRAPHS = "paragraphs"
LISTS = (DATA, "Data", "DATA", SERVED, PARAGRAPHS)
"""The keys of the list of items at the top of a file."""

SERVER_KEYS = frozenset({"features", "num_rows_total", "num_rows_per_page", "partial"})
"""What the datasets server of the Hub returns with rows."""

LARGE = 1 << 20
"""The bytes of an article from which on its paragraphs are decoded one by one. SQuAD2.0's largest has 200,000."""

HEADER = b'"header"'  # the key of the first line of an MRQA file
HEADER_BYTES = 64
PROBED_LINES = 5
_WHITE_SPACE = b" \t\r\n"


class NotSquad(InputError):
    """Raised for a readable file that is not a file of questions."""


def read_squad(path: Path) -> Document:
    """Read the usable questions of a file, in any form that docs/formats.md lists.

    Raises InputError for a file that cannot be read, and for one without a usable question. `read_document` also
    returns what was repaired, ignored and left out.

        >>> import json
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> question = {"id": "q1", "question": "When?", "answers": [{"text": "1612", "answer_start": 22}]}
        >>> paragraph = {"context": "The lock was built in 1612.", "qas": [question]}
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "train.json")
        ...     _ = path.write_text(json.dumps({"data": [{"title": "Lock", "paragraphs": [paragraph]}]}))
        ...     document = read_squad(path)
        >>> document.data[0].paragraphs[0].qas[0].answers
        (Answer(text='1612', answer_start=22),)
    """
    return read_document(path).document


def read_document(path: Path, name: str | None = None) -> Reading:
    """Read a file of questions. name: what messages call it (default: its path).

    Raises InputError when it cannot be read, NotSquad when it holds something else, InputError when no question of it
    can be used.
    """
    return scan_document(path, name).check_usable()


def scan_document(path: Path, name: str | None = None) -> Reading:
    """Read a file as `read_document` does, but return it even when no question can be used."""
    try:
        with regular_file(path).open("rb") as file:
            return scan_file(file, name or str(path))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def decode_squad(raw: bytes, name: str) -> Document:
    """Return the usable questions in the bytes of a file. name: what messages call it. Raises InputError."""
    return scan_bytes(raw, name).check_usable().document


def scan_bytes(raw: bytes, name: str) -> Reading:
    """Read the bytes of a file. Raises InputError, NotSquad; see `scan_document`."""
    return scan_file(BytesIO(raw), name)


def scan_file(file: BinaryIO, name: str) -> Reading:
    """Read an open file. Raises InputError, NotSquad, OSError.

    The file is read as a whole to find its items, and then again, item by item, so that its text is not in memory
    beside the document.
    """
    found = Findings()
    raw = file.read()
    if foreign := name_format(raw):
        raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}")
    try:
        unpacked = unpack(raw, found)
    except NotReadable as error:
        raise InputError(f"{name}: {error}") from None
    if unpacked is not raw:
        raw, file = unpacked, BytesIO(unpacked)
    if not raw.strip(_WHITE_SPACE):
        raise InputError(f"{name}: empty; {EXPECTED}")
    if raw.startswith(PARQUET):
        return read_parquet(raw, name, found)
    if foreign := name_format(raw):
        raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}")
    if is_json_lines(raw):
        return read_lines(file, name, Assembler(found))
    try:
        if (outline := find_outline(raw, *LISTS)) and has_items(outline):
            del raw, unpacked
            return read_outline(outline, file, name, found)
    except (NotJson, UnicodeDecodeError):
        file.seek(0)
        raw = file.read()
    return read_whole(raw, file, name, found)


def read_rows(rows: Iterable[Mapping[str, Any]], name: str, form: str = "rows", unit: str = "row") -> Reading:
    """Read rows of a table, one question each, as `datasets` yields them.

    form, unit: what messages call the form of the file, and a row of it. Raises InputError when no question can be
    used.
    """
    assembler = Assembler(Findings())
    for number, row in enumerate(rows):
        assembler.add(dict(row), f"{unit} {number:,}")
    return finish(assembler, name, form).check_usable()


def is_json_lines(raw: bytes) -> bool:
    """Return whether a text has a JSON object on its first line, and more lines."""
    lines = [line for _, line in zip(range(2), non_empty_lines(BytesIO(raw)), strict=False)]
    return len(lines) == 2 and is_object(lines[0][1])


def is_damaged_lines(raw: bytes) -> bool:
    """Return whether a text that is not JSON has a JSON object on one of its first lines."""
    lines = [line for _, (_, line) in zip(range(PROBED_LINES + 1), non_empty_lines(BytesIO(raw)), strict=False)]
    return len(lines) > 1 and any(map(is_object, lines))


def is_object(line: bytes) -> bool:
    """Return whether a line is a JSON object."""
    try:
        return fields_of(decode_json(line.decode())) is not None
    except (NotJson, UnicodeDecodeError):
        return False


def non_empty_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, each with its number from 1."""
    for number, line in enumerate(file, 1):
        if line := line.strip():
            yield number, line


def read_lines(file: BinaryIO, name: str, assembler: Assembler) -> Reading:
    """Read JSON lines: of rows, of paragraphs as MRQA has them, or of articles. Raises NotSquad."""
    file.seek(0)
    for number, line in non_empty_lines(file):
        path = f"line {number:,}"
        try:
            if HEADER in line[:HEADER_BYTES] and is_header(line):
                assembler.is_mrqa = True
            else:
                assembler.add_json(line, path)
        except (NotJson, UnicodeDecodeError):
            assembler.add_unreadable(path, "is not JSON")
    check_shapes(assembler, name, "JSON lines")
    return finish(assembler, name, "json lines")


def is_header(line: bytes) -> bool:
    """Return whether a line is the header of an MRQA file. Raises NotJson."""
    item = decode_json(line.decode())
    return "header" in (fields_of(item) or {}) and shape_of(item) is None


def check_shapes(assembler: Assembler, name: str, where: str) -> None:
    """Raise NotSquad that names the first item, when no item had a shape that can be read."""
    if not assembler.shapes and assembler.unknown:
        path, item = assembler.unknown
        raise NotSquad(f"{name}: {path}: this is {where} of {name_item(item)}; {EXPECTED}")


def has_items(outline: Outline) -> bool:
    """Return whether what is read is in the list of an outline: its object may be an item itself, with more keys."""
    fields = fields_of(outline.fields) or {}
    match outline.key:
        case "rows":
            return "features" in fields
        case None | "paragraphs":
            return True
        case _:
            return shape_of(fields) is None or isinstance(fields.get("context"), list | dict)


def read_outline(outline: Outline, file: BinaryIO, name: str, found: Findings) -> Reading:
    """Read the items of a JSON file one by one.

    Raises InputError, NotSquad; NotJson, UnicodeDecodeError for an item that is damaged.
    """
    assembler = Assembler(found)
    is_served = outline.key == SERVED
    if outline.key == PARAGRAPHS:
        found.note(NoteKind.ITEM, "", "a single article")
        assembler.add_article(outline.fields, (read_span(file, *span) for span in outline.spans()), "$")
        return finish(assembler, name, "json")
    if outline.key is None:
        found.note(NoteKind.TOP, "")
    elif outline.key != DATA and not is_served:
        found.note(NoteKind.OTHER_NAME, outline.key, f"{outline.key} for {DATA}")
    note_top_keys(outline.fields, outline.key, found)
    for n, span in enumerate(outline.spans()):
        path = f"{outline.key or ''}[{n}]"
        if is_served:
            add_served_row(decode_json(read_span(file, *span).decode()), path, assembler)
        else:
            add_item(file, *span, path, assembler)
    check_shapes(assembler, name, "a list" if outline.key is None else f"`{outline.key}`")
    return finish(assembler, name, "json", read_version(outline.fields, found))


def add_item(file: BinaryIO, start: int, end: int, path: str, assembler: Assembler) -> None:
    """Add an item, a large article by its paragraphs. Raises NotJson, UnicodeDecodeError."""
    raw = read_span(file, start, end)
    if len(raw) < LARGE or (outline := find_outline(raw, PARAGRAPHS)) is None or outline.key is None:
        assembler.add_json(raw, path)
        return
    del raw
    paragraphs = (read_span(file, start + first, start + last) for first, last in outline.spans())
    assembler.add_article(outline.fields, paragraphs, path)


def read_span(file: BinaryIO, start: int, end: int) -> bytes:
    """Return the bytes between two offsets of a file."""
    file.seek(start)
    return file.read(end - start)


def note_top_keys(top: object, key: str | None, found: Findings) -> None:
    """Note the keys at the top of a file that are not read."""
    for extra in (fields_of(top) or {}).keys() - {key, "version"} - (SERVER_KEYS if key == SERVED else set()):
        found.note(NoteKind.EXTRA_KEY, "", extra)


def add_served_row(item: object, path: str, assembler: Assembler) -> None:
    """Add a row as the datasets server of the Hub returns it: {"row_idx": 0, "row": {...}, "truncated_cells": []}."""
    fields = fields_of(item) or {}
    if cells := fields.get("truncated_cells"):
        names = ", ".join(map(str, cast("list[object]", cells))) if isinstance(cells, list) else str(cells)
        assembler.add_unreadable(path, f"has values that the server has cut off: {shorten(names)}")
    else:
        assembler.add(fields.get("row"), f"{path}.row")


def read_whole(raw: bytes, file: BinaryIO, name: str, found: Findings) -> Reading:
    """Read what has no list of items, or is damaged. Raises InputError, NotSquad."""
    try:
        value = decode_json(raw.decode())
    except (NotJson, UnicodeDecodeError) as error:
        if is_damaged_lines(raw):
            return read_lines(file, name, Assembler(found))
        if isinstance(error, UnicodeDecodeError):
            raise InputError(f"{name}: not UTF-8 at byte {error.start:,}; save it as UTF-8") from None
        text = raw.decode()
        if error.is_extra and (reading := read_many(text, name, found)):
            return reading
        if foreign := name_text(text):
            raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}") from None
        raise InputError(f"{name}: not JSON: {error}") from None
    return read_value(value, name, Assembler(found))


def read_many(text: str, name: str, found: Findings) -> Reading | None:
    """Read JSON objects that follow each other and have several lines each; None when it is something else."""
    assembler = Assembler(found)
    try:
        for line, value in decode_many(text):
            if fields_of(value) is None:
                return None
            assembler.add(value, f"line {line:,}")
    except NotJson:
        return None
    check_shapes(assembler, name, "JSON objects")
    return finish(assembler, name, "json objects")


def read_value(value: object, name: str, assembler: Assembler) -> Reading:
    """Read decoded JSON. Raises InputError, NotSquad."""
    found = assembler.found
    if isinstance(value, Doubled) and DATA in value.differing:
        raise InputError(f"{name}: the file has the key {DATA!r} twice; only one of them would be read")
    top = fields_of(value) or {}
    path, item = (
        ("$", value) if shape_of(top) and not isinstance(top.get("context"), list | dict) else (DATA, top.get(DATA))
    )
    shape = shape_of(item)
    if shape is None:
        raise NotSquad(f"{name}: this is {name_value(value)}; {EXPECTED}")
    if is_lines_name(name):
        assembler.add(item, "line 1")
        return finish(assembler, name, "json lines")
    found.note(NoteKind.ITEM, path.lstrip("$"), f"a single {shape.removesuffix('s')}")
    assembler.add(item, path)
    return finish(assembler, name, "json", read_version(value, found))


def read_version(value: object, found: Findings) -> str | UnsetType:
    """Return the version that decoded JSON states."""
    if isinstance(value, Doubled) and "version" in value.differing:
        found.note(NoteKind.LAST_OF_TWO, "version", "version")
    version: object = (fields_of(value) or {}).get("version", UNSET)
    if isinstance(version, UnsetType):
        return UNSET
    if version is None:
        found.note(NoteKind.NULL, "version", "version")
        return UNSET
    if isinstance(version, int | float) and not isinstance(version, bool):
        found.note(NoteKind.VERSION, "version")
        return str(version)
    if find_text_problem(version):
        found.note(NoteKind.EXTRA_KEY, "version", f"version ({describe_value(version)})")
        return UNSET
    return cast("str", version)


def read_parquet(raw: bytes, name: str, found: Findings) -> Reading:
    """Read a table. Raises InputError when it is damaged, NotSquad when it has other columns."""
    assembler = Assembler(found)
    try:
        for number, row in enumerate(table_rows(raw, found)):
            assembler.add(row, f"row {number:,}")
    except NotTable as error:
        kind = NotSquad if error.is_foreign else InputError
        raise kind(f"{name}: {error}{f'; {EXPECTED}' if error.is_foreign else ''}") from None
    return finish(assembler, name, "parquet")


def finish(assembler: Assembler, name: str, form: str, version: str | UnsetType = UNSET) -> Reading:
    """Return what was assembled. form: that of the file, to which the shape of its items is added."""
    shapes = sorted(assembler.shapes - ({Shape.ROW} if form in ("parquet", "rows") else {Shape.ARTICLE}))
    described = "MRQA" if assembler.is_mrqa else " and ".join(shapes)
    document, places = assembler.finish(version)
    found = assembler.found
    return Reading(
        name,
        f"{form} of {described}" if described else form,
        document,
        places,
        tuple(found.faults),
        found.notes.notes(),
    )


def find_squad_files(folder: Path) -> list[Path]:
    """Return the files below a folder that may have questions, by their suffix, sorted by path, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if suffix_of(path) in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def is_lines_name(name: str) -> bool:
    """Return whether a file is named as JSON lines are."""
    return suffix_of(Path(name)) in LINE_SUFFIXES


def suffix_of(path: Path) -> str:
    """Return the suffix of a file, that of the unpacked file where it is packed: ".json" of "train.json.gz"."""
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
