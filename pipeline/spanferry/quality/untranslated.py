"""Words that a translation has left as they were, in a row, without names, numbers and quoted titles.

"What is the capital of France?"   "Wat is the capital of Frankrijk?"   the, capital, of
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from spanferry.language import Language
from spanferry.language.names import MOST_LINKS
from spanferry.language.scripts import is_unspaced
from spanferry.language.words import tokens
from spanferry.translation.checks.untranslated import quoted_words

MIN_RUN = 2  # a single word may be the same in both languages
# Words of a run without a function word of the source language: technical terms have up to three ("defensive end").
MIN_TERM = 5
# The same where no function words of the source language are known.
MIN_RUN_OF_UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The words that a translation has left as they were. share: of the source's words that are no names."""

    words: tuple[str, ...]
    share: float


NOTHING = Unchanged((), 0.0)


def find_unchanged(source: str, target: str, languages: tuple[Language, Language]) -> Unchanged:
    """Return the words of runs that occur in both texts. languages: of the source and of the target."""
    if languages[0].code == languages[1].code:
        return NOTHING
    ones, others = (
        [text[start:end] for start, end in tokens(text) if is_letters(text[start:end])] for text in (source, target)
    )
    present = set(others)
    shared = [word in present for word in ones]
    if sum(shared) < MIN_RUN:
        return NOTHING
    telling = [is_telling(word, languages[1]) for word in ones]
    quoted = set(quoted_words(source)) if any(shared) else set[str]()
    found: list[str] = []
    for low, high in common_runs(ones, others):
        run = [
            word
            for n, word in enumerate(ones[low:high], low)
            if telling[n] and word not in quoted and not links_names(ones, n, low, high)
        ]
        found += run if len(run) >= shortest_run(run, languages) else []
    return Unchanged(tuple(found), len(found) / sum(telling)) if found else NOTHING


def is_letters(token: str) -> bool:
    """Return whether a token is a word; single letters are mostly symbols, but not in scripts without spaces."""
    return token[0].isalpha() and (len(token) > 1 or is_unspaced(token))


def is_telling(word: str, target: Language) -> bool:
    """Return whether a word shows the language of its text: it is no name, and no function word of the target."""
    return not word[0].isupper() and word not in target.function_words


def shortest_run(run: Sequence[str], languages: tuple[Language, Language]) -> int:
    """Return from how many words on a run counts as untranslated."""
    own = own_words(languages[0])
    if not own:
        return MIN_RUN_OF_UNKNOWN
    return MIN_RUN if any(word in own and word not in languages[1].function_words for word in run) else MIN_TERM


@cache
def own_words(language: Language) -> frozenset[str]:
    """Return the function words of a language that names and other languages do not have, as far as is known."""
    return language.function_words - (language.detection.translation_shared if language.detection else frozenset())


def links_names(words: Sequence[str], at: int, low: int, high: int) -> bool:
    """Return whether a word of the run [low, high) is part of a title: near capitalised words on both sides."""
    before = words[max(at - MOST_LINKS - 1, low) : at]
    after = words[at + 1 : min(at + MOST_LINKS + 2, high)]
    return any(word[0].isupper() for word in before) and any(word[0].isupper() for word in after)


def common_runs(ones: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Return runs [low, high) of at least MIN_RUN words that both texts have in a row, from left to right."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(others):
        places.setdefault(word, []).append(at)
    runs: list[tuple[int, int]] = []
    at = 0
    while at < len(ones):
        longest = max((length_of_run(ones, at, others, place) for place in places.get(ones[at], ())), default=0)
        if longest >= MIN_RUN:
            runs.append((at, at + longest))
        at += max(longest, 1)
    return runs


def length_of_run(ones: Sequence[str], at: int, others: Sequence[str], place: int) -> int:
    """Return how many words are the same from these places on."""
    length = 0
    while at + length < len(ones) and place + length < len(others) and ones[at + length] == others[place + length]:
        length += 1
    return length
