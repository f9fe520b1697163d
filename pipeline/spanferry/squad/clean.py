"""Decode at once the articles and rows that are written exactly as the format says and have no fault.

Each function returns None for any other, which is then read value by value.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar, cast

import msgspec
from msgspec import UNSET, Struct, UnsetType

from spanferry.squad.answers import MRQA_ANSWERS, MRQA_SPANS, NOT_GIVEN, SINGLE_ANSWERS
from spanferry.squad.document import Answer, Article, Offset, Paragraph, Question, Text
from spanferry.squad.fields import ALIASES, ANSWER_ALIASES
from spanferry.squad.ids import make_id

ARTICLE_KEYS = frozenset({"title", "paragraphs"})
PARAGRAPH_KEYS = frozenset({"context", "qas"})
QUESTION_KEYS = frozenset({"id", "question", "answers", "is_impossible", "plausible_answers"})
ANSWER_KEYS = frozenset({"text", "answer_start"})
MEANT_KEYS = frozenset({*ALIASES, *ANSWER_ALIASES, *SINGLE_ANSWERS, MRQA_ANSWERS, MRQA_SPANS, "title"})
"""Keys that may have a meaning beside those of the format."""

_WHITE_SPACE = b" \t\r\n"


class LooseAnswer(Struct, frozen=True, gc=False):
    """An answer that may have further keys."""

    text: Text
    answer_start: Offset


AnyAnswer = TypeVar("AnyAnswer", Answer, LooseAnswer)


class LooseQuestion(Struct, Generic[AnyAnswer], frozen=True, gc=False):
    """A question whose id may be a number or missing, and which may have further keys."""

    question: Text
    answers: tuple[AnyAnswer, ...]
    id: Text | int | UnsetType = UNSET
    is_impossible: bool | UnsetType = UNSET
    plausible_answers: tuple[AnyAnswer, ...] | UnsetType = UNSET


class LooseParagraph(Struct, Generic[AnyAnswer], frozen=True, gc=False):
    """A paragraph of such questions."""

    context: Text
    qas: tuple[LooseQuestion[AnyAnswer], ...]


class LooseArticle(Struct, Generic[AnyAnswer], frozen=True, gc=False):
    """An article of such questions."""

    paragraphs: tuple[LooseParagraph[AnyAnswer], ...]
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


class ExtraKey(NamedTuple):
    """A key that is not read: how often it occurs, and where first: in which paragraph, and where in that.

    paragraph: None for the article itself.
    """

    times: int
    paragraph: int | None
    place: str


class Clean(NamedTuple):
    """A decoded article. number_ids, missing_ids: the questions whose ids were numbers, or missing, by paragraph.

    extra_keys: the keys that are not read.
    """

    article: Article
    number_ids: Mapping[int, Sequence[int]] = {}
    missing_ids: Mapping[int, Sequence[int]] = {}
    extra_keys: Mapping[str, ExtraKey] = {}


Fields = dict[str, msgspec.Raw]

_PLAIN = msgspec.json.Decoder()
_FIELDS, _OBJECTS = msgspec.json.Decoder(Fields), msgspec.json.Decoder(list[Fields])
_ARTICLE, _PARAGRAPH = msgspec.json.Decoder(Article), msgspec.json.Decoder(Paragraph)
_ARTICLES = msgspec.json.Decoder(LooseArticle[Answer]), msgspec.json.Decoder(LooseArticle[LooseAnswer])
_PARAGRAPHS = msgspec.json.Decoder(LooseParagraph[Answer]), msgspec.json.Decoder(LooseParagraph[LooseAnswer])
_ROW = msgspec.json.Decoder(CleanRow)

Decoded = TypeVar("Decoded")


def decode_article(raw: bytes) -> Clean | None:
    """Decode an article."""
    if (article := decode(raw, _ARTICLE)) is not None:
        clean = Clean(article)
    elif (loose := decode(raw, _ARTICLES[0]) or decode(raw, _ARTICLES[1])) is not None:
        clean = name_questions(loose)
    else:
        return None
    # An empty title and none are decoded alike.
    keys = 1 + (1 if clean.article.title else raw.count(b'"title"'))
    return check(raw, clean, keys)


def decode_paragraph(raw: bytes) -> Clean | None:
    """Decode a paragraph, as the only one of an article."""
    if (paragraph := decode(raw, _PARAGRAPH)) is not None:
        return check(raw, Clean(Article((paragraph,))), 0)
    if (loose := decode(raw, _PARAGRAPHS[0]) or decode(raw, _PARAGRAPHS[1])) is not None:
        return check(raw, name_questions(LooseArticle(cast("tuple[LooseParagraph[Answer]]", (loose,)))), 0)
    return None


def check(raw: bytes, clean: Clean, outer_keys: int) -> Clean | None:
    """Return a decoded article with its extra keys; None when it has a fault, or keys that have a meaning.

    outer_keys: the number of keys outside of the paragraphs.
    """
    if not is_clean(clean.article):
        return None
    surplus = rest = count_keys(raw) - outer_keys - expected_keys(clean)
    # Most extra keys are those of questions, and looking at the answers takes as long as at all the rest.
    for with_answers in (False, True) if surplus else ():
        named = name_extra_keys(raw, clean, with_answers)
        if named is None:
            return None
        clean, rest = named[0], surplus - named[1]
        if rest == 0:
            return clean
    return clean if rest == 0 or rest == count_colons(texts_of(clean.article)) else None


def decode(raw: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[Decoded]) -> Decoded | None:
    """Decode JSON; None where it does not fit."""
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def name_questions(article: LooseArticle[Answer] | LooseArticle[LooseAnswer]) -> Clean:
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
            answers, plausible = name_answers(one.answers), one.plausible_answers
            if plausible is not UNSET:
                plausible = name_answers(plausible)
            questions.append(Question(id_, one.question, answers, one.is_impossible, plausible))
        paragraphs.append(Paragraph(paragraph.context, tuple(questions)))
    return Clean(Article(tuple(paragraphs), article.title), numbers, missing)


def name_answers(answers: tuple[Answer, ...] | tuple[LooseAnswer, ...]) -> tuple[Answer, ...]:
    """Return answers without further keys."""
    if not answers or isinstance(answers[0], Answer):
        return cast("tuple[Answer, ...]", answers)
    return tuple([Answer(answer.text, answer.answer_start) for answer in answers])


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
        and count_keys(raw) - 6 - (row.title is not UNSET) in (0, count_colons(texts))
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


def expected_keys(clean: Clean) -> int:
    """Return the number of keys of an article's paragraphs, questions and answers, without extra keys."""
    article = clean.article
    keys = 2 * len(article.paragraphs) - sum(map(len, clean.missing_ids.values()))
    for paragraph in article.paragraphs:
        for question in paragraph.qas:
            keys += 3 + 2 * len(question.answers) + (question.is_impossible is not UNSET)
            if question.plausible_answers is not UNSET:
                keys += 1 + 2 * len(question.plausible_answers)
    return keys


def name_extra_keys(raw: bytes, clean: Clean, with_answers: bool) -> tuple[Clean, int] | None:
    """Return an article with its extra keys, and their number with the keys within their values.

    with_answers: whether to look for them in the answers. None when a key has a meaning.
    """
    counts: dict[str, int] = {}
    first: dict[str, tuple[int | None, str]] = {}
    within = 0
    for known, fields, paragraph, place in raw_objects(raw, with_answers):
        if len(fields) == len(known & fields.keys()):
            continue
        for key, value in fields.items():
            if key in known:
                continue
            if key in counts:
                counts[key] += 1
            elif key in MEANT_KEYS or "." in key:
                return None
            else:
                counts[key], first[key] = 1, (paragraph, place)
            inner: object = decode(value, _PLAIN)
            if inner == NOT_GIVEN:
                return None
            if isinstance(inner, list | dict):
                within += count_inner_keys(cast("object", inner))
    found = {key: ExtraKey(count, *first[key]) for key, count in counts.items()}
    return clean._replace(extra_keys=found), within + sum(counts.values())


def raw_objects(raw: bytes, with_answers: bool) -> Iterator[tuple[frozenset[str], Fields, int | None, str]]:
    """Yield the objects of an article or paragraph that was decoded: known keys, the object, paragraph, place in it."""
    outer = _FIELDS.decode(raw)
    if "paragraphs" in outer:
        yield ARTICLE_KEYS, outer, None, ""
    for p, paragraph in enumerate(_OBJECTS.decode(outer["paragraphs"]) if "paragraphs" in outer else [outer]):
        yield PARAGRAPH_KEYS, paragraph, p, ""
        for q, question in enumerate(_OBJECTS.decode(paragraph["qas"])):
            place = f".qas[{q}]"
            for n, answer in enumerate(_OBJECTS.decode(question["answers"]) if with_answers else ()):
                yield ANSWER_KEYS, answer, p, f"{place}.answers[{n}]"
            yield QUESTION_KEYS, question, p, place
            plausible = with_answers and question.get("plausible_answers")
            for n, answer in enumerate(_OBJECTS.decode(plausible) if plausible else ()):
                yield ANSWER_KEYS, answer, p, f"{place}.plausible_answers[{n}]"


def count_inner_keys(value: object) -> int:
    """Return the number of keys within a plain value."""
    if isinstance(value, list):
        return sum(map(count_inner_keys, cast("list[object]", value)))
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    return len(fields) + sum(map(count_inner_keys, fields.values()))


def count_colons(texts: Iterable[str]) -> int:
    """Return the number of texts that begin with a colon, perhaps after spaces."""
    return sum(text.lstrip(" ").startswith(":") for text in texts)


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
