"""Texts split into sentences and tokens, prepared once for all answers that are searched for in them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from spanferry.language.words import fold_all, is_word, split_tokens
from spanferry.records import Span

TokenRange = tuple[int, int]
"""The tokens [low, high) of a text, by index."""
Window = tuple[int, int]
"""The first and the last sentence (inclusive) of an answer, by index."""
IntArray = npt.NDArray[np.intp]


@dataclass(frozen=True)
class TokenizedText:
    """A text with the spans of its sentences, in order. The tokens are computed on first use."""

    text: str
    sentences: tuple[Span, ...]

    @cached_property
    def _split(self) -> tuple[list[str], list[int]]:
        """The tokens and their bounds (`split_tokens`)."""
        return split_tokens(self.text)

    @property
    def token_texts(self) -> list[str]:
        """The text of each token."""
        return self._split[0]

    @cached_property
    def token_starts(self) -> list[int]:
        """The offset of each token."""
        return self._split[1][::2]

    @cached_property
    def token_ends(self) -> list[int]:
        """The offset after each token."""
        return self._split[1][1::2]

    @cached_property
    def folded(self) -> list[str]:
        """The folded form of each token (`language.words.fold`)."""
        return fold_all(self.token_texts)

    @cached_property
    def lowered(self) -> list[str]:
        """Each token in lower case, with diacritics: "één" (one) differs from "een" (a)."""
        return list(map(str.lower, self.token_texts))

    @cached_property
    def is_word(self) -> list[bool]:
        """For each token, True if it is a word or a number, False if it is a symbol."""
        # Most tokens need no call, which halves the time.
        return [len(token) > 1 or token.isalnum() or is_word(token) for token in self.token_texts]

    @cached_property
    def folded_line(self) -> str:
        """The folded tokens, joined by single spaces."""
        return " ".join(self.folded)

    @cached_property
    def line_offsets(self) -> IntArray:
        """The offset of each token in `folded_line`, and of a token that would follow the last one."""
        return np.array(list(accumulate([len(token) + 1 for token in self.folded], initial=0)), dtype=np.intp)

    @cached_property
    def token_bounds(self) -> IntArray:
        """The span of each token, shape (tokens, 2)."""
        return np.array(self._split[1], np.intp).reshape(-1, 2)

    @cached_property
    def sentence_ranges(self) -> list[TokenRange]:
        """The tokens of each sentence."""
        return [self.token_range(span) for span in self.sentences]

    def window_span(self, window: Window) -> Span:
        """Return the span from the first to the last sentence of a window."""
        return self.sentences[window[0]][0], self.sentences[window[1]][1]

    def window_range(self, window: Window) -> TokenRange:
        """Return the tokens from the first to the last sentence of a window."""
        return self.sentence_ranges[window[0]][0], self.sentence_ranges[window[1]][1]

    def token_range(self, span: Span) -> TokenRange:
        """Return the tokens that start in a span."""
        return bisect_left(self.token_starts, span[0]), bisect_left(self.token_starts, span[1])

    def span_of(self, low: int, high: int) -> Span:
        """Return the span of tokens [low, high)."""
        return self.token_starts[low], self.token_ends[high - 1]

    def find_tokens(self, needle: Sequence[str], within: TokenRange) -> list[TokenRange]:
        """Return each run of tokens in a range whose folded forms equal `needle`."""
        low, high = within
        size, folded, needle = len(needle), self.folded, list(needle)
        if not size:
            return []
        first = needle[0]
        return [
            (at, at + size)
            for at in range(low, high - size + 1)
            if folded[at] == first and folded[at : at + size] == needle
        ]
