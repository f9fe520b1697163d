"""A SQuAD file as the validator sees it: an article at a time, with its malformed elements set aside.

What is malformed is described instead of raised. The elements around it keep their indices, so that paths stay right.
"""

from typing import Any, NamedTuple, cast

import msgspec
from msgspec import Struct

from spanferry.errors import InputError
from spanferry.squad.document import MAX_TEXT_LENGTH, Article, Paragraph, Question


class NotSquad(InputError):
    """A file that is readable but not SQuAD's."""


class Malformed(NamedTuple):
    """An element that does not have the form that the format requires."""

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
    """One step of reading: an article, or a part of it, and what was malformed.

    start: index of the article, or of the first row of a table. article: None where nothing of it could be read.
    starts_article: False where the chunk continues the article of the chunk before.
    """

    start: int
    article: AnyArticle | None
    malformed: tuple[Malformed, ...] = ()
    starts_article: bool = True


def salvage_article(index: int, value: object) -> Chunk:
    """Read what is well-formed in an article, given as plain JSON values."""
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
    """Convert plain JSON values to a question; append to `malformed` and return None where that fails."""
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
    """Return the fields of a JSON object; none where the value is something else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_items(value: object) -> list[object] | None:
    """Return the items of a JSON array; None where the value is something else."""
    return cast("list[object]", value) if isinstance(value, list) else None
