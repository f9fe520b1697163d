"""Decode at once the articles and rows that are written exactly as the format says and have no fault.

Each function returns None for any other, which is then read value by value.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from spanferry.squad.document import Answer, Article, Offset, Paragraph, Question, Text
from spanferry.squad.ids import make_id

_WHITE_SPACE = b" \t\r\n"


class NumberedQuestion(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A question whose id is a number or missing."""

    question: Text
    answers: tuple[Answer, ...]
    id: Text | int | UnsetType = UNSET
    is_impossible: bool | UnsetType = UNSET
    plausible_answers: tuple[Answer, ...] | UnsetType = UNSET


class NumberedParagraph(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A paragraph of such questions."""

    context: Text
    qas: tuple[NumberedQuestion, ...]


class NumberedArticle(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """An article of such questions."""

    paragraphs: tuple[NumberedParagraph, ...]
    title: Text = ""


class AnswerColumns(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The answers of a row."""

    text: tuple[Text, ...]
    answer_start: tuple[Offset, ...]


class CleanRow(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A row of a table of questions, with the columns of `squad_v2` on the Hub. Its id may be a number."""

    id: Text | int
    context: Text
    question: Text
    answers: AnswerColumns
    title: Text | UnsetType = UNSET

    def to_question(self) -> Question:
        """Return the question of the row. Without answers it is unanswerable."""
        answers = tuple(map(Answer, self.answers.text, self.answers.answer_start))
        return Question(str(self.id), self.question, answers, UNSET if answers else True)


class Clean(NamedTuple):
    """A decoded article. number_ids, missing_ids: the questions whose ids were numbers, or missing, by paragraph."""

    article: Article
    number_ids: Mapping[int, Sequence[int]] = {}
    missing_ids: Mapping[int, Sequence[int]] = {}


_ARTICLE, _NUMBERED_ARTICLE = msgspec.json.Decoder(Article), msgspec.json.Decoder(NumberedArticle)
_PARAGRAPH, _NUMBERED_PARAGRAPH = msgspec.json.Decoder(Paragraph), msgspec.json.Decoder(NumberedParagraph)
_ROW = msgspec.json.Decoder(CleanRow)

Decoded = TypeVar("Decoded")


def decode_article(raw: bytes) -> Clean | None:
    """Decode an article."""
    if (article := decode(raw, _ARTICLE)) is not None:
        clean = Clean(article)
    elif (numbered := decode(raw, _NUMBERED_ARTICLE)) is not None:
        clean = number_questions(numbered)
    else:
        return None
    # An empty title and none are decoded alike.
    keys = 1 + (1 if clean.article.title else raw.count(b'"title"'))
    return clean if is_clean(clean.article) and has_keys_once(raw, clean, keys) else None


def decode_paragraph(raw: bytes) -> Clean | None:
    """Decode a paragraph, as the only one of an article."""
    if (paragraph := decode(raw, _PARAGRAPH)) is not None:
        clean = Clean(Article((paragraph,)))
    elif (numbered := decode(raw, _NUMBERED_PARAGRAPH)) is not None:
        clean = number_questions(NumberedArticle((numbered,)))
    else:
        return None
    return clean if is_clean(clean.article) and has_keys_once(raw, clean, 0) else None


def decode(raw: bytes, decoder: msgspec.json.Decoder[Decoded]) -> Decoded | None:
    """Decode JSON; None where it does not fit."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def number_questions(article: NumberedArticle) -> Clean:
    """Return an article with texts as ids."""
    numbers: dict[int, list[int]] = {}
    missing: dict[int, list[int]] = {}
    paragraphs: list[Paragraph] = []
    for p, paragraph in enumerate(article.paragraphs):
        questions: list[Question] = []
        for q, one in enumerate(paragraph.qas):
            id_ = one.id
            if isinstance(id_, int):
                numbers.setdefault(p, []).append(q)
                id_ = str(id_)
            elif id_ is UNSET:
                missing.setdefault(p, []).append(q)
                id_ = make_id(paragraph.context, one.question)
            questions.append(Question(id_, one.question, one.answers, one.is_impossible, one.plausible_answers))
        paragraphs.append(Paragraph(paragraph.context, tuple(questions)))
    return Clean(Article(tuple(paragraphs), article.title), numbers, missing)


def decode_row(raw: bytes) -> CleanRow | None:
    """Decode a row."""
    row = decode(raw, _ROW)
    if row is None:
        return None
    answers = row.answers
    texts = (str(row.id), row.title or "", row.context, row.question, *answers.text)
    is_good = (
        len(answers.text) == len(answers.answer_start)
        and row.id != ""
        and has_text(row.context)
        and has_text(row.question)
        and all(map(has_text, answers.text))
        and has_so_many_keys(raw, 6 + (row.title is not UNSET), texts)
    )
    return row if is_good else None


def has_text(text: str) -> bool:
    """Return whether a text has more than white space."""
    return bool(text) and not text.isspace()


def is_clean(article: Article) -> bool:
    """Return whether an article has no fault but ids that occur twice."""
    for paragraph in article.paragraphs:
        if not paragraph.context or paragraph.context.isspace():
            return False
        for question in paragraph.qas:
            answers = question.answers
            if question.is_impossible is True:
                if answers:
                    return False
                answers = question.plausible_answers or ()
            elif not answers or question.plausible_answers:
                return False
            text = question.question
            if not question.id or not text or text.isspace():
                return False
            for answer in answers:
                if not answer.text or answer.text.isspace():
                    return False
    return True


# Doubled keys. msgspec uses the last value of a key that occurs twice.


def has_keys_once(raw: bytes, clean: Clean, outer_keys: int) -> bool:
    """Return whether no object has a key twice. outer_keys: the number of keys outside of the paragraphs."""
    article = clean.article
    keys = outer_keys + 2 * len(article.paragraphs) - sum(map(len, clean.missing_ids.values()))
    for paragraph in article.paragraphs:
        for question in paragraph.qas:
            keys += 3 + 2 * len(question.answers) + (question.is_impossible is not UNSET)
            if question.plausible_answers is not UNSET:
                keys += 1 + 2 * len(question.plausible_answers)
    return has_so_many_keys(raw, keys, texts_of(article))


def has_so_many_keys(raw: bytes, keys: int, texts: Iterator[str] | tuple[str, ...]) -> bool:
    """Return whether JSON has so many keys. texts: all its values that are texts."""
    surplus = count_keys(raw) - keys
    return surplus == 0 or surplus == sum(text.lstrip(" ").startswith(":") for text in texts)


def count_keys(raw: bytes) -> int:
    """Return the number of quotes in JSON that a colon follows, without those within a text.

    These are its keys, and its texts that begin with a colon.
    """
    dense = raw.translate(None, _WHITE_SPACE)
    return dense.count(b'":') - dense.count(b'\\":')


def texts_of(article: Article) -> Iterator[str]:
    """Yield the texts of an article."""
    yield article.title
    for paragraph in article.paragraphs:
        yield paragraph.context
        for question in paragraph.qas:
            yield question.id
            yield question.question
            for answer in (*question.answers, *question.plausible):
                yield answer.text
