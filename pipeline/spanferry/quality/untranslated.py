"""Words that a translation has left as they were, in a row.

    "What is the capital of France?"   "Wat is the capital of Frankrijk?"   is, the, capital, of

Some words are the same in both languages: names, terms, "is" in English and Dutch. Which ones, the corpus shows: each
word that stays as it was is evidence as far as it is usually translated (`Vocabulary`).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from spanferry.language.names import MOST_LINKS
from spanferry.language.scripts import is_unspaced
from spanferry.translation.checks.untranslated import quoted_words

UNKNOWN = 2  # a word that was seen so often counts half by itself, half by the mean of all words


@dataclass(frozen=True, slots=True)
class WordComparison:
    """The words of a text beside those of its translation. Names are left out.

    run: the words of runs that stayed as they were, in order. The first word of a text has a capital, as it may be a
    name. seen: the words of the text. kept: those of them that its translation has.
    """

    run: tuple[str, ...]
    seen: frozenset[str]
    kept: frozenset[str]


def compare_words(text: str, source: Sequence[str], target: Sequence[str], unspaced: bool = False) -> WordComparison:
    """Compare the words of a text and its translation.

    source, target: the tokens of both. unspaced: the text is written without spaces.
    """
    # Single letters are mostly symbols, but not in scripts without spaces.
    ones, others = (
        [word for word in words if word[0].isalpha() and (len(word) > 1 or (unspaced and is_unspaced(word)))]
        for words in (source, target)
    )
    present = set(others)
    seen = frozenset([word for word in ones if not word[0].isupper()])
    kept = seen & present
    if not kept:
        return WordComparison((), seen, kept)
    quoted = set(quoted_words(text))
    run: list[str] = []
    for low, high in common_runs(ones, others):
        run += [
            word
            for at, word in enumerate(ones[low:high], low)
            if (at == 0 or not word[0].isupper()) and word not in quoted and not links_names(ones, at, low, high)
        ]
    return WordComparison(tuple(run), seen, kept)


def links_names(words: Sequence[str], at: int, low: int, high: int) -> bool:
    """Return whether a word of the run [low, high) is part of a title: near capitalised words on both sides."""
    before = words[max(at - MOST_LINKS - 1, low) : at]
    after = words[at + 1 : min(at + MOST_LINKS + 2, high)]
    return any(word[0].isupper() for word in before) and any(word[0].isupper() for word in after)


def common_runs(ones: Sequence[str], others: Sequence[str]) -> list[tuple[int, int]]:
    """Return runs [low, high) of at least two words that both texts have in a row, from left to right."""
    places: dict[tuple[str, str], list[int]] = {}
    for at, pair in enumerate(pairwise(others)):
        places.setdefault(pair, []).append(at)
    runs: list[tuple[int, int]] = []
    end = 0
    for at, pair in enumerate(pairwise(ones)):
        if at >= end and pair in places:
            end = at + max(length_of_run(ones, at, others, place) for place in places[pair])
            runs.append((at, end))
    return runs


def length_of_run(ones: Sequence[str], at: int, others: Sequence[str], place: int) -> int:
    """Return how many words are the same from these places on."""
    length = 0
    while at + length < len(ones) and place + length < len(others) and ones[at + length] == others[place + length]:
        length += 1
    return length


@dataclass
class Vocabulary:
    """How often each word of the source stayed as it was. counts: word -> [texts with it, translations with it too]."""

    counts: dict[str, list[int]] = field(default_factory=dict)
    seen: int = 0
    kept: int = 0

    def add(self, words: Iterable[str], seen: Iterable[int], kept: Iterable[int]) -> None:
        """Add the counts of words."""
        for word, texts, translations in zip(words, seen, kept, strict=True):
            count = self.counts.setdefault(word, [0, 0])
            count[0] += texts
            count[1] += translations
            self.seen += texts
            self.kept += translations

    def evidence(self, run: Iterable[str]) -> float:
        """Return how much a run of words shows that they are not translated: the sum of -log of their shares."""
        return sum(map(self._evidence, run))

    def _evidence(self, word: str) -> float:
        """Return -log of the share of the other texts with a word in which it stayed as it was."""
        seen, kept = self.counts.get(word.lower(), (0, 0))
        if word[0].isupper():
            if not seen:  # a name, for all that is known
                return 0.0
        else:
            seen, kept = max(seen - 1, 0), max(kept - 1, 0)
        usual = (self.kept + 1) / (self.seen + 2)
        return -math.log((kept + UNKNOWN * usual) / (seen + UNKNOWN))
