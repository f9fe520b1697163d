"""The records that projection passes around: a text cut into words, what is sought, what was found."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from spanferry.language.text import Span, fold, is_word, tokens
from spanferry.records import Method

Range = tuple[int, int]
"""Tokens [low, high) of a passage."""


@dataclass(frozen=True)
class TokenizedText:
    """A text with its sentences (spans, in order), cut into tokens when first asked."""

    text: str
    sentences: tuple[Span, ...]

    @cached_property
    def tokens(self) -> list[Span]:
        return tokens(self.text)

    @cached_property
    def pieces(self) -> list[str]:
        """Each token as it stands there."""
        text = self.text
        return [text[start:end] for start, end in self.tokens]

    @cached_property
    def folded(self) -> list[str]:
        """Each token folded (text.fold)."""
        return list(map(fold, self.pieces))

    @cached_property
    def cased(self) -> list[str]:
        """Each token without case, but with its diacritics: "één" (one) is not "een" (a)."""
        return list(map(str.casefold, self.pieces))

    @cached_property
    def words(self) -> list[bool]:
        """Which tokens are words or numbers rather than symbols."""
        return list(map(is_word, self.pieces))

    @cached_property
    def line(self) -> str:
        """The folded tokens with single spaces between them."""
        return " ".join(self.folded)

    @cached_property
    def offsets(self) -> np.ndarray:
        """Where each token starts in `line`; last, where one more would."""
        return np.cumsum([0, *(len(token) + 1 for token in self.folded)])

    @cached_property
    def starts(self) -> list[int]:
        return [start for start, _ in self.tokens]

    @cached_property
    def bounds(self) -> np.ndarray:
        """Where each token starts and ends in the text: (tokens, 2)."""
        return np.array(self.tokens, dtype=int).reshape(-1, 2)

    @cached_property
    def ranges(self) -> list[Range]:
        """The tokens of each sentence."""
        return [self.token_range(span) for span in self.sentences]

    def window_span(self, window: tuple[int, int]) -> Span:
        """The span from the first to the last (inclusive) of these sentences."""
        return self.sentences[window[0]][0], self.sentences[window[1]][1]

    def window_range(self, window: tuple[int, int]) -> Range:
        """The tokens from the first to the last (inclusive) of these sentences."""
        return self.ranges[window[0]][0], self.ranges[window[1]][1]

    def token_range(self, span: Span) -> Range:
        """The tokens that start in a span."""
        return bisect_left(self.starts, span[0]), bisect_left(self.starts, span[1])

    def span(self, low: int, high: int) -> Span:
        """Where tokens [low, high) lie in the text."""
        return self.tokens[low][0], self.tokens[high - 1][1]

    def runs(self, needle: list[str], within: Range) -> list[Range]:
        """Every run of tokens in the range that folds to exactly these."""
        low, high = within
        size, folded = len(needle), self.folded
        if not size:
            return []
        first = needle[0]
        return [
            (at, at + size)
            for at in range(low, high - size + 1)
            if folded[at] == first and folded[at : at + size] == needle
        ]


@dataclass(frozen=True)
class AnswerQuery:
    """One answer to be found: its place in the source, and its translation.

    window: the first and last sentence (inclusive) that hold it; translation: of the answer on its
    own, None when there is none.
    """

    source: TokenizedText
    start: int
    text: str
    window: tuple[int, int]
    translation: str | None

    @property
    def span(self) -> Span:
        return self.start, self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place in the target text, how it was found, and how similar it is to the evidence (0 to 1)."""

    start: int
    end: int
    method: Method
    score: float

    @property
    def span(self) -> Span:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Place:
    """Where the marked piece, or the aligned words, lie in the target, and the share of words (0 to 1)
    that prove it.
    """

    span: Span
    share: float


def overlap(one: Span, other: Span) -> float:
    """How much two spans have in common: Dice's coefficient of their characters, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * max(shared, 0) / max(one[1] - one[0] + other[1] - other[0], 1)
