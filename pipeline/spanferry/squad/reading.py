"""The result of reading a file: the document, what is wrong with it, and what was repaired or ignored.

`source` has every question of the file, with placeholders for values that are missing. `faults` says what is wrong, and
where. `document` is `source` without the questions and answers that have a fault.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from spanferry.errors import InputError
from spanferry.records import Field, Reason
from spanferry.squad.document import Answer, Document, Paragraph, Question
from spanferry.squad.notes import Note, describe_notes
from spanferry.squad.offsets import Part, RepairedDocument, describe_recognition, repair_offsets

SHOWN_FAULTS = 3
REASONS = tuple(Reason)


class Places(Protocol):
    """Returns the place of a part of `source` in the file: `data[0].paragraphs[0].qas[0]`, `row 7`."""

    def __call__(self, article: int, paragraph: int | None = None, question: int | None = None) -> str: ...


class Position(NamedTuple):
    """The indices of a faulty part of `source`: a paragraph, a question (field None) or an answer.

    question: None for a whole paragraph.
    """

    article: int
    paragraph: int
    question: int | None = None
    field: Field | None = None
    answer: int = 0


class Fault(Struct, frozen=True):
    """Something wrong with a part of a file. position: None outside all paragraphs.

    path: the place of the wrong value. message: details; "" when the reason says enough.
    """

    reason: Reason
    position: Position | None
    path: str
    message: str = ""


FaultReasons = Mapping[Position, Reason]
"""The part of a document -> why it is left out."""


@dataclass(frozen=True)
class Reading:
    """What a file holds. form: "json", "parquet", "json lines of rows" or the like. name: its name in messages."""

    name: str
    form: str
    source: Document
    place: Places
    faults: tuple[Fault, ...] = ()
    notes: tuple[Note, ...] = ()

    @cached_property
    def reasons(self) -> dict[Position, Reason]:
        """The reason of each part that is left out: the first of its faults, in the order of `Reason`."""
        return merge_reasons(self.faults)

    @cached_property
    def document(self) -> Document:
        """The document without the questions and answers that have a fault."""
        return leave_out(self.source, self.reasons)

    @cached_property
    def repaired(self) -> RepairedDocument:
        """`source` with its offsets repaired, where a systematic error explains them."""
        return repair_offsets(self.source, self.place, self._is_left_out)

    @cached_property
    def repaired_document(self) -> Document:
        """`document` with its offsets repaired."""
        return leave_out(self.repaired.document, self.reasons)

    def _is_left_out(self, part: Part) -> bool:
        paragraph = Position(part.article, part.paragraph)
        question = paragraph._replace(question=part.question)
        answer = question._replace(field=part.field, answer=part.answer)
        return not self.reasons.keys().isdisjoint((paragraph, question, answer))

    @property
    def questions(self) -> int:
        """The number of questions in the file."""
        return sum(len(paragraph.qas) for article in self.source.data for paragraph in article.paragraphs)

    @property
    def usable(self) -> int:
        """The number of questions in `document`."""
        return sum(len(paragraph.qas) for article in self.document.data for paragraph in article.paragraphs)

    def check_usable(self) -> "Reading":
        """Return this reading. Raises InputError when no question can be used."""
        if self.usable:
            return self
        if not self.faults:
            raise InputError(f"{self.name}: no questions")
        more = len(self.faults) - SHOWN_FAULTS
        faults = "; ".join(describe_fault(fault) for fault in self.faults[:SHOWN_FAULTS])
        raise InputError(f"{self.name}: no usable question: {faults}{f' (and {more:,} more)' if more > 0 else ''}")

    def describe(self, *, uses_offsets: bool = True) -> Iterator[str]:
        """Yield plain lines about what was repaired, ignored and left out.

        uses_offsets: False where wrong offsets are not repaired, because only the texts are used.
        """
        yield from describe_notes(self.notes)
        if left_out := self.questions - self.usable:
            yield f"{left_out:,} of {self.questions:,} questions left out"
        by_reason = Counter(fault.reason for fault in self.faults)
        for reason in (reason for reason in Reason if by_reason[reason]):
            first = next(fault for fault in self.faults if fault.reason is reason)
            yield f"{by_reason[reason]:,} × {reason} (first: {describe_fault(first, with_reason=False)})"
        if line := describe_recognition(self.repaired.recognition, repaired=uses_offsets):
            yield line


def describe_fault(fault: Fault, *, with_reason: bool = True) -> str:
    """Return a fault on one line: its place, its reason and its details."""
    parts = (fault.path, fault.reason if with_reason else "", fault.message)
    return ": ".join(part for part in parts if part)


def merge_reasons(faults: Iterable[Fault]) -> dict[Position, Reason]:
    """Return the reason of each faulty part: the first of its faults, in the order of `Reason`."""
    reasons: dict[Position, Reason] = {}
    for fault in faults:
        if fault.position is not None:
            earlier = reasons.get(fault.position, fault.reason)
            reasons[fault.position] = min(earlier, fault.reason, key=REASONS.index)
    return reasons


def is_left_out(question: Question, at: Position, reasons: FaultReasons) -> bool:
    """Return whether a question is left out: it or its paragraph has a fault, or each of its answers has one."""
    if at in reasons or Position(at.article, at.paragraph) in reasons:
        return True
    places = (at._replace(field=Field.ANSWERS, answer=n) for n in range(len(question.answers)))
    return bool(question.answers) and all(place in reasons for place in places)


def leave_out(source: Document, reasons: FaultReasons) -> Document:
    """Return a document without the questions and answers that have a reason.

    A question all of whose answers are left out is left out too, unless it is unanswerable. Articles and paragraphs
    stay, so that the others keep their indices.
    """
    touched = {(position.article, position.paragraph) for position in reasons}
    if not touched:
        return source
    articles = list(source.data)
    for a in sorted({article for article, _ in touched}):
        paragraphs = [
            _leave_out_of_paragraph(paragraph, a, p, reasons) if (a, p) in touched else paragraph
            for p, paragraph in enumerate(articles[a].paragraphs)
        ]
        articles[a] = replace(articles[a], paragraphs=tuple(paragraphs))
    return replace(source, data=tuple(articles))


def _leave_out_of_paragraph(paragraph: Paragraph, a: int, p: int, reasons: FaultReasons) -> Paragraph:
    questions = ((Position(a, p, q), question) for q, question in enumerate(paragraph.qas))
    kept = (
        _leave_out_answers(question, at, reasons)
        for at, question in questions
        if not is_left_out(question, at, reasons)
    )
    return replace(paragraph, qas=tuple(kept))


def _leave_out_answers(question: Question, at: Position, reasons: FaultReasons) -> Question:
    """Return a question without its faulty answers."""

    def good(field: Field, answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        places = (at._replace(field=field, answer=n) for n in range(len(answers)))
        return tuple(answer for answer, place in zip(answers, places, strict=True) if place not in reasons)

    answers = good(Field.ANSWERS, question.answers)
    if not question.plausible:
        return replace(question, answers=answers)
    return replace(question, answers=answers, plausible_answers=good(Field.PLAUSIBLE, question.plausible))
