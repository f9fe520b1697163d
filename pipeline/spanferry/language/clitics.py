"""Clitics: words that are written together with their neighbour.

A clitic before the word (Arabic and Hebrew conjunctions and prepositions, "and", "in") or after it (Korean particles)
is no part of an answer that lacks such a word. A counter after a number (Korean 년, year) is part of it.
"""

from functools import lru_cache

from spanferry.language.boundaries import is_boundary
from spanferry.language.profiles.base import Language

LONGEST, SHORTEST_STEM = 6, 3
"""The letters of the longest clitics, and of the shortest word that is left when they are removed."""


def proclitic_length(letters: str, language: Language) -> int | None:
    """Return the length of the clitics with which the first letters of a word begin; None if they are something else.

    An article may follow them. It belongs to the word, as in "ב|הנהר".
    """
    articles = ("", *language.scoring_prefixes)
    bare = (letters.removesuffix(article) for article in articles if letters.endswith(article))
    return next((len(clitic) for clitic in bare if not clitic or clitic in language.proclitics), None)


def is_enclitic(letters: str, language: Language) -> bool:
    """Return whether the last letters of a word are a counter, particles, or both, or whether there are none."""
    return not letters or letters[counter_length(letters, language) :] in language.enclitics | {""}


def counter_length(letters: str, language: Language) -> int:
    """Return the length of the counter with which some letters begin; 0 if they begin with none.

    A counter is followed by nothing or by a particle.
    """
    lengths = range(min(len(letters), LONGEST), 0, -1) if language.counters else ()
    rests = language.enclitics | {""}
    return next((n for n in lengths if letters[:n] in language.counters and letters[n:] in rests), 0)


def letters_around(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the letters of the same words directly before and after a span, at most LONGEST + 1 of each.

    "نيا" in "بنيات" -> ("ب", "ت")
    """
    low, high = start, end
    while start - low <= LONGEST and not is_boundary(text, low):
        low -= 1
    while high - end <= LONGEST and not is_boundary(text, high):
        high += 1
    return text[low:start], text[end:high]


def without_clitics(word: str, language: Language) -> str:
    """Return a folded word without the clitics and the article before it, if enough letters are left."""
    if not language.proclitics:
        return word
    return _without_longest(word, language.proclitics, language.scoring_prefixes)


@lru_cache(maxsize=1 << 16)
def _without_longest(word: str, *kinds: frozenset[str]) -> str:
    """Return a word without the longest of the clitics of each kind before it, if enough letters are left."""
    for clitics in kinds:
        lengths = range(min(LONGEST, len(word) - SHORTEST_STEM), 0, -1)
        word = next((word[n:] for n in lengths if word[:n] in clitics), word)
    return word
