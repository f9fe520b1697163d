"""Relative positions, which decide among several occurrences of an answer.

13 to 16 % of the located answers occur more than once in their paragraph, and for 4 to 5 % of all answers the first
occurrence is the wrong one. If the answer occurs equally often in the source and in the target, its n-th occurrence in
the source corresponds to the n-th in the target. Otherwise the occurrence with the nearest relative position in the
window is chosen (`choose_occurrence`).
"""

import numpy as np
import numpy.typing as npt

from spanferry.projection.candidates import AnswerQuery, Candidate, overlap
from spanferry.projection.confidence import Evidence
from spanferry.projection.decision import MAX_ALTERNATIVES, Decision
from spanferry.projection.search import Matches, Search
from spanferry.projection.tokenized import IntArray, TokenizedText, Window

FloatArray = npt.NDArray[np.float64]


def choose_occurrence(search: Search, matches: Matches) -> Decision:
    """Choose among several occurrences: by the hint, else by rank of occurrence, else by position."""
    candidates, rank = rank_in_source(search, matches)
    gaps = [position_gap(search.query, search.target, *candidate.span) for candidate in candidates]
    hint = search.hint
    shared = [overlap(candidate.span, hint.span) if hint else 0.0 for candidate in candidates]
    if any(shared):
        at = max(range(len(candidates)), key=shared.__getitem__)
    elif rank:
        at = min(rank, len(candidates)) - 1
    else:
        at = min(range(len(candidates)), key=gaps.__getitem__)
    chosen = candidates[at]
    evidence = Evidence(
        scored_by_similarity=False,
        similarity=chosen.score,
        proven=chosen.score,
        share=1.0,
        shortness=0.0,
        beside_unit=search.is_beside_unit(chosen),
        claimed=0.0,
        tied=len(candidates) > 1 and not any(shared) and not rank,
        position_gap=gaps[at],
        missing_number=search.misses_number(chosen),
        agreement=shared[at] * hint.share if hint else None,
    )
    alternatives = tuple(other for other in candidates if other is not chosen)[:MAX_ALTERNATIVES]
    return Decision(chosen, at + 1, len(candidates), evidence, None, alternatives)


def rank_in_source(search: Search, matches: Matches) -> tuple[list[Candidate], int]:
    """Return the occurrences to choose from, and the rank of the right one, counted from 1; 0 if it is unknown.

    The rank is known under the strictest comparison with equally many occurrences in the source and in the target.
    One comparison is not enough: because of the capital in "Tulips grew where tulips ...", the exact comparison finds
    only one of the two occurrences.
    """
    candidates = next(iter(matches.values()))
    if len(list(matches.values())[-1]) == 1:
        return candidates, 0
    query = search.query
    in_source = Search(query, query.source, None, search.source_language, search.source_language)
    for reading, occurrences in in_source.find_verbatim(in_source.untranslated).items():
        if len(occurrences) == len(matches.get(reading, ())):
            return matches[reading], 1 + sum(place.start < query.start for place in occurrences)
    return candidates, 0


def relative_position(text: TokenizedText, window: Window, start: int, end: int) -> float:
    """Return the position of the middle of a span in its window, from 0 (start) to 1 (end)."""
    low, high = text.window_span(window)
    return ((start + end) / 2 - low) / max(high - low, 1)


def relative_positions(starts: IntArray, ends: IntArray, low: IntArray | int, high: IntArray | int) -> FloatArray:
    """Return the relative positions of many spans. low, high: the window of all spans, or of each."""
    return ((starts + ends) / 2 - low) / np.maximum(high - low, 1)


def position_gap(query: AnswerQuery, target: TokenizedText, start: int, end: int) -> float:
    """Return the distance between the relative positions of the source answer and a target span, 0 to 1."""
    in_source = relative_position(query.source, query.window, *query.span)
    return abs(relative_position(target, query.window, start, end) - in_source)


def position_gaps(query: AnswerQuery, target: TokenizedText, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return the position gaps of many target spans."""
    in_source = relative_position(query.source, query.window, *query.span)
    return np.abs(relative_positions(starts, ends, *target.window_span(query.window)) - in_source)
