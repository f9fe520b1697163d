"""Relative positions, which decide among several occurrences of an answer.

13 to 16 % of the located answers occur more than once in their paragraph, and for 4 to 5 % of all answers the first
occurrence is the wrong one. If the answer occurs equally often in the source and in the target, its n-th occurrence in
the source corresponds to the n-th in the target. Otherwise the occurrence with the nearest relative position in the
window is chosen (`ranking.Search.choose_occurrence`).
"""

import numpy as np
import numpy.typing as npt

from spanferry.projection.candidates import AnswerQuery
from spanferry.projection.tokenized import IntArray, TokenizedText, Window

FloatArray = npt.NDArray[np.float64]


def relative_position(text: TokenizedText, window: Window, start: int, end: int) -> float:
    """Return the position of the middle of a span in its window, from 0 (start) to 1 (end)."""
    low, high = text.window_span(window)
    return ((start + end) / 2 - low) / max(high - low, 1)


def relative_positions(text: TokenizedText, window: Window, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return the relative positions of many spans."""
    low, high = text.window_span(window)
    return ((starts + ends) / 2 - low) / max(high - low, 1)


def position_gap(query: AnswerQuery, target: TokenizedText, start: int, end: int) -> float:
    """Return the distance between the relative positions of the source answer and a target span, 0 to 1."""
    in_source = relative_position(query.source, query.window, *query.span)
    return abs(relative_position(target, query.window, start, end) - in_source)


def position_gaps(query: AnswerQuery, target: TokenizedText, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return the position gaps of many target spans."""
    in_source = relative_position(query.source, query.window, *query.span)
    return np.abs(relative_positions(target, query.window, starts, ends) - in_source)
