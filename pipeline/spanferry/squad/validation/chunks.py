"""Chunks of a SQuAD file for the validator: one article at a time, with its malformed elements listed separately.

Malformed elements are described instead of raising an error. The other elements keep their indices, so that their
paths stay correct.
"""

from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from spanferry.errors import InputError
from spanferry.squad.document import MAX_TEXT_LENGTH, Article, Paragraph, Question


class NotSquad(InputError):
    """Raised for a readable file that is not a SQuAD file."""


class Malformed(NamedTuple):
    """An element that the format does not allow."""

    path: str
    message: str


class PartialParagraph(Struct, frozen=True, gc=False):
    """A paragraph with None for each malformed question."""

    context: str
    qas: tuple[Question | None, ...]


class PartialArticle(Struct, frozen=True, gc=False):
    """An article with None for each malformed paragraph."""

    paragraphs: tuple[PartialParagraph | None, ...]
    title: str = ""


AnyParagraph = Paragraph | PartialParagraph
AnyArticle = Article | PartialArticle


class Chunk(NamedTuple):
    """An article or a part of it, and its malformed elements.

    start: index of the article, or of the first row of a table. article: None when nothing of it could be read.
    starts_article: False when the chunk continues the article of the previous chunk.
    """

    start: int
    article: AnyArticle | None
    malformed: tuple[Malformed, ...] = ()
    starts_article: bool = True


def salvage_article(index: int, value: object) -> Chunk:
    """Convert the well-formed elements of an article, given as plain JSON values."""
    path = f"data[{index}]"
    fields = object_fields(value)
    paragraphs = list_items(fields.get("paragraphs"))
    if paragraphs is None:
        return Chunk(index, None, (Malformed(path, "has no list `paragraphs`"),))
    malformed: list[Malformed] = []
    title = fields.get("title", "")
    if not isinstance(title, str):
        malformed.append(Malformed(f"{path}.title", "is not text"))
        title = ""
    salvaged = tuple(_salvage_paragraph(raw, f"{path}.paragraphs[{p}]", malformed) for p, raw in enumerate(paragraphs))
    return Chunk(index, PartialArticle(title=title, paragraphs=salvaged), tuple(malformed))


def convert_question(value: object, path: str, malformed: list[Malformed]) -> Question | None:
    """Convert plain JSON values to a question; when that fails, append to `malformed` and return None."""
    try:
        return msgspec.convert(value, Question)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        malformed.append(Malformed(path + place.strip("`").removeprefix("$"), message))
        return None


def _salvage_paragraph(value: object, path: str, malformed: list[Malformed]) -> PartialParagraph | None:
    fields = object_fields(value)
    context, questions = fields.get("context"), list_items(fields.get("qas"))
    if not isinstance(context, str) or len(context) > MAX_TEXT_LENGTH or questions is None:
        wrong = "qas" if isinstance(context, str) and len(context) <= MAX_TEXT_LENGTH else "context"
        malformed.append(Malformed(f"{path}.{wrong}", "is missing, of the wrong type or too long"))
        return None
    converted = tuple(convert_question(question, f"{path}.qas[{q}]", malformed) for q, question in enumerate(questions))
    return PartialParagraph(context=context, qas=converted)


def object_fields(value: object) -> dict[str, Any]:
    """Return the fields of a JSON object, or no fields when the value is not an object."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_items(value: object) -> list[object] | None:
    """Return the items of a JSON array, or None when the value is not an array."""
    return cast("list[object]", value) if isinstance(value, list) else None
