"""Assemble a document from the items of a file: articles, paragraphs with questions, or rows with one question each.

    {"title", "paragraphs"}               an article
    {"context", "qas"}                    a paragraph, as SimpleTransformers and MRQA write them
    {"context", "question", "answers"}    a row, as `datasets` writes them

Consecutive paragraphs or rows with the same title are one article, and consecutive rows with the same context are one
paragraph.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

import msgspec

from spanferry.records import Reason
from spanferry.squad.document import Article, Document, Paragraph, Question
from spanferry.squad.json_text import Doubled, fields_of
from spanferry.squad.notes import NoteKind
from spanferry.squad.reading import Position
from spanferry.squad.values import Findings, make_id, name_extra_keys, open_object, read_question, read_text, read_title

ARTICLE_KEYS = frozenset({"title", "paragraphs"})
PARAGRAPH_KEYS = frozenset({"title", "context", "qas"})
ROW_KEYS = frozenset({"title", "context"})
MRQA_KEYS = frozenset({"qid", "detected_answers"})


class Shape(StrEnum):
    """The shape of an item."""

    ARTICLE = "articles"
    PARAGRAPH = "paragraphs"
    ROW = "rows"


def shape_of(item: object) -> Shape | None:
    """Return the shape of an item by its keys; None for anything else."""
    fields = fields_of(item)
    if fields is None:
        return None
    if "paragraphs" in fields:
        return Shape.ARTICLE
    if "qas" in fields and "context_text" not in fields:  # CMRC's own form, which has no offsets
        return Shape.PARAGRAPH
    return Shape.ROW if "question" in fields and "context" in fields else None


ParagraphPlace = str | list[str]
"""The place of a paragraph, or the place of each of its questions, which are rows."""


@dataclass
class OpenArticle:
    """The article to which paragraphs and rows are being added."""

    title: str
    paragraphs: list[Paragraph] = field(default_factory=list[Paragraph])
    places: list[ParagraphPlace] = field(default_factory=list[ParagraphPlace])


@dataclass
class OpenParagraph:
    """The paragraph to which rows are being added. key: the title and the context of its rows, as they are."""

    key: tuple[object, object]
    context: str
    questions: list[Question] = field(default_factory=list[Question])
    places: list[str] = field(default_factory=list[str])


class ItemPlaces:
    """The places of the parts of a document that was assembled from items."""

    def __init__(self) -> None:
        self.articles: list[str | list[ParagraphPlace]] = []

    def __call__(self, article: int, paragraph: int | None = None, question: int | None = None) -> str:
        places = self.articles[article]
        if isinstance(places, str):
            path = places if paragraph is None else f"{places}.paragraphs[{paragraph}]"
            return path if question is None else f"{path}.qas[{question}]"
        place = places[paragraph or 0]
        if isinstance(place, str):
            return place if question is None else f"{place}.qas[{question}]"
        return place[question or 0]


class Assembler:
    """The document of one file, to which its items are added in order. shapes: those of the items so far."""

    def __init__(self, found: Findings, *, may_have_surrogates: bool = False) -> None:
        self.found = found
        self.shapes: set[Shape] = set()
        self.is_mrqa = False
        self._may_have_surrogates = may_have_surrogates
        self._articles: list[Article] = []
        self._places = ItemPlaces()
        self._article: OpenArticle | None = None
        self._paragraph: OpenParagraph | None = None

    def add(self, item: object, path: str) -> None:
        """Add an item. path: its place in the file."""
        shape = shape_of(item)
        if shape is not None:
            self.shapes.add(shape)
        match shape:
            case Shape.ARTICLE:
                self.add_article(item, path)
            case Shape.PARAGRAPH:
                self._add_paragraph(item, path)
            case Shape.ROW:
                self._add_row(item, path)
            case None if Shape.ARTICLE in self.shapes:
                self.found.malformed(None, path, "is no article: it has no list `paragraphs`")
            case None:
                self.add_unreadable(path, "has no context and question")

    def add_article(self, item: object, path: str) -> None:
        """Add an article, given as plain values or as `Article`."""
        self._close_article()
        article = item if isinstance(item, Article) else self._convert(item)
        if article is None or not is_clean(article) or not self._claim_ids(article, path):
            article = self._read_article(msgspec.to_builtins(item) if isinstance(item, Article) else item, path)
        self._articles.append(article)
        self._places.articles.append(path)

    def add_unreadable(self, path: str, message: str) -> None:
        """Add a question of which nothing can be read."""
        self._close_paragraph()
        article = self._open_article(self._article.title if self._article else "")
        at = Position(len(self._articles), len(article.paragraphs))
        self.found.malformed(at, path, message)
        article.paragraphs.append(Paragraph("", (Question(make_id("", path, path, self.found), "", ()),)))
        article.places.append([path])

    def finish(self, version: str | msgspec.UnsetType) -> tuple[Document, ItemPlaces]:
        """Return the document, and the places of its parts."""
        self._close_article()
        return Document(tuple(self._articles), version), self._places

    def _convert(self, item: object) -> Article | None:
        """Convert an article that is written exactly as the format says; None for any other."""
        if self._may_have_surrogates:
            return None
        try:
            return msgspec.convert(item, Article)
        except (msgspec.ValidationError, RecursionError):
            return None

    def _claim_ids(self, article: Article, path: str) -> bool:
        """Record the ids of a clean article. Return False, without recording any, when one of them is taken."""
        ids = {
            question.id: f"{path}.paragraphs[{p}].qas[{q}]"
            for p, paragraph in enumerate(article.paragraphs)
            for q, question in enumerate(paragraph.qas)
        }
        questions = sum(len(paragraph.qas) for paragraph in article.paragraphs)
        if len(ids) < questions or not self.found.ids.keys().isdisjoint(ids):
            return False
        self.found.ids.update(ids)
        return True

    def _read_article(self, item: object, path: str) -> Article:
        a, found = len(self._articles), self.found
        fields = open_object(item, frozenset({"paragraphs"}), None, path, found) or {}
        is_doubled = isinstance(item, Doubled) and "paragraphs" in item.differing
        name_extra_keys(fields, ARTICLE_KEYS, path, found)
        title, paragraphs = read_title(fields, path, found), fields["paragraphs"]
        if not isinstance(paragraphs, list):
            found.malformed(None, f"{path}.paragraphs", "is not a list")
            paragraphs = []
        read: list[Paragraph] = []
        for p, value in enumerate(cast("list[object]", paragraphs)):
            at, place = Position(a, p), f"{path}.paragraphs[{p}]"
            if is_doubled:
                found.malformed(at, place, "is in one of two different lists `paragraphs`")
            read.append(self._read_paragraph(value, at, place, ARTICLE_KEYS))
        return Article(tuple(read), title)

    def _read_paragraph(self, value: object, at: Position, path: str, outer_keys: frozenset[str]) -> Paragraph:
        found = self.found
        fields = open_object(value, frozenset({"context", "qas"}), at, path, found)
        if fields is None:
            return Paragraph("", ())
        known = PARAGRAPH_KEYS if outer_keys is PARAGRAPH_KEYS else PARAGRAPH_KEYS - {"title"}
        name_extra_keys(fields, known, path, found)
        context = self._read_context(fields, at, path)
        questions = fields.get("qas")
        if questions is None and "qas" in fields:
            found.note(NoteKind.NULL, f"{path}.qas", "qas")
        elif not isinstance(questions, list):
            found.malformed(at, f"{path}.qas", "is not a list" if "qas" in fields else "is missing")
        items = cast("list[object]", questions) if isinstance(questions, list) else []
        self.is_mrqa = self.is_mrqa or bool(items and MRQA_KEYS & (fields_of(items[0]) or {}).keys())
        qas = (
            read_question(one, context, Position(at.article, at.paragraph, q), f"{path}.qas[{q}]", found)
            for q, one in enumerate(items)
        )
        return Paragraph(context, tuple(qas))

    def _read_context(self, fields: Mapping[str, Any], at: Position, path: str) -> str:
        context = read_text(fields, "context", at, path, self.found)
        if context is not None and not context.strip():
            self.found.fault(Reason.EMPTY_CONTEXT, at, path)
        return context or ""

    def _add_paragraph(self, item: object, path: str) -> None:
        self._close_paragraph()
        fields = fields_of(item) or {}
        article = self._open_article(read_title(fields, path, self.found))
        at = Position(len(self._articles), len(article.paragraphs))
        article.paragraphs.append(self._read_paragraph(item, at, path, PARAGRAPH_KEYS))
        article.places.append(path)

    def _add_row(self, item: object, path: str) -> None:
        fields = fields_of(item) or {}
        key = fields.get("title"), fields["context"]
        if self._paragraph is None or self._paragraph.key != key:
            self._close_paragraph()
            article = self._open_article(read_title(fields, path, self.found))
            at = Position(len(self._articles), len(article.paragraphs))
            self._paragraph = OpenParagraph(key, self._read_context(fields, at, path))
        article, paragraph = cast("OpenArticle", self._article), self._paragraph
        at = Position(len(self._articles), len(article.paragraphs), len(paragraph.questions))
        if isinstance(item, Doubled) and "context" in item.differing:
            self.found.malformed(at, path, "has the key 'context' twice, with different values")
        paragraph.questions.append(read_question(item, paragraph.context, at, path, self.found, row_keys=ROW_KEYS))
        paragraph.places.append(path)

    def _open_article(self, title: str) -> OpenArticle:
        """Return the open article if it has this title; otherwise close it and open another."""
        if self._article is None or self._article.title != title:
            self._close_article()
            self._article = OpenArticle(title)
        return self._article

    def _close_paragraph(self) -> None:
        if self._paragraph is not None and self._article is not None:
            self._article.paragraphs.append(Paragraph(self._paragraph.context, tuple(self._paragraph.questions)))
            self._article.places.append(self._paragraph.places)
        self._paragraph = None

    def _close_article(self) -> None:
        self._close_paragraph()
        if self._article is not None:
            self._articles.append(Article(tuple(self._article.paragraphs), self._article.title))
            self._places.articles.append(self._article.places)
        self._article = None


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


def assemble(items: Iterable[tuple[str, object]], assembler: Assembler) -> None:
    """Add (place, item) pairs."""
    for path, item in items:
        assembler.add(item, path)


def known_items(items: Sequence[object]) -> bool:
    """Return whether any of the items has a shape that can be read."""
    return any(shape_of(item) is not None for item in items)
