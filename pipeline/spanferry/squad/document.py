"""The types of a SQuAD document (1.1 and 2.0).

    Document(version, data)
      Article(title, paragraphs)
        Paragraph(context, qas)
          Question(id, question, answers, is_impossible, plausible_answers)
            Answer(text, answer_start)          answer_start counts Unicode code points, from 0

Field names are those of the format: https://rajpurkar.github.io/SQuAD-explorer/. Version 1.1 has neither
`is_impossible` nor `plausible_answers`; both are optional here.
"""

from collections.abc import Iterator
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

MAX_TEXT_LENGTH = 10_000_000
"""The limit in characters, 2,000 times SQuAD2.0's longest context. A text ten times as long takes GiBs of memory."""

Text = Annotated[str, Meta(max_length=MAX_TEXT_LENGTH)]
# As wide as the int32 column that stores it (schema_of(SourceParagraph)).
Offset = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]


# gc=False: records of text have no reference cycles, so the garbage collector does not have to visit a million of them.
# forbid_unknown_fields: a file that these types decode has nothing to say about. `convert` reads the others.
class Answer(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One annotator's answer: `context[answer_start:answer_start + len(text)] == text`."""

    text: Text
    answer_start: Offset

    @property
    def end(self) -> int:
        """The offset after the last character."""
        return self.answer_start + len(self.text)


class Question(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A question. An unanswerable one has no answers, and may have plausible answers."""

    id: Text
    question: Text
    answers: tuple[Answer, ...]
    is_impossible: bool | UnsetType = UNSET
    plausible_answers: tuple[Answer, ...] | UnsetType = UNSET

    @property
    def impossible(self) -> bool:
        """True where `is_impossible` is present and true."""
        return self.is_impossible is True

    @property
    def plausible(self) -> tuple[Answer, ...]:
        """`plausible_answers`, empty where the field is absent."""
        return () if self.plausible_answers is UNSET else self.plausible_answers


class Paragraph(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A context and its questions."""

    context: Text
    qas: tuple[Question, ...]


class Article(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The paragraphs of one article, in order."""

    paragraphs: tuple[Paragraph, ...]
    title: Text = ""


class Document(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A whole SQuAD file."""

    data: tuple[Article, ...]
    version: str | UnsetType = UNSET


def json_path(article: int, paragraph: int | None = None, question: int | None = None) -> str:
    """Return the path of an article, paragraph or question in the JSON: `data[0].paragraphs[0].qas[0]`."""
    path = f"data[{article}]"
    path += "" if paragraph is None else f".paragraphs[{paragraph}]"
    return path + ("" if question is None else f".qas[{question}]")


def iterate_questions(document: Document) -> Iterator[tuple[str, Article, Paragraph, Question]]:
    """Yield every question as (path, article, paragraph, question). The path is that in the JSON: `data[0]...`."""
    for a, article in enumerate(document.data):
        for p, paragraph in enumerate(article.paragraphs):
            for q, question in enumerate(paragraph.qas):
                yield json_path(a, p, q), article, paragraph, question
