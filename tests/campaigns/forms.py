"""Corrupt files of questions in every form of tests/support/forms.py, and check what the reader makes of them."""

import gzip
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from spanferry.errors import InputError
from spanferry.squad import Reading, encode_squad, iterate_questions, scan_bytes
from spanferry.squad.json_text import NotJson, decode_json, decode_many
from spanferry.squad.validation import validate_reading

from tests.campaigns import corruption
from tests.campaigns.harness import MAX_LINE
from tests.support.forms import Form, as_parquet

FILE = Path("file.json")
WORDS = tuple(b'{ } [ ] , : " null true NaN -0 1e400 \\ud800 \\u0000 "data" "qas" "answers" "char_spans" "19"'.split())


def corrupt_form(form: Form, chance: Random) -> bytes:
    """Return a file of the form, with corrupted values, bytes or both."""
    raw = form.raw()
    is_packed = raw.startswith(b"\x1f\x8b")
    if chance.random() < 0.7:
        raw = corrupt_values(gzip.decompress(raw) if is_packed else raw, chance)
        raw = gzip.compress(raw, 1, mtime=0) if is_packed and not raw.startswith(b"\x1f\x8b") else raw
        if chance.random() < 0.7:
            return raw
    return corruption.corrupt_bytes(raw, chance, WORDS)


def corrupt_values(raw: bytes, chance: Random) -> bytes:
    """Return a file with corrupted values, in the same encoding; JSON lines for a table that Arrow refuses."""
    if raw.startswith(b"PAR1"):
        rows: list[Any] = [
            corruption.corrupt_value(row, chance) for row in pq.read_table(pa.BufferReader(raw)).to_pylist()
        ]
        try:
            return as_parquet(rows)
        except (pa.ArrowException, TypeError, ValueError, AttributeError, OverflowError):
            return as_lines(rows, chance)
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = raw.decode(encoding)
    try:
        corrupted = corruption.as_json(corruption.corrupt_value(decode_json(text), chance), chance.random() < 0.5)
    except NotJson:
        values = [corruption.corrupt_value(value, chance) for _, value in decode_many(text)]
        corrupted = as_lines(values, chance)
    return corrupted.decode(errors="replace").encode("utf-16") if encoding == "utf-16" else corrupted


def as_lines(values: list[Any], chance: Random) -> bytes:
    ascii_only = chance.random() < 0.5
    return b"".join(corruption.as_json(value, ascii_only) + b"\n" for value in values)


def check_reading(raw: bytes) -> Reading | None:
    """Read a file, and check that what is kept is clean and that everything else is told. None when it is refused."""
    try:
        reading = scan_bytes(raw, "FILE")
    except InputError as error:
        check_line(str(error))
        return None
    kept = {question.id: question for _, _, _, question in iterate_questions(reading.document)}
    assert len(kept) == reading.usable <= reading.questions
    assert bool(reading.faults) >= (reading.usable < reading.questions)
    for line in reading.describe():
        check_line(line)
    again = scan_bytes(encode_squad(reading.document), "AGAIN")
    assert {question.id: question for _, _, _, question in iterate_questions(again.document)} == kept
    assert {fault.reason for fault in again.faults} <= {"empty_context"}
    assert again.notes == ()
    report = validate_reading(reading, FILE)
    assert msgspec.json.encode(report)
    assert (report.usable, report.counts.questions) == (reading.usable, reading.questions)
    try:
        reading.check_usable()
    except InputError as error:
        check_line(str(error))
        assert report.errors
    return reading


def check_line(line: str) -> None:
    assert "\n" not in line, line
    assert len(line) <= MAX_LINE, len(line)
