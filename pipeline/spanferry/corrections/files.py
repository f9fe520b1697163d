"""The files in which reviewers export their verdicts and corrections, as the page of `spanferry review` writes them."""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta, Struct

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
    """An item of a file.

    file, place: the file, and the item in it, for messages. is_random: the item is of a random sample.
    """

    file: str
    place: str
    is_random: bool
    said: ReviewedItem


def fetched_name(number: int) -> str:
    """Return the name of the n-th fetched file, counted from 1."""
    return f"{number}.json"
