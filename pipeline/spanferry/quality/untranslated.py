"""Words that a translation has left as they were, in a row.

    "Where did the Huguenots settle in New York?"   "Где the Huguenots settle in New York?"
    words: the, settle, in      names: Huguenots, New York

Some words are the same in both languages: names, terms, "is" in English and Dutch. Which ones, the corpus shows: each
word that stays as it was is evidence as far as it is usually translated, and so is each name (`Vocabulary`).
"""

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import pairwise

from spanferry.language import Language
from spanferry.language.names import MOST_LINKS
from spanferry.language.scripts import is_unspaced
from spanferry.language.words import list_tokens
from spanferry.translation.checks.untranslated import QUOTED

UNKNOWN = 2  # a word that was seen so often counts half by itself, half by the mean of all words
HYPHENS = frozenset("-‐‑–")  # they may stand between two words of a name


@dataclass(frozen=True, slots=True)
class WordComparison:
    """The words of a text beside those of its translation.

    run, names: the words and the names of runs that stayed as they were, in order. The first word of a text is no name,
    though it has a capital. seen: the words of the text without a capital. kept: those of them that its translation
    has. capitals, kept_capitals: the numbers of those with a capital, without the first word.
    """

    run: tuple[str, ...]
    names: tuple[str, ...]
    seen: frozenset[str]
    kept: frozenset[str]
    capitals: int
    kept_capitals: int


@dataclass(frozen=True, slots=True)
class WordComparer:
    """Compares texts with their translations.

    unspaced: the texts are written without spaces. links: words that may stand between the words of a title.
    """

    unspaced: bool
    links: Set[str]

    @classmethod
    def of(cls, source: Language) -> "WordComparer":
        """Return a comparer for texts in a language."""
        return cls(source.scored_by_character, source.function_words | source.name_links)

    def compare(self, text: str, source: Sequence[str], target: Sequence[str]) -> WordComparison:
        """Compare the words of a text and its translation. source, target: the tokens of both."""
        ones, others = self._words(source), self._words(target)
        capitals = {word for word in ones[1:] if word[0].isupper()}
        seen = frozenset([word for word in ones if not word[0].isupper()])
        present = set(others)
        kept = seen & present
        # Most texts have no run.
        has_run = kept and not set(pairwise(ones)).isdisjoint(pairwise(others))
        run, names = self._find_runs(text, source, ones, others) if has_run else ((), ())
        return WordComparison(run, names, seen, kept, len(capitals), len(capitals & present))

    def _words(self, tokens: Sequence[str]) -> list[str]:
        """Return the words among tokens. Single letters are mostly symbols, but not in scripts without spaces."""
        if self.unspaced:
            return [each for each in tokens if each[0].isalpha() and (len(each) > 1 or is_unspaced(each))]
        return [each for each in tokens if len(each) > 1 and each[0].isalpha()]

    def _find_runs(
        self, text: str, source: Sequence[str], ones: Sequence[str], others: Sequence[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the words and the names of all runs that stayed as they were.

        source: the tokens of the text. ones, others: the words of the text and of its translation.
        """
        excused = self._kept_quotes(text, others)
        is_joined = self._find_joints(source, ones)
        words: list[str] = []
        names: list[list[str]] = []
        for low, high in common_runs(ones, others):
            links = self._find_links(ones, low, high, is_joined)
            in_name = False
            for at in range(low, high):
                word, is_name = ones[at], at > 0 and ones[at][0].isupper()
                if word not in excused and is_name and in_name and is_joined[at - 1]:
                    names[-1].append(word)
                elif word not in excused and is_name:
                    names.append([word])
                elif word not in excused and at not in links:
                    words.append(word)
                in_name = is_name and word not in excused
        return tuple(words), tuple(map(" ".join, names))

    def _find_joints(self, tokens: Sequence[str], words: Sequence[str]) -> list[bool]:
        """Return for each word whether it and the next one may belong to one name: no sign but a hyphen is between."""
        joints: list[bool] = []
        place = 0
        for word in words:
            following = tokens.index(word, place)
            joints.append(all(token in HYPHENS or token in self.links for token in tokens[place:following]))
            place = following + 1
        return joints[1:]

    def _find_links(self, words: Sequence[str], low: int, high: int, is_joined: Sequence[bool]) -> set[int]:
        """Return the words inside of titles of the run [low, high), by their index: "on", "the" of "Fog on the Tyne".

        is_joined: whether a word and the next one may belong to one name.
        """
        links: set[int] = set()
        last: int | None = None
        for at in range(low, high):
            word = words[at]
            if last is not None and not is_joined[at - 1]:
                last = None
            if word[0].isupper():
                if last is not None:
                    links.update(range(last + 1, at))
                last = at if at or word.lower() not in self.links else None
            elif last is not None and (word not in self.links or at - last > MOST_LINKS):
                last = None
        return links

    def _kept_quotes(self, text: str, target: Sequence[str]) -> set[str]:
        """Return the words of the quotations that a translation has as a whole. They may be titles.

        target: the words of the translation.
        """
        quotes = [self._words(list_tokens(quote)) for quote in QUOTED.findall(text)]
        line = f" {' '.join(target)} "
        return {word for quote in quotes if f" {' '.join(quote)} " in line for word in quote}


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
    """How often each word of the source stayed as it was.

    counts: word -> [texts with it, translations with it too]. seen, kept: the sums of these counts. capitals,
    kept_capitals: the same of all words with a capital (`WordComparison`).
    """

    counts: dict[str, list[int]] = field(default_factory=dict)
    seen: int = 0
    kept: int = 0
    capitals: int = 0
    kept_capitals: int = 0

    def add(self, words: Iterable[str], seen: Iterable[int], kept: Iterable[int]) -> None:
        """Add the counts of words."""
        for word, texts, translations in zip(words, seen, kept, strict=True):
            count = self.counts.setdefault(word, [0, 0])
            count[0] += texts
            count[1] += translations
            self.seen += texts
            self.kept += translations

    def evidence(self, run: Iterable[str], names: int = 0) -> float:
        """Return how much words, and a number of names, show that they are not translated.

        It is the sum of -log of the shares in which they usually stay. Names show nothing where every second one stays.
        """
        share = (self.kept_capitals + 1) / (self.capitals + 2)
        return sum(map(self._evidence, run)) - names * max(0.0, 1 - 2 * share) * math.log(share)

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
