"""The places where an answer's text stands in its context, if need be in other white space or another normal form."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spanferry.language.boundaries import is_inside_word

MAX_PLACES = 1000  # of one text; more say nothing about its offset


class Place(NamedTuple):
    """A span of the context. lead: white space at the start of the answer's text that the span does not have."""

    start: int
    end: int
    lead: int = 0


def find_places(context: str, text: str) -> list[Place]:
    """Return the places of a text, in order, from the first of these ways that finds any.

    1. Letter for letter.
    2. Without the white space at its ends.
    3. With any white space between its words, in any normal form: "é" is also "e" with a mark.

    >>> find_places("A lock in Ulm.\\n\\nThe lock was built.", "lock  ")
    [Place(start=2, end=6, lead=0), Place(start=20, end=24, lead=0)]
    >>> find_places("The lock was\\nbuilt.", "was built")
    [Place(start=9, end=18, lead=0)]
    """
    stripped = text.strip()
    if not stripped:
        return []
    if exact := find_all(context, text):
        return [Place(start, start + len(text)) for start in exact]
    lead = len(text) - len(text.lstrip())
    if stripped != text and (exact := find_all(context, stripped)):
        return [Place(start, start + len(stripped), lead) for start in exact]
    if stripped.isascii() and context.isascii() and not any(character.isspace() for character in stripped):
        return []
    return [Place(start, end, lead) for start, end in find_equivalent(context, stripped)]


def find_only_place(context: str, text: str) -> Place | None:
    """Return the place of a text that stands only once in its context, and not inside or at the end of a word.

    It may stand at the beginning of a word, because many languages write endings onto words.
    """
    places = find_places(context, text)
    if len(places) != 1:
        return None
    (place,) = places
    cuts_number = context[place.end - 1].isdigit() and is_inside_word(context, place.end)
    return None if is_inside_word(context, place.start) or cuts_number else place


def find_all(context: str, text: str) -> list[int]:
    """Return the offsets of a text in a context, overlapping ones included."""
    found: list[int] = []
    at = context.find(text)
    while at >= 0 and len(found) < MAX_PLACES:
        found.append(at)
        at = context.find(text, at + 1)
    return found


def find_equivalent(context: str, text: str) -> list[tuple[int, int]]:
    """Return the spans of a context that are canonically equal to a text, up to the white space between words.

    A span that would cut a letter from its mark is left out.
    """
    decomposed, offsets = decompose(context)
    words = (re.escape(unicodedata.normalize("NFD", word)) for word in text.split())
    pattern = re.compile(r"(?=(" + r"\s+".join(words) + "))")
    found: list[tuple[int, int]] = []
    for match in pattern.finditer(decomposed):
        start, end = (int(np.searchsorted(offsets, at)) for at in match.span(1))
        if offsets[start] == match.start(1) and offsets[end] == match.end(1) and not has_mark_at(context, end):
            found.append((start, end))
        if len(found) == MAX_PLACES:
            break
    return found


@lru_cache(maxsize=4)  # the answers of a file come context by context
def decompose(context: str) -> tuple[str, npt.NDArray[np.int64]]:
    """Return a context in normal form NFD, and the offset in it of each of the context's characters and of its end."""
    widths = [len(unicodedata.normalize("NFD", character)) for character in context]
    return unicodedata.normalize("NFD", context), np.cumsum([0, *widths], dtype=np.int64)


def has_mark_at(context: str, offset: int) -> bool:
    """Return whether a combining mark stands at an offset: it belongs to the letter before."""
    return offset < len(context) and unicodedata.combining(context[offset]) != 0
