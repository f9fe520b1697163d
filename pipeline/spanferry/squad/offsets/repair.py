"""Repair the offsets of a document, as `recognition` explains them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import UNSET
from msgspec.structs import replace

from spanferry.errors import InputError
from spanferry.records import Field, Repair
from spanferry.squad.document import Answer, Article, Document, Paragraph, Question, json_path
from spanferry.squad.offsets.recognition import Correction, Mismatch, Recognition, is_mismatch, recognise

AnswerKey = tuple[str, Field, int]
"""(question id, field, index in its list)."""

Repairs = Mapping[AnswerKey, Repair]
Corrections = Mapping[Mismatch, Correction]


@dataclass(frozen=True)
class RepairedDocument:
    """A document with its offsets repaired where a cause is known. first: the path of the first answer repaired."""

    document: Document
    repairs: Repairs
    recognition: Recognition
    first: str | None

    def refuse(self, name: str) -> None:
        """Raise InputError if any answer was repaired. name: the file, for the message."""
        if self.first:
            found = describe_recognition(self.recognition, repaired=False)
            raise InputError(f"{name}: {found} (first: {self.first}); mend the file, or switch the repair on")


class Part(NamedTuple):
    """The indices of an answer in a document."""

    article: int
    paragraph: int
    question: int
    field: Field
    answer: int


def repair_offsets(
    document: Document,
    place: Callable[[int, int, int], str] = json_path,
    is_refused: Callable[[Part], bool] = lambda _: False,
) -> RepairedDocument:
    """Repair the offsets that a systematic error explains. All other answers stay as they are.

    place: returns the path of a question, for messages. is_refused: whether an answer is faulty otherwise; then it is
    neither evidence nor repaired.

    >>> question = Question("q1", "When?", (Answer("1612", 27),))
    >>> paragraph = Paragraph("The löck böttom was built in 1612.", (question,))
    >>> paragraph = replace(paragraph, qas=(replace(question, answers=(Answer("1612", 31),)),))
    >>> repaired = repair_offsets(Document((Article((paragraph,)),)))
    >>> repaired.document.data[0].paragraphs[0].qas[0].answers
    (Answer(text='1612', answer_start=29),)
    >>> repaired.repairs
    {('q1', <Field.ANSWERS: 'answers'>, 0): Repair(repair=<RepairKind.ONCE: 'once'>, given_text='1612', given_start=31)}
    """
    mismatches = [case for case in iterate_mismatches(document) if not is_refused(case[0])]
    found = recognise([mismatch for _, _, mismatch in mismatches])
    corrections = found.corrections
    if not corrections:
        return RepairedDocument(document, {}, found, None)
    repairs: dict[AnswerKey, Repair] = {}
    first: str | None = None
    for part, question, mismatch in mismatches:
        if correction := corrections.get(mismatch):
            given = mismatch.answer
            repairs[question.id, part.field, part.answer] = Repair(correction.kind, given.text, given.answer_start)
            path = place(part.article, part.paragraph, part.question)
            first = first or f"{path}.{part.field}[{part.answer}]"
    articles = tuple(repair_article(article, corrections) for article in document.data)
    return RepairedDocument(replace(document, data=articles), repairs, found, first)


def iterate_mismatches(document: Document) -> Iterator[tuple[Part, Question, Mismatch]]:
    """Yield the answers that are not at their offsets, with their questions."""
    for a, article in enumerate(document.data):
        for p, paragraph in enumerate(article.paragraphs):
            for q, question in enumerate(paragraph.qas):
                for field, answers in ((Field.ANSWERS, question.answers), (Field.PLAUSIBLE, question.plausible)):
                    for n, answer in enumerate(answers):
                        if is_mismatch(paragraph.context, answer):
                            yield Part(a, p, q, field, n), question, Mismatch(paragraph.context, answer)


def repair_article(article: Article, corrections: Corrections) -> Article:
    """Return an article with its answers corrected."""
    return replace(
        article, paragraphs=tuple(repair_paragraph(paragraph, corrections) for paragraph in article.paragraphs)
    )


def repair_paragraph(paragraph: Paragraph, corrections: Corrections) -> Paragraph:
    """Return a paragraph with its answers corrected; the same object if there is nothing to correct."""
    context = paragraph.context

    def correct(answers: tuple[Answer, ...]) -> tuple[Answer, ...]:
        found = (corrections.get(Mismatch(context, answer)) for answer in answers)
        return tuple(right.answer if right else given for right, given in zip(found, answers, strict=True))

    questions = tuple(
        replace(
            question,
            answers=correct(question.answers),
            plausible_answers=UNSET if question.plausible_answers is UNSET else correct(question.plausible),
        )
        for question in paragraph.qas
    )
    return paragraph if questions == paragraph.qas else replace(paragraph, qas=questions)


def describe_recognition(found: Recognition, *, repaired: bool = True) -> str:
    """Return what is wrong with the offsets of a file, and how many answers were repaired, on one line.

    repaired: False for a file that is only looked at. "" where every answer is at its offset.
    """
    total = found.repaired + found.left
    if not total:
        return ""
    causes = ", ".join(f"{cause.description} ({cause.count:,})" for cause in found.causes)
    verb = "repaired" if repaired else "explained"
    parts = [f"{total:,} answer{'' if total == 1 else 's'} not at {'its offset' if total == 1 else 'their offsets'}"]
    if causes:
        parts.append(f"{found.repaired:,} {verb}: offsets {causes}")
    if found.left and causes:
        parts.append(f"{found.left:,} not {verb}")
    return "; ".join(parts)
