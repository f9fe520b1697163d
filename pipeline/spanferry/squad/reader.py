"""Read files of questions, in every form in which people have them. All commands read them here.

    file ──unpack──> text or parquet ──items──> Assembler ──> Reading (document, faults, notes)

A file that is written exactly as the format says is decoded by msgspec in one go. Any other is read value by value,
which is slower and says what was repaired, ignored and left out. docs/formats.md lists the forms.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.squad.assembly import Assembler, Shape, is_clean, shape_of
from spanferry.squad.document import Document, json_path
from spanferry.squad.foreign import EXPECTED, name_format, name_item, name_text, name_value
from spanferry.squad.json_text import Doubled, NotJson, decode_json, describe_value, fields_of
from spanferry.squad.notes import NoteKind
from spanferry.squad.reading import Reading
from spanferry.squad.table import NotTable, table_rows
from spanferry.squad.unpack import PARQUET, NotReadable, unpack
from spanferry.squad.values import Findings, find_text_problem

SUFFIXES = (".json", ".jsonl", ".parquet")
TOP_KEYS = frozenset({"data", "version"})
HEADER = "header"  # the key of the first line of an MRQA file
PROBED_LINES = 5
COUNTED_BYTES = 1 << 20
_WHITE_SPACE = b" \t\r\n"
_SURROGATE_ESCAPES = (b"\\ud", b"\\uD")

Item = tuple[str, object]
"""An article, a paragraph or a row, with its place in the file."""


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
        raw = regular_file(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return scan_bytes(raw, name or str(path))


def decode_squad(raw: bytes, name: str) -> Document:
    """Return the usable questions in the bytes of a file. name: what messages call it. Raises InputError."""
    return scan_bytes(raw, name).check_usable().document


def scan_bytes(raw: bytes, name: str) -> Reading:
    """Read the bytes of a file. Raises InputError, NotSquad; see `scan_document`."""
    if document := decode_clean(raw):
        return Reading(name, "json", document, json_path)
    found = Findings()
    if foreign := name_format(raw):
        raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}")
    try:
        raw = unpack(raw, found)
    except NotReadable as error:
        raise InputError(f"{name}: {error}") from None
    if not raw.strip(_WHITE_SPACE):
        raise InputError(f"{name}: empty; {EXPECTED}")
    if raw.startswith(PARQUET):
        return read_parquet(raw, name, found)
    if foreign := name_format(raw):
        raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}")
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not UTF-8 at byte {error.start:,}; save it as UTF-8") from None
    assembler = Assembler(found, may_have_surrogates=any(escape in raw for escape in _SURROGATE_ESCAPES))
    try:
        value = decode_json(text)
    except NotJson as error:
        if is_json_lines(raw, error):
            return read_lines(raw, name, assembler)
        if foreign := name_text(text):
            raise NotSquad(f"{name}: this is {foreign}; {EXPECTED}") from None
        raise InputError(f"{name}: not JSON: {error}") from None
    return read_json(value, name, assembler)


def read_rows(rows: Iterable[Mapping[str, Any]], name: str, form: str = "rows", unit: str = "row") -> Reading:
    """Read rows of a table, one question each, as `datasets` yields them.

    form, unit: what messages call the form of the file, and a row of it. Raises InputError when no question can be
    used.
    """
    assembler = Assembler(Findings())
    for number, row in enumerate(rows):
        assembler.add(dict(row), f"{unit} {number:,}")
    return finish(assembler, name, form, UNSET).check_usable()


def decode_clean(raw: bytes) -> Document | None:
    """Decode a file that is written exactly as the format says and has no fault. Return None for any other."""
    try:
        document = msgspec.json.decode(raw, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    hashes = array("q")  # of the ids; a set of them takes 60 times the memory
    for article in document.data:
        if not is_clean(article):
            return None
        for paragraph in article.paragraphs:
            hashes.extend([hash(question.id) for question in paragraph.qas])
    if not hashes or has_equal(hashes):
        return None
    surplus = count_keys(raw) - expected_keys(raw, document)
    return document if surplus == 0 or surplus == count_leading_colons(document) else None


def has_equal(hashes: "array[int]") -> bool:
    """Return whether two of the numbers are equal."""
    ordered = np.sort(np.frombuffer(hashes, np.int64))
    return bool((ordered[1:] == ordered[:-1]).any())


def count_keys(raw: bytes) -> int:
    """Return the number of quotes in JSON that a colon follows, without those within a text.

    These are its keys, and its texts that begin with a colon.
    """
    total, tail = 0, b""
    for start in range(0, len(raw), COUNTED_BYTES):
        piece = tail + raw[start : start + COUNTED_BYTES].translate(None, _WHITE_SPACE)
        total += piece.count(b'":') - piece.count(b'\\":')
        tail = piece[-2:] if piece.endswith(b'"') else b"\\" if piece.endswith(b"\\") else b""
    return total


def expected_keys(raw: bytes, document: Document) -> int:
    """Return the number of keys of a document whose objects have no key twice. msgspec uses the last of two."""
    total = 1 + (document.version is not UNSET) + 2 * sum(len(article.paragraphs) for article in document.data)
    total += len(document.data)
    total += raw.count(b'"title"') if any(not one.title for one in document.data) else len(document.data)
    for article in document.data:
        for paragraph in article.paragraphs:
            for question in paragraph.qas:
                total += 3 + 2 * len(question.answers) + (question.is_impossible is not UNSET)
                if question.plausible_answers is not UNSET:
                    total += 1 + 2 * len(question.plausible_answers)
    return total


def count_leading_colons(document: Document) -> int:
    """Return the number of texts that begin with a colon, perhaps after spaces."""
    texts = ["" if document.version is UNSET else document.version]
    for article in document.data:
        texts.append(article.title)
        for paragraph in article.paragraphs:
            texts.append(paragraph.context)
            for question in paragraph.qas:
                texts += (question.id, question.question)
                texts += [answer.text for answer in (*question.answers, *question.plausible)]
    return sum(text.lstrip(" ").startswith(":") for text in texts)


def is_json_lines(raw: bytes, error: NotJson) -> bool:
    """Return whether a text that is not JSON has a JSON object on each line. error: why it is not JSON."""
    lines = [line for _, line in zip(range(PROBED_LINES + 1), non_empty_lines(raw), strict=False)]
    if len(lines) < 2:
        return False
    for _, line in lines:
        try:
            if fields_of(decode_json(line.decode())) is not None:
                return True
        except (NotJson, UnicodeDecodeError):
            continue
    return error.is_extra and not lines[0][1].rstrip().endswith(b",")


def non_empty_lines(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that are not empty, each with its number from 1."""
    for number, line in enumerate(BytesIO(raw), 1):
        if line := line.strip():
            yield number, line


def read_lines(raw: bytes, name: str, assembler: Assembler) -> Reading:
    """Read JSON lines: of rows, of paragraphs as MRQA has them, or of articles. Raises NotSquad."""
    first: Item | None = None
    for number, line in non_empty_lines(raw):
        path = f"line {number:,}"
        try:
            item: object = decode_json(line.decode())
        except (NotJson, UnicodeDecodeError):
            assembler.add_unreadable(path, "is not JSON")
            continue
        if HEADER in (fields_of(item) or {}) and shape_of(item) is None:
            assembler.is_mrqa = True
            continue
        first = first or (path, item)
        assembler.add(item, path)
    if not assembler.shapes:
        path, item = first or ("line 1", None)
        raise NotSquad(f"{name}: {path}: this is JSON lines of {name_item(item)}; {EXPECTED}")
    return finish(assembler, name, "json lines", UNSET)


def read_json(value: object, name: str, assembler: Assembler) -> Reading:
    """Read decoded JSON. Raises InputError, NotSquad."""
    if isinstance(value, Doubled) and "data" in value.differing:
        raise InputError(f"{name}: the file has the key 'data' twice; only one of them would be read")
    items = find_items(value, assembler.found)
    if items is None:
        raise NotSquad(f"{name}: this is {name_value(value)}; {EXPECTED}")
    is_list = isinstance(value, list)
    if items and not any(shape_of(item) for _, item in items):
        what = name_item(items[0][1])
        raise NotSquad(f"{name}: {items[0][0]}: this is {'a list' if is_list else '`data`'} of {what}; {EXPECTED}")
    for path, item in items:
        assembler.add(item, path)
    return finish(assembler, name, "json", read_version(value, assembler.found))


def find_items(value: object, found: Findings) -> list[Item] | None:
    """Return the items of decoded JSON, each with its place; None when it holds something else."""
    if isinstance(value, list):
        found.note(NoteKind.TOP, "")
        return [(f"[{n}]", item) for n, item in enumerate(cast("list[object]", value))]
    top = fields_of(value)
    if top is None:
        return None
    if (shape := shape_of(top)) is not None and not isinstance(top.get("context"), list | dict):
        found.note(NoteKind.ITEM, "", f"a single {shape.removesuffix('s')}")
        return [("$", value)]
    data = top.get("data")
    if not isinstance(data, list):
        if (shape := shape_of(data)) is None:
            return None
        found.note(NoteKind.ITEM, "data", f"a single {shape.removesuffix('s')}")
        return [("data", data)]
    for key in top.keys() - TOP_KEYS:
        found.note(NoteKind.EXTRA_KEY, "", key)
    return [(f"data[{n}]", item) for n, item in enumerate(cast("list[object]", data))]


def read_version(value: object, found: Findings) -> str | UnsetType:
    """Return the version that decoded JSON states."""
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
    return finish(assembler, name, "parquet", UNSET)


def finish(assembler: Assembler, name: str, form: str, version: str | UnsetType) -> Reading:
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


def suffix_of(path: Path) -> str:
    """Return the suffix of a file, that of the unpacked file where it is packed: ".json" of "train.json.gz"."""
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
