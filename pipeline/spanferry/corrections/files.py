"""Read the files in which reviewers export their verdicts and corrections.

A file is what the page of `spanferry review` exports (`ReviewFile`), or an export of Label Studio (`label_studio`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.records import Split, Verdict

FORMAT: Literal["spanferry-review-1"] = "spanferry-review-1"
Order = Literal["random", "suspicious"]
Offset = Annotated[int, Meta(ge=0)]


class SelectedSpan(Struct, frozen=True, forbid_unknown_fields=True):
    """A span that a person selected: code points of the item's context."""

    start: Offset
    text: str


class ReviewedItem(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person said about an item.

    seen: the hash of the item (`items.Item.seen`). span, question, context: what it is to be instead, None where it is
    to stay. span is a span of `context`, if that is given.
    """

    split: Split
    question_id: str
    seen: str
    verdict: Verdict | None = None
    span: SelectedSpan | None = None
    question: str | None = None
    context: str | None = None


class ReviewFile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The export of a review.

    build: identifies the items that were shown. order: how they were chosen; only the verdicts on a random sample
    measure the precision. drawn: the number of items that were shown.
    """

    format: Literal["spanferry-review-1"] = FORMAT
    corpus: str
    build: str
    order: Order
    drawn: int
    items: tuple[ReviewedItem, ...]


@dataclass(frozen=True)
class PlacedItem:
    """An item of a file. place: the file and the item, for messages. is_random: the item is of a random sample."""

    place: str
    is_random: bool
    said: ReviewedItem


def read_reviews(folder: Path, locations: Sequence[str]) -> list[list[PlacedItem]]:
    """Read the files that stage fetch wrote for `corpora.<name>.corrections`, in that order.

    locations: where the user has them, for messages. Raises InputError.
    """
    return [read_review(folder / fetched_name(n), location) for n, location in enumerate(locations, 1)]


def fetched_name(number: int) -> str:
    """Return the name of the n-th fetched file, counted from 1."""
    return f"{number}.json"


def read_review(path: Path, location: str) -> list[PlacedItem]:
    """Read a file. location: its name in messages. Raises InputError."""
    try:
        raw = regular_file(path).read_bytes()
        review = msgspec.json.decode(raw, type=ReviewFile)
    except OSError as error:
        raise InputError(f"{location}: {error.strerror or error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{location}: not an export of a review: {error}") from error
    placed = [
        PlacedItem(f"{location} item {n}", review.order == "random", said) for n, said in enumerate(review.items, 1)
    ]
    for item in placed:
        check_texts(item)
    return placed


def check_texts(item: PlacedItem) -> None:
    """Raise InputError when a text that an item gives is blank."""
    said = item.said
    texts: Mapping[str, str | None]
    texts = {"span": said.span and said.span.text, "question": said.question, "context": said.context}
    for name, text in texts.items():
        if text is not None and not text.strip():
            raise InputError(f"{item.place}: its {name} is empty")
