"""Assemble a document from the items of a file: articles, paragraphs with questions, or rows with one question each.

    {"title", "paragraphs"}               an article
    {"context", "qas"}                    a paragraph, as SimpleTransformers and MRQA write them
    {"context", "question", "answers"}    a row, as `datasets` writes them

Consecutive paragraphs or rows with the same title are one article, and consecutive rows with the same context are one
paragraph.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast

from msgspec import UNSET, UnsetType

from spanferry.records import Reason
from spanferry.squad.clean import Clean, CleanRow, decode_article, decode_paragraph, decode_row
from spanferry.squad.document import Article, Document, Paragraph, Question
from spanferry.squad.fields import ALIASES, Findings, list_items, name_extra_keys, open_object, rename_keys
from spanferry.squad.ids import settle_ids
from spanferry.squad.json_text import Doubled, decode_json, fields_of
from spanferry.squad.notes import NoteKind
from spanferry.squad.outline import find_outline
from spanferry.squad.reading import Position
from spanferry.squad.values import add_made_id, read_question, read_text, read_title

ARTICLE_KEYS = frozenset({"title", "paragraphs"})
PARAGRAPH_KEYS = frozenset({"context", "qas"})
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
    if "qas" in fields:
        return Shape.PARAGRAPH
    return Shape.ROW if has_key(fields, "question") and has_key(fields, "context") else None


def has_key(fields: Mapping[str, object], name: str) -> bool:
    """Return whether an object has one of SQuAD's keys, under any of its names."""
    return name in fields or any(key in fields for key, meant in ALIASES.items() if meant == name)


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
    """The document of one file, to which its items are added in order. shapes: those of the items so far.

    unknown: the first item that has none, with its place.
    """

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.shapes: set[Shape] = set()
        self.is_mrqa = False
        self.unknown: tuple[str, object] | None = None
        self._articles: list[Article] = []
        self._places = ItemPlaces()
        self._article: OpenArticle | None = None
        self._paragraph: OpenParagraph | None = None

    def add_json(self, raw: bytes, path: str) -> None:
        """Add an item, given as JSON. path: its place in the file. Raises NotJson, UnicodeDecodeError."""
        if Shape.ROW in self.shapes and (row := decode_row(raw)):
            self._add_clean_row(row, path)
        elif clean := decode_article(raw):
            self.shapes.add(Shape.ARTICLE)
            self._close_article()
            self._count_questions(clean, lambda p: path if p is None else f"{path}.paragraphs[{p}]")
            self._articles.append(clean.article)
            self._places.articles.append(path)
        elif clean := decode_paragraph(raw):
            self.shapes.add(Shape.PARAGRAPH)
            self._count_questions(clean, lambda _: path)
            self._append_paragraph(clean.article.paragraphs[0], "", path)
        elif row := decode_row(raw):
            self._add_clean_row(row, path)
        elif (outline := find_outline(raw, "paragraphs")) and outline.key:
            self.add_article(outline.fields, (raw[start:end] for start, end in outline.spans()), path)
        else:
            self.add(decode_json(raw.decode()), path)

    def add(self, item: object, path: str) -> None:
        """Add an item, given as plain values."""
        given, item = item, rename_keys(item, path, self.found)
        shape = shape_of(item)
        if shape is not None:
            self.shapes.add(shape)
        match shape:
            case Shape.ARTICLE:
                paragraphs = (fields_of(item) or {})["paragraphs"]
                self.add_article(item, list_items(paragraphs, f"{path}.paragraphs", self.found), path)
            case Shape.PARAGRAPH:
                self._add_paragraph(item, path)
            case Shape.ROW:
                self._add_row(item, path)
            case None:
                self.unknown = self.unknown or (path, given)
                if Shape.ARTICLE in self.shapes:
                    self.found.malformed(None, path, "is no article: it has no list `paragraphs`")
                else:
                    self.add_unreadable(path, "has no context and question")

    def add_unreadable(self, path: str, message: str) -> None:
        """Add a question of which nothing can be read."""
        self._close_paragraph()
        article = self._open_article(self._article.title if self._article else "")
        at = Position(len(self._articles), len(article.paragraphs))
        self.found.malformed(at, path, message)
        article.paragraphs.append(Paragraph("", (Question(add_made_id("", path, self.found), "", ()),)))
        article.places.append([path])

    def finish(self, version: str | UnsetType) -> tuple[Document, ItemPlaces]:
        """Return the document, and the places of its parts."""
        self._close_article()
        found, places = self.found, self._places
        source = Document(tuple(self._articles), version)
        return settle_ids(source, found.ids.numbers, places, found.faults, found.notes), places

    def add_article(self, item: object, paragraphs: Iterable[object] | None, path: str) -> None:
        """Add an article, given as plain values. paragraphs: as plain values or JSON; None where they are no list.

        Raises NotJson, UnicodeDecodeError.
        """
        self.shapes.add(Shape.ARTICLE)
        self._close_article()
        a, found = len(self._articles), self.found
        fields = open_object(item, frozenset({"paragraphs"}), None, path, found) or {}
        is_doubled = isinstance(item, Doubled) and "paragraphs" in item.differing
        name_extra_keys(fields, ARTICLE_KEYS, path, found)
        title = read_title(fields, path, found)
        if paragraphs is None:
            found.malformed(None, f"{path}.paragraphs", "is not a list")
        read: list[Paragraph] = []
        for p, value in enumerate(paragraphs or ()):
            at, place = Position(a, p), f"{path}.paragraphs[{p}]"
            if is_doubled:
                found.malformed(at, place, "is in one of two different lists `paragraphs`")
            if isinstance(value, bytes) and (clean := decode_paragraph(value)):
                self._count_questions(clean, lambda _, place=place: place)
                read.append(clean.article.paragraphs[0])
            else:
                plain = decode_json(value.decode()) if isinstance(value, bytes) else value
                read.append(self._read_paragraph(plain, at, place, PARAGRAPH_KEYS))
        self._articles.append(Article(tuple(read), title))
        self._places.articles.append(path)

    def _count_questions(self, clean: Clean, place: Callable[[int | None], str]) -> None:
        """Count the questions of an article, and note how their ids were repaired, and which keys are not read.

        place: returns the place of a paragraph, or of the article.
        """
        for p, paragraph in enumerate(clean.article.paragraphs):
            self.found.ids.add_all(len(paragraph.qas), clean.missing_ids.get(p, ()))
        for kind, numbers, key in (
            (NoteKind.NUMBER_ID, clean.number_ids, ".id"),
            (NoteKind.MADE_ID, clean.missing_ids, ""),
        ):
            for p, questions in numbers.items():
                self.found.notes.add(kind, f"{place(p)}.qas[{questions[0]}]{key}", count=len(questions))
        for key, extra in clean.extra_keys.items():
            self.found.notes.add(NoteKind.EXTRA_KEY, place(extra.paragraph) + extra.place, key, extra.times)

    def _read_paragraph(self, value: object, at: Position, path: str, known: frozenset[str]) -> Paragraph:
        """Read a paragraph. known: the keys that it may have."""
        found = self.found
        value = rename_keys(value, path, found)
        fields = open_object(value, PARAGRAPH_KEYS, at, path, found)
        if fields is None:
            return Paragraph("", ())
        name_extra_keys(fields, known, path, found)
        context = self._read_context(fields, at, path)
        questions = fields.get("qas")
        if questions is None and "qas" in fields:
            found.note(NoteKind.NULL, f"{path}.qas", "qas")
        items = list_items(questions, f"{path}.qas", found)
        if (items is None and questions is not None) or "qas" not in fields:
            found.malformed(at, f"{path}.qas", "is not a list" if "qas" in fields else "is missing")
        self.is_mrqa = self.is_mrqa or bool(items and MRQA_KEYS & (fields_of(items[0]) or {}).keys())
        qas = (
            read_question(one, context, Position(at.article, at.paragraph, q), f"{path}.qas[{q}]", found)
            for q, one in enumerate(items or ())
        )
        return Paragraph(context, tuple(qas))

    def _read_context(self, fields: Mapping[str, Any], at: Position, path: str) -> str:
        context = read_text(fields, "context", at, path, self.found)
        if context is not None and not context.strip():
            self.found.fault(Reason.EMPTY_CONTEXT, at, path)
        return context or ""

    def _add_paragraph(self, item: object, path: str) -> None:
        """Add a paragraph, given as plain values."""
        title = read_title(fields_of(item) or {}, path, self.found)
        self._close_paragraph()
        article = self._open_article(title)
        at = Position(len(self._articles), len(article.paragraphs))
        self._append_paragraph(self._read_paragraph(item, at, path, PARAGRAPH_KEYS | {"title"}), title, path)

    def _append_paragraph(self, paragraph: Paragraph, title: str, path: str) -> None:
        self._close_paragraph()
        article = self._open_article(title)
        article.paragraphs.append(paragraph)
        article.places.append(path)

    def _add_row(self, item: object, path: str) -> None:
        """Add a row, given as plain values."""
        fields = fields_of(item) or {}
        key = fields.get("title"), fields["context"]
        if not self._is_open(key):
            title = read_title(fields, path, self.found)
            at = self._open_paragraph(key, title)
            cast("OpenParagraph", self._paragraph).context = self._read_context(fields, at, path)
        article, paragraph = cast("OpenArticle", self._article), cast("OpenParagraph", self._paragraph)
        at = Position(len(self._articles), len(article.paragraphs), len(paragraph.questions))
        if isinstance(item, Doubled) and "context" in item.differing:
            self.found.malformed(at, path, "has the key 'context' twice, with different values")
        paragraph.questions.append(read_question(item, paragraph.context, at, path, self.found, row_keys=ROW_KEYS))
        paragraph.places.append(path)

    def _add_clean_row(self, row: CleanRow, path: str) -> None:
        """Add a row that was decoded at once."""
        self.shapes.add(Shape.ROW)
        key = None if row.title is UNSET else row.title, row.context
        if not self._is_open(key):
            self._open_paragraph(key, row.title or "")
            cast("OpenParagraph", self._paragraph).context = row.context
        paragraph = cast("OpenParagraph", self._paragraph)
        if isinstance(row.id, int):
            self.found.note(NoteKind.NUMBER_ID, f"{path}.id")
        self.found.ids.add(is_made=False)
        paragraph.questions.append(row.to_question())
        paragraph.places.append(path)

    def _is_open(self, key: tuple[object, object]) -> bool:
        return self._paragraph is not None and self._paragraph.key == key

    def _open_paragraph(self, key: tuple[object, object], title: str) -> Position:
        """Open a paragraph of rows. Return its position."""
        self._close_paragraph()
        article = self._open_article(title)
        self._paragraph = OpenParagraph(key, "")
        return Position(len(self._articles), len(article.paragraphs))

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
