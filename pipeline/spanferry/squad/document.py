"""The SQuAD document (1.1 and 2.0): read, check, write.

    Document(version, data)
      Article(title, paragraphs)
        Paragraph(context, qas)
          Question(id, question, answers, is_impossible, plausible_answers)
            Answer(text, answer_start)          answer_start counts Unicode code points, from 0

Formats: https://rajpurkar.github.io/SQuAD-explorer/ (1.1 has neither `is_impossible` nor
`plausible_answers`; both are optional here).
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from spanferry.errors import InputError
from spanferry.files import regular_file, write_bytes

SHOWN_PROBLEMS = 3

LONGEST = 10_000_000  # characters; 2,000 times SQuAD2.0's longest context. Ten times as many would take GiBs.
Text = Annotated[str, Meta(max_length=LONGEST)]
# As wide as the column that holds it (schema_of(SourceParagraph)).
Offset = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


# gc=False: records of text hold no cycles, and the collector need not walk a million of them.
class Answer(Struct, frozen=True, gc=False):
    """One annotator's answer: `context[answer_start:answer_start + len(text)] == text`."""

    text: Text
    answer_start: Offset

    @property
    def end(self) -> int:
        return self.answer_start + len(self.text)


class Question(Struct, frozen=True, gc=False):
    """A question; unanswerable ones have no answers, and may have plausible ones."""

    id: Text
    question: Text
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
    context: Text
    qas: tuple[Question, ...]


class Article(Struct, frozen=True, gc=False):
    paragraphs: tuple[Paragraph, ...]
    title: Text = ""


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
    file, and is counted as lost with a reason of its own (`Reason.SOURCE_MISMATCH`).
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
        if not question.impossible and question.plausible:
            yield f"{path}: answerable, yet it has plausible_answers"
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


def foreign(head: bytes) -> str | None:
    """What a file is instead of JSON, as far as its first bytes tell."""
    return next((told for begins, told in _FOREIGN.items() if head.startswith(begins)), None)


def _first_not_utf8(raw: bytes) -> int:
    """The offset of the first byte that is not UTF-8 (msgspec counts from the start of its string)."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(raw)


def doubled_key(raw: bytes, document: Document) -> str | None:
    """A key that an object has twice, of those whose loss would be silent: msgspec takes the last one.

    Looked for only where such a key stands in the file more often than the document explains.
    """
    paragraphs = sum(len(article.paragraphs) for article in document.data)
    questions = sum(len(paragraph.qas) for article in document.data for paragraph in article.paragraphs)
    most = {"data": 1, "paragraphs": len(document.data), **dict.fromkeys(("context", "qas"), paragraphs)}
    most |= dict.fromkeys(("question", "answers", "is_impossible", "plausible_answers"), questions)
    if all(raw.count(b'"%b"' % key.encode()) <= times for key, times in most.items()):
        return None
    doubled = []

    def noted(pairs: list[tuple[str, object]]) -> None:
        doubled.extend(key for key, times in Counter(key for key, _ in pairs).items() if times > 1 and key in most)

    json.loads(raw, object_pairs_hook=noted, parse_int=float)  # which takes any number of digits
    return doubled[0] if doubled else None


def decode(raw: bytes, name: str) -> Document:
    """JSON bytes -> Document. `name` is what error messages call the file.

    Raises InputError with the path of the first wrong element, and how many there are.
    """
    if told := foreign(raw[:4]):
        raise InputError(f"{name}: not a SQuAD file: {told}")
    try:
        document = msgspec.json.decode(raw, type=Document)
    except UnicodeDecodeError:
        raise InputError(f"{name}: not a SQuAD file: not UTF-8 at byte {_first_not_utf8(raw)}") from None
    except RecursionError:
        raise InputError(f"{name}: not a SQuAD file: nested too deeply") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{name}: not a SQuAD file: {error if raw else 'empty'}") from error
    try:
        key = doubled_key(raw, document)
    except (ValueError, RecursionError) as error:  # what msgspec passes over need not be JSON
        raise InputError(f"{name}: not a SQuAD file: {error}") from error
    if key:
        raise InputError(f"{name}: an object has the key {key!r} twice; only one of them would be read")
    found = list(problems(document))
    if found:
        more = f" (and {len(found) - SHOWN_PROBLEMS} more)" if len(found) > SHOWN_PROBLEMS else ""
        raise InputError(f"{name}: {'; '.join(found[:SHOWN_PROBLEMS])}{more}")
    return document


def read(path: Path) -> Document:
    """Reads and checks a SQuAD file. Raises InputError."""
    try:
        raw = regular_file(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    return decode(raw, str(path))


def encode(document: Document) -> bytes:
    """Document -> compact UTF-8 JSON with a final newline; same document, same bytes."""
    return msgspec.json.encode(document) + b"\n"


def write(document: Document, path: Path) -> None:
    """Writes a SQuAD file whole or not at all."""
    write_bytes(path, encode(document))
