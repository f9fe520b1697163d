"""Rows of a data set under SQuAD's names, as JSON lines, which the reader of SQuAD files takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from spanferry.errors import FetchError, single_line
from spanferry.hub.layout import MODULES
from spanferry.hub.snapshot import shorten

Row = dict[str, Any]

CONTAINERS = ("paragraphs", "data", "qas")
"""Fields of forms in which questions are nested."""


def module_of(name: str) -> tuple[str, dict[str, Any]]:
    """Return the module of `datasets` that reads a file, with its options."""
    suffixes = [suffix for suffix in Path(name).suffixes if suffix in MODULES]
    return MODULES[suffixes[-1]], {"sep": "\t"} if suffixes[-1] == ".tsv" else {}


def stream_rows(paths: Sequence[Path], name: str) -> Iterator[Row]:
    """Yield the rows of files one at a time. name: the data set, for messages. Raises FetchError."""
    from datasets import load_dataset
    from datasets.exceptions import DatasetsError

    module, options = module_of(paths[0].name)
    try:
        files = [str(path) for path in paths]
        yield from load_dataset(module, data_files=files, split="train", streaming=True, **options)
    except (DatasetsError, OSError, RuntimeError, ValueError, TypeError, StopIteration) as error:
        raise FetchError(f"{name}: {single_line(error)[:300]}") from error


def rename(rows: Iterable[Row], columns: Mapping[str, str], name: str) -> Iterator[Row]:
    """Yield rows with SQuAD's names. columns: SQuAD's name -> the row's.

    Dots lead into nested values, unless a column has them in its name.

    Raises FetchError when a column does not exist, or when a row has neither context and question nor nested questions.

    >>> rows = [{"passage": "Built in 1612.", "q": "When?", "spans": [{"at": 9, "what": "1612"}]}]
    >>> columns = {"context": "passage", "question": "q"}
    >>> columns |= {"answers.text": "spans.what", "answers.answer_start": "spans.at"}
    >>> list(rename(rows, columns, "x"))
    [{'context': 'Built in 1612.', 'question': 'When?', 'answers': {'text': ['1612'], 'answer_start': [9]}}]
    """
    for n, row in enumerate(rows):
        if not n:
            check_columns(row, columns, name)
        used = {path if path in row else path.partition(".")[0] for path in columns.values()}
        renamed = {key: value for key, value in row.items() if key not in used}
        for target, path in columns.items():
            put(renamed, target.split("."), row[path] if path in row else value_at(row, path.split(".")))
        yield renamed


def check_columns(row: Row, columns: Mapping[str, str], name: str) -> None:
    """Raise FetchError when a column does not exist, or fields are missing."""
    known = list(column_names(row))
    for target, path in columns.items():
        if path not in known:
            raise FetchError(f"{name}: columns.{target}: no column {path!r} (it has: {shorten(known)})")
    if any(field in row for field in CONTAINERS):
        return
    if missing := [field for field in ("context", "question") if field not in row and field not in columns]:
        raise FetchError(
            f"{name}: no column {' and no column '.join(map(repr, missing))} (it has: {shorten(known)}); "
            "name them in `columns`"
        )


def column_names(value: object, prefix: str = "") -> Iterator[str]:
    """Yield the names of a row's columns; nested ones with dots: "answers", "answers.text"."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, dict)), None)
    if isinstance(value, dict):
        for key, nested in value.items():
            yield f"{prefix}{key}"
            yield from column_names(nested, f"{prefix}{key}.")


def value_at(value: Any, path: Sequence[str]) -> Any:
    """Return the value at a path; of a list the values of all items; None where there is none."""
    if not path:
        return value
    if isinstance(value, list):
        return [value_at(item, path) for item in value]
    return value_at(value.get(path[0]), path[1:]) if isinstance(value, dict) else None


def put(row: Row, path: Sequence[str], value: object) -> None:
    """Set the value at a path."""
    for key in path[:-1]:
        inner = row.get(key)
        row[key] = inner = dict(inner) if isinstance(inner, dict) else {}
        row = inner
    row[path[-1]] = value


def write_rows(rows: Iterable[Row], file: BinaryIO) -> None:
    """Write rows as JSON lines. A value that JSON cannot express, such as an image, becomes null."""
    encoder = msgspec.json.Encoder(enc_hook=lambda _: None)
    for row in rows:
        file.write(encoder.encode(row) + b"\n")
