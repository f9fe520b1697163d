"""The SQuAD document (1.1 and 2.0): read, check, write.

    Document(version, data)
      Article(title, paragraphs)
        Paragraph(context, qas)
          Question(id, question, answers, is_impossible, plausible_answers)
            Answer(text, answer_start)          answer_start counts Unicode code points, from 0

Formats: https://rajpurkar.github.io/SQuAD-explorer/ (1.1 has neither `is_impossible` nor
`plausible_answers`; both are optional here).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from pipeline.errors import InputError
from pipeline.files import write_atomically

SHOWN_PROBLEMS = 3

# As wide as the column that holds it (tables.LAYOUT).
Offset = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


# gc=False: records of text hold no cycles, and the collector need not walk a million of them.
class Answer(Struct, frozen=True, gc=False):
    """One annotator's answer: `context[answer_start:answer_start + len(text)] == text`."""

    text: str
    answer_start: Offset

    @property
    def end(self) -> int:
        return self.answer_start + len(self.text)


class Question(Struct, frozen=True, gc=False):
    """A question; unanswerable ones have no answers, and may have plausible ones."""

    id: str
    question: str
    answers: tuple[Answer, ...]
    is_impossible: bool | UnsetType = UNSET
    plausible_answers: tuple[Answer, ...] | UnsetType = UNSET

    @property
    def impossible(self) -> bool:
        return self.is_impossible is True

    @property
    def plausible(self) -> tuple[Answer, ...]:
        return () if self.plausible_answers is UNSET else self.plausible_answers


class Paragraph(Struct, frozen=True, gc=False):
    context: str
    qas: tuple[Question, ...]


class Article(Struct, frozen=True, gc=False):
    paragraphs: tuple[Paragraph, ...]
    title: str = ""


class Document(Struct, frozen=True, gc=False):
    data: tuple[Article, ...]
    version: str | UnsetType = UNSET


def walk(document: Document) -> Iterator[tuple[str, Article, Paragraph, Question]]:
    """Every question with its article and paragraph, and its path in the JSON (`data[0]....`)."""
    for a, article in enumerate(document.data):
        for p, paragraph in enumerate(article.paragraphs):
            for q, question in enumerate(paragraph.qas):
                yield f"data[{a}].paragraphs[{p}].qas[{q}]", article, paragraph, question


def problems(document: Document) -> Iterator[str]:
    """What makes a document unusable as a source, each with its path.

    An answer whose offset does not match its text is not among them: it costs that answer, not the
    file, and is counted as lost with a reason of its own (`tables.Reason.SOURCE_MISMATCH`).
    """
    if not document.data:
        yield "data: no articles"
    for a, article in enumerate(document.data):
        for p, paragraph in enumerate(article.paragraphs):
            if not paragraph.context.strip():
                yield f"data[{a}].paragraphs[{p}].context: empty"
    seen: dict[str, str] = {}
    for path, _, _, question in walk(document):
        if not question.id:
            yield f"{path}.id: empty"
        elif question.id in seen:
            yield f"{path}.id: {question.id!r} stands already at {seen[question.id]}"
        seen.setdefault(question.id, path)
        if not question.question.strip():
            yield f"{path}.question: empty"
        if question.impossible and question.answers:
            yield f"{path}: is_impossible, yet it has answers"
        if not question.impossible and not question.answers:
            yield f"{path}: answerable, yet it has no answers"
    if document.data and not seen:
        yield "data: no questions"


# How files begin that people take for JSON.
_FOREIGN = {
    b"\xef\xbb\xbf": "begins with a byte order mark; save it as UTF-8 without one",
    b"\xff\xfe": "UTF-16; save it as UTF-8",
    b"\xfe\xff": "UTF-16; save it as UTF-8",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"PK\x03\x04": "a zip archive; unpack it first",
}


def _first_not_utf8(raw: bytes) -> int:
    """The offset of the first byte that is not UTF-8 (msgspec counts from the start of its string)."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(raw)


def decode(raw: bytes, name: str) -> Document:
    """JSON bytes -> Document. `name` is what error messages call the file.

    Raises InputError with the path of the first wrong element, and how many there are.
    """
    if foreign := next((told for head, told in _FOREIGN.items() if raw.startswith(head)), None):
        raise InputError(f"{name}: not a SQuAD file: {foreign}")
    try:
        document = msgspec.json.decode(raw, type=Document)
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a SQuAD file: not UTF-8 at byte {_first_not_utf8(raw)}") from None
    except RecursionError:
        raise InputError(f"{name}: not a SQuAD file: nested too deeply") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{name}: not a SQuAD file: {error if raw else 'empty'}") from error
    found = list(problems(document))
    if found:
        more = f" (and {len(found) - SHOWN_PROBLEMS} more)" if len(found) > SHOWN_PROBLEMS else ""
        raise InputError(f"{name}: {'; '.join(found[:SHOWN_PROBLEMS])}{more}")
    return document


def read(path: Path) -> Document:
    """Reads and checks a SQuAD file. Raises InputError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return decode(raw, str(path))


def encode(document: Document) -> bytes:
    """Document -> compact UTF-8 JSON with a final newline; same document, same bytes."""
    return msgspec.json.encode(document) + b"\n"


def write(document: Document, path: Path) -> None:
    """Writes a SQuAD file whole or not at all."""
    write_atomically(path, encode(document))
