"""Read SQuAD data one article at a time from JSON files, parquet files, or documents in memory.

A JSON file is mapped into memory. msgspec finds the bytes of each article, and an article is decoded only when it is
needed. A parquet file (columns id, context, question, answers; title is optional) is read in batches of rows;
consecutive rows with the same context are one paragraph.
"""

import mmap
from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import Raw, Struct

from spanferry.decompression import limit_unpacked_size
from spanferry.errors import InputError, single_line
from spanferry.squad.document import Article, Document, json_path
from spanferry.squad.reader import detect_foreign_format
from spanferry.squad.validation.chunks import (
    Chunk,
    Malformed,
    NotSquad,
    PartialArticle,
    PartialParagraph,
    convert_question,
    list_items,
    object_fields,
    salvage_article,
)

SUFFIXES = (".json", ".parquet")
COLUMNS = ("id", "context", "question", "answers")
BATCH_ROWS = 1000

# The errors that pyarrow raises for damaged parquet files.
_PARQUET_ERRORS = (OSError, pa.ArrowException, ValueError, OverflowError)


class Source(Protocol):
    """A SQuAD file that can be read in chunks."""

    def chunks(self) -> Iterator[Chunk]:
        """Yield the file's articles in order. Raises InputError when the file is damaged."""
        ...

    def element_path(self, article: int, paragraph: int | None = None, question: int | None = None) -> str:
        """Return the path of an element, for messages. article: the `start` of its chunk."""
        ...


def open_source(path: Path) -> Source:
    """Open a file according to its suffix. Raises InputError when it cannot be read, NotSquad for other content."""
    if not path.is_file():
        raise InputError(f"{path}: {'not a file' if path.exists() else 'no such file'}")
    return ParquetSource(path) if path.suffix == ".parquet" else JsonSource(path)


def find_squad_files(folder: Path) -> list[Path]:
    """Return the JSON and parquet files below a folder, sorted by path, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


class DocumentSource:
    """A document in memory."""

    element_path = staticmethod(json_path)

    def __init__(self, document: Document) -> None:
        self._document = document

    def chunks(self) -> Iterator[Chunk]:
        for index, article in enumerate(self._document.data):
            yield Chunk(index, article)


class JsonSource:
    """A SQuAD JSON file. Raises InputError when it cannot be read, NotSquad when it has no `data`."""

    element_path = staticmethod(json_path)

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        self._articles = _find_articles(path)

    def chunks(self) -> Iterator[Chunk]:
        if self._articles is None:
            yield Chunk(0, None, (Malformed("data", "is not a list of articles"),))
            return
        decoder = msgspec.json.Decoder(Article)
        for index, raw in enumerate(self._articles):
            try:
                yield Chunk(index, decoder.decode(raw))
            except msgspec.ValidationError:
                yield salvage_article(index, _decode_json(raw, f"{self._name}: data[{index}]"))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise InputError(f"{self._name}: data[{index}]: not JSON: {error}") from error


class ParquetSource:
    """A SQuAD table as `datasets` stores it. Raises InputError when it cannot be read, NotSquad for other columns."""

    def __init__(self, path: Path) -> None:
        self._name = str(path)
        try:
            with path.open("rb") as file:
                limit_unpacked_size(file, path.stat().st_size)
            self._file = pq.ParquetFile(path)
            names = list(self._file.schema_arrow.names)
        except _PARQUET_ERRORS as error:
            raise InputError(f"{path}: not a readable parquet file: {single_line(error)}") from error
        if missing := [name for name in COLUMNS if name not in names]:
            raise NotSquad(f"{path}: not a SQuAD file: no column {', '.join(missing)}")
        self._columns = [name for name in ("title", *COLUMNS) if name in names]

    def chunks(self) -> Iterator[Chunk]:
        index, article_title = 0, None
        try:
            batches = self._file.iter_batches(BATCH_ROWS, columns=self._columns)
            rows: Iterator[dict[str, Any]] = chain.from_iterable(batch.to_pylist() for batch in batches)
            for (title, _), group in groupby(rows, key=lambda row: (row.get("title"), row["context"])):
                paragraph = list(group)
                yield _paragraph_chunk(index, paragraph)._replace(starts_article=not title or title != article_title)
                index, article_title = index + len(paragraph), title
        except _PARQUET_ERRORS as error:
            raise InputError(f"{self._name}: after row {index}: {single_line(error)}") from error

    def element_path(self, article: int, paragraph: int | None = None, question: int | None = None) -> str:
        return f"row {article + (question or 0)}"


class _ArticleList(Struct):
    """The top level of a SQuAD file, with undecoded articles."""

    data: list[Raw] | None


def _find_articles(path: Path) -> list[Raw] | None:
    """Map a JSON file and find its articles; None when `data` is not a list. Raises InputError or NotSquad."""
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: empty") from error
    if description := detect_foreign_format(mapped[:4]):
        raise InputError(f"{path}: not JSON: {description}")
    try:
        return msgspec.json.decode(mapped, type=_ArticleList).data
    except msgspec.ValidationError as error:
        value = _decode_json(mapped, str(path))
        if isinstance(value, dict) and "data" in value:
            return None
        raise NotSquad(f"{path}: not a SQuAD file: no `data` at its top level") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {error}") from error


def _decode_json(raw: Raw | mmap.mmap, name: str) -> object:
    """Decode JSON to plain values. Raises InputError."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name}: not JSON: {error}") from error


def _paragraph_chunk(index: int, rows: list[dict[str, Any]]) -> Chunk:
    """Convert the rows of one paragraph to a chunk. index: the index of the first row."""
    title, context = rows[0].get("title") or "", rows[0]["context"]
    if not isinstance(context, str) or not isinstance(title, str):
        return Chunk(index, None, (Malformed(f"row {index}", "its context or title is not text"),))
    malformed: list[Malformed] = []
    questions = tuple(convert_question(_as_json(row), f"row {index + n}", malformed) for n, row in enumerate(rows))
    paragraph = PartialParagraph(context=context, qas=questions)
    return Chunk(index, PartialArticle(title=title, paragraphs=(paragraph,)), tuple(malformed))


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    """Convert a row to the form of a question in JSON. Invalid values are kept; `convert_question` refuses them."""
    answers = row["answers"]
    if columns := object_fields(answers):
        texts, starts = list_items(columns.get("text")), list_items(columns.get("answer_start"))
        if texts is not None and starts is not None and len(texts) == len(starts):
            answers = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    # Such a table has no `is_impossible`: a question without answers is unanswerable.
    return {"id": row["id"], "question": row["question"], "answers": answers, "is_impossible": answers == []}
