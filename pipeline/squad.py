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

import msgspec
from msgspec import UNSET, Struct, UnsetType

from pipeline.errors import InputError
from pipeline.files import write_atomically

SHOWN_PROBLEMS = 3


class Answer(Struct, frozen=True):
    """One annotator's answer: `context[answer_start:answer_start + len(text)] == text`."""

    text: str
    answer_start: int

    @property
    def end(self) -> int:
        return self.answer_start + len(self.text)


class Question(Struct, frozen=True):
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


class Paragraph(Struct, frozen=True):
    context: str
    qas: tuple[Question, ...]


class Article(Struct, frozen=True):
    paragraphs: tuple[Paragraph, ...]
    title: str = ""


class Document(Struct, frozen=True):
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


def decode(raw: bytes, name: str) -> Document:
    """JSON bytes -> Document. `name` is what error messages call the file.

    Raises InputError with the path of the first wrong element, and how many there are.
    """
    try:
        document = msgspec.json.decode(raw, type=Document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{name}: not a SQuAD file: {error}") from error
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
