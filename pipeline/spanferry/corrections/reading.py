"""Read the files of `corpora.<name>.corrections`: exports of the review page, and of Label Studio."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from spanferry.corrections import label_studio
from spanferry.corrections.files import PlacedItem, ReviewFile, fetched_name
from spanferry.errors import InputError, plain_problem
from spanferry.files import regular_file
from spanferry.squad.fields import Findings
from spanferry.squad.unpack import NotReadable, unpack

EXPORT_AGAIN = "export it again, by key x of the review page, or from Label Studio as JSON or JSON-MIN"


def read_reviews(folder: Path, locations: Sequence[str]) -> list[list[PlacedItem]]:
    """Read the files that stage fetch wrote for `corpora.<name>.corrections`, in that order.

    locations: where the user has them, for messages. Raises InputError.
    """
    return [read_review(folder / fetched_name(n), location) for n, location in enumerate(locations, 1)]


def read_review(path: Path, location: str) -> list[PlacedItem]:
    """Read a file. location: its name in messages. Raises InputError."""
    try:
        raw = unpack(regular_file(path).read_bytes(), Findings())
        placed = list(read_items(raw, location))
    except OSError as error:
        raise InputError(f"{location}: {error.strerror or error}") from error
    except NotReadable as error:
        raise InputError(f"{location}: {error}; {EXPORT_AGAIN}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem = plain_problem(str(error))
        raise InputError(f"{location}: not an export of a review: {problem}; {EXPORT_AGAIN}") from error
    for item in placed:
        check_texts(item)
    return placed


def read_items(raw: bytes, location: str) -> Iterator[PlacedItem]:
    """Yield the items of a file. Raises InputError and msgspec.DecodeError."""
    if label_studio.is_export(raw):
        yield from label_studio.read_export(raw, location)
        return
    review = msgspec.json.decode(raw, type=ReviewFile)
    for n, said in enumerate(review.items, 1):
        yield PlacedItem(location, f"{location} item {n}", review.order == "random", said)


def check_texts(item: PlacedItem) -> None:
    """Raise InputError when a text that an item gives is blank."""
    said = item.said
    texts: Mapping[str, str | None]
    texts = {"span": said.span and said.span.text, "question": said.question, "context": said.context}
    for name, text in texts.items():
        if text is not None and not text.strip():
            raise InputError(f"{item.place}: its {name} is empty")
