"""SQuAD files of others, an article at a time, with what breaks their form told instead of raised.

A JSON file is mapped into memory, not read: msgspec finds where each article lies, and decodes one when
its turn comes. A parquet file (columns id, context, question, answers; title where there is one) comes
in batches of rows; rows that follow each other with the same context are a paragraph.
"""

import mmap
from collections.abc import Iterator
from itertools import chain, groupby
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from msgspec import UNSET, Raw, Struct, UnsetType

from spanferry.decompression import limit_unpacked_size
from spanferry.errors import InputError, single_line
from spanferry.squad import LONGEST, Article, Paragraph, Question, foreign

COLUMNS = ("id", "context", "question", "answers")
BATCH = 1000  # rows of a parquet file


_UNREADABLE = (OSError, pa.ArrowException, ValueError, OverflowError)
"""What damaged parquet files raise."""


class Malformed(NamedTuple):
    path: str
    told: str


class Piece(NamedTuple):
    """What one step of reading gives: an article with its index, and what was malformed in it.

    A paragraph or question that is malformed itself is None, so that the places of the others stay right.
    """

    index: int
    article: Article | None
    malformed: tuple[Malformed, ...] = ()
    begins: bool = True
    """False where it goes on with the article of the piece before."""


class NotSquad(InputError):
    """A file that reads well, but is something else."""


class JsonFile:
    """A SQuAD JSON file. Raises InputError when it cannot be read, NotSquad when it has no `data`."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._top = _top(path)

    @property
    def version(self) -> object:
        return self._top.version

    def pieces(self) -> Iterator[Piece]:
        if self._top.data is None:
            yield Piece(0, None, (Malformed("data", "is no list of articles"),))
            return
        decoder = msgspec.json.Decoder(Article)
        for index, raw in enumerate(self._top.data):
            try:
                yield Piece(index, decoder.decode(raw))
            except msgspec.ValidationError:
                yield _salvaged(index, _decoded(raw, f"{self.name}: data[{index}]"))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise InputError(f"{self.name}: data[{index}]: not JSON: {error}") from error

    def path(self, article: int, paragraph: int | None = None, question: int | None = None) -> str:
        told = f"data[{article}]"
        told += "" if paragraph is None else f".paragraphs[{paragraph}]"
        return told + ("" if question is None else f".qas[{question}]")


class ParquetFile:
    """The same questions as `datasets` keeps them. Raises InputError, and NotSquad for other columns."""

    version = UNSET

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        try:
            with path.open("rb") as file:
                limit_unpacked_size(file, path.stat().st_size)
            self._file = pq.ParquetFile(path)
            names = self._file.schema_arrow.names
        except _UNREADABLE as error:
            raise InputError(f"{path}: not a readable parquet file: {single_line(error)}") from error
        if missing := [name for name in COLUMNS if name not in names]:
            raise NotSquad(f"{path}: not a SQuAD file: no column {', '.join(missing)}")
        self._columns = [name for name in ("title", *COLUMNS) if name in names]

    def pieces(self) -> Iterator[Piece]:
        at, title = 0, None
        try:
            batches = self._file.iter_batches(BATCH, columns=self._columns)
            rows = chain.from_iterable(batch.to_pylist() for batch in batches)
            for (same, _), group in groupby(rows, key=lambda row: (row.get("title"), row["context"])):
                paragraph = list(group)
                yield _paragraph(at, paragraph)._replace(begins=not same or same != title)
                at, title = at + len(paragraph), same
        except _UNREADABLE as error:
            raise InputError(f"{self.name}: after row {at}: {single_line(error)}") from error

    def path(self, article: int, paragraph: int | None = None, question: int | None = None) -> str:
        return f"row {article + (question or 0)}"


def opened(path: Path) -> JsonFile | ParquetFile:
    """A file by its ending. Raises InputError, NotSquad."""
    if not path.is_file():
        raise InputError(f"{path}: {'not a file' if path.exists() else 'no such file'}")
    return ParquetFile(path) if path.suffix == ".parquet" else JsonFile(path)


class _Top(Struct):
    data: list[Raw] | None
    version: Any | UnsetType = UNSET


def _top(path: Path) -> "_Top":
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{path}: empty") from error
    if told := foreign(mapped[:4]):
        raise InputError(f"{path}: not JSON: {told}")
    try:
        return msgspec.json.decode(mapped, type=_Top)
    except msgspec.ValidationError as error:
        what = _decoded(mapped, str(path))
        if isinstance(what, dict) and "data" in what:
            return _Top(data=None, version=what.get("version", UNSET))
        raise NotSquad(f"{path}: not a SQuAD file: no `data` at its top level") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not JSON: {error}") from error


def _decoded(raw: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name}: not JSON: {error}") from error


def _salvaged(index: int, value: Any) -> Piece:
    """What of a malformed article has its form, and the path of each question or paragraph that has not."""
    wrong: list[Malformed] = []
    at = f"data[{index}]"
    if not isinstance(value, dict) or not isinstance(value.get("paragraphs"), list):
        return Piece(index, None, (Malformed(at, "has no list `paragraphs`"),))
    if not isinstance(title := value.get("title", ""), str):
        wrong.append(Malformed(f"{at}.title", "is no text"))
        title = ""
    paragraphs = []
    for p, raw in enumerate(value["paragraphs"]):
        context, asked = (raw.get("context"), raw.get("qas")) if isinstance(raw, dict) else (None, None)
        readable = isinstance(context, str) and len(context) <= LONGEST
        if not readable or not isinstance(asked, list):
            lacks = "qas" if readable else "context"
            wrong.append(Malformed(f"{at}.paragraphs[{p}].{lacks}", "is missing, of the wrong type or too long"))
            paragraphs.append(None)
            continue
        questions = (_converted(question, f"{at}.paragraphs[{p}].qas[{q}]", wrong) for q, question in enumerate(asked))
        paragraphs.append(Paragraph(context=context, qas=tuple(questions)))
    return Piece(index, Article(title=title, paragraphs=tuple(paragraphs)), tuple(wrong))


def _converted(value: Any, path: str, wrong: list[Malformed]) -> Question | None:
    try:
        return msgspec.convert(value, Question)
    except msgspec.ValidationError as error:
        told, _, where = str(error).partition(" - at ")
        wrong.append(Malformed(path + where.strip("`").removeprefix("$"), told))
        return None


def _paragraph(at: int, rows: list[dict[str, Any]]) -> Piece:
    wrong: list[Malformed] = []
    title, context = rows[0].get("title") or "", rows[0]["context"]
    if not isinstance(context, str) or not isinstance(title, str):
        return Piece(at, None, (Malformed(f"row {at}", "its context or title is no text"),))
    asked = [_converted(_as_question(row), f"row {at + n}", wrong) for n, row in enumerate(rows)]
    return Piece(at, Article(title=title, paragraphs=(Paragraph(context=context, qas=tuple(asked)),)), tuple(wrong))


def _as_question(row: dict[str, Any]) -> dict[str, Any]:
    """A row in the shape of the JSON; what has not the right columns is left for the conversion to refuse."""
    answers = row["answers"]
    if isinstance(answers, dict):
        texts, starts = answers.get("text"), answers.get("answer_start")
        if isinstance(texts, list) and isinstance(starts, list) and len(texts) == len(starts):
            answers = [{"text": text, "answer_start": start} for text, start in zip(texts, starts, strict=True)]
    # Such a table has no `is_impossible`: a question without answers is unanswerable.
    return {"id": row["id"], "question": row["question"], "answers": answers, "is_impossible": answers == []}
