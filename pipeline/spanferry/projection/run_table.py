"""The runs of words of several searches, in one table of arrays.

A search has about a hundred runs. A call of numpy takes as long for these as for some thousands, so the runs of many
searches are ranked together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from spanferry.language.numbers import shared_numbers
from spanferry.projection.occurrence import FloatArray
from spanferry.projection.search import Search
from spanferry.projection.tokenized import IntArray, TokenRange

BoolArray = npt.NDArray[np.bool_]

# A run has at most STRETCH times as many tokens as the longest phrase, plus SLACK, and at least as many as the shortest
# phrase divided by STRETCH, less SLACK. Translations of the same phrase seldom differ by more than half, or by a few
# words for short ones.
STRETCH, SLACK = 1.5, 3


@dataclass(frozen=True)
class RunTable:
    """The runs of several searches, those of one search after the other.

    owners: the index of the search of each run. lows, highs: its tokens [low, high), relative to the window.
    """

    searches: Sequence[Search]
    owners: IntArray
    lows: IntArray
    highs: IntArray

    @classmethod
    def of(cls, searches: Sequence[Search]) -> "RunTable":
        """Return the runs that may be the answers: those with the required words, or all if none of them has these."""
        table = find_runs(searches)
        keep = np.ones(len(table), bool)
        for search, part in zip(searches, table.parts, strict=True):
            if required := required_numbers(search):
                keep[part] = have_words(table.lows[part], table.highs[part], search.window_words, required)
        return cls(searches, table.owners[keep], table.lows[keep], table.highs[keep])

    def __len__(self) -> int:
        return len(self.owners)

    @cached_property
    def parts(self) -> list[slice]:
        """The runs of each search."""
        firsts: list[int] = self.owners.searchsorted(np.arange(len(self.searches) + 1)).tolist()
        return list(map(slice, firsts, firsts[1:]))

    @cached_property
    def widths(self) -> IntArray:
        """The number of tokens of each window."""
        return np.array([len(search.window_words) for search in self.searches])

    @cached_property
    def width(self) -> int:
        """The number of tokens of the longest window."""
        return int(self.widths.max())

    @cached_property
    def spans(self) -> tuple[IntArray, IntArray]:
        """The starts and the ends of the runs in their targets, in characters."""
        bounds = np.concatenate([search.target.token_bounds[slice(*search.window)] for search in self.searches])
        before = (np.cumsum(self.widths) - self.widths)[self.owners]
        return bounds[before + self.lows, 0], bounds[before + self.highs - 1, 1]

    def tokens(self, number: int) -> IntArray:
        """Return the runs of a search as tokens [low, high) of its target, shape (n, 2)."""
        part, first = self.parts[number], self.searches[number].window[0]
        # The columns are contiguous, because they are what is read.
        return np.array([self.lows[part], self.highs[part]]).T + first

    def tokens_of(self, run: int) -> TokenRange:
        """Return a run as tokens of its target."""
        first = self.searches[int(self.owners[run])].window[0]
        return int(self.lows[run]) + first, int(self.highs[run]) + first

    def pad(self, values: Iterable[Sequence[float]]) -> FloatArray:
        """Return values of the tokens of each window, shape (searches, width); 0 beyond the end of a window."""
        padded = np.zeros((len(self.searches), self.width))
        padded[np.arange(self.width) < self.widths[:, None]] = list(chain.from_iterable(values))
        return padded

    def sum(self, values: FloatArray) -> FloatArray:
        """Return the sums of several values of the tokens of each run, shape (values, runs).

        values: shape (values, searches, width).
        """
        size = self.width + 1
        before = np.zeros((len(values), len(self.searches), size))
        np.add.accumulate(values, axis=2, out=before[:, :, 1:])
        flat, first = before.reshape(len(values), -1), self.owners * size
        return flat.take(first + self.highs, axis=1) - flat.take(first + self.lows, axis=1)


def find_runs(searches: Sequence[Search]) -> RunTable:
    """Return the runs that begin and end with a word, begin with no article, and are about as long as a phrase."""
    lengths = [[len(phrase.words) for phrase in search.phrases] for search in searches]
    shortest = np.array([max(1, int(min(sizes) / STRETCH) - SLACK) for sizes in lengths])
    longest = np.array([int(max(sizes) * STRETCH) + SLACK for sizes in lengths])
    widths = np.array([len(search.window_words) for search in searches])
    # The windows are numbered as if they were one text. window_ends: the token after each.
    window_ends = np.cumsum(widths)
    window_of = np.repeat(np.arange(len(searches)), widths)
    are_words = list(chain.from_iterable(search.target.is_word[slice(*search.window)] for search in searches))
    are_articles = [
        token in search.language.articles
        for search in searches
        for token in search.target.lowered[slice(*search.window)]
    ]
    words = np.array(are_words, bool).nonzero()[0]
    firsts = words[~np.array(are_articles, bool)[words]]
    owners = window_of[firsts]
    # For each first word: the last words from the nearest to the farthest one, as indices of `words`.
    nearest = words.searchsorted(firsts + shortest[owners] - 1)
    beyond = words.searchsorted(np.minimum(firsts + longest[owners], window_ends[owners]))
    counts = np.maximum(beyond - nearest, 0)
    before = np.cumsum(counts) - counts
    lasts = words[np.arange(counts.sum()) + np.repeat(nearest - before, counts)]
    firsts, owners = np.repeat(firsts, counts), np.repeat(owners, counts)
    start = (window_ends - widths)[owners]
    return RunTable(searches, owners, firsts - start, lasts + 1 - start)


def required_numbers(search: Search) -> set[str]:
    """Return the numbers of the answer that also occur in the window. The right run contains them."""
    words = (search.isolated or search.untranslated).words
    return shared_numbers(words, search.window_words, search.language.numbers)


def have_words(lows: IntArray, highs: IntArray, window: Sequence[str], required: set[str]) -> BoolArray:
    """Return for each run whether it has all required words; True for all if none of them does."""
    have = np.ones(len(lows), bool)
    for word in required:
        count_before = np.cumsum([0, *(token == word for token in window)])
        have &= count_before[highs] > count_before[lows]
    return have if have.any() else np.ones(len(lows), bool)
