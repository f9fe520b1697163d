"""Method `fuzzy`: finds the run of words that is most similar to a phrase.

Candidates are runs of whole words, so no span cuts a word. The similarity is rapidfuzz's normalised Indel ratio of the
folded texts, 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import IntArray, TokenizedText


def similarities(phrases: Sequence[Phrase], target: TokenizedText, runs: IntArray) -> npt.NDArray[np.float64]:
    """Return the similarity of each run to each phrase, 0 to 1, with shape (phrases, runs)."""
    texts = [" ".join(phrase.words) for phrase in phrases]
    return process.cdist(texts, run_texts(target, runs), scorer=fuzz.ratio) / 100


def run_texts(target: TokenizedText, runs: IntArray) -> list[str]:
    """Return the folded tokens of each run, joined by single spaces."""
    line = target.folded_line
    starts, ends = target.line_offsets[runs].T.tolist()
    return [line[start : end - 1] for start, end in zip(starts, ends, strict=True)]


def best_disjoint(values: npt.NDArray[np.float64], starts: IntArray, ends: IntArray, count: int) -> list[int]:
    """Return the indices of the best spans, at most `count`, best first; none overlaps a better one."""
    kept: list[int] = []
    lows, highs = starts.tolist(), ends.tolist()
    for at in (-values).argsort(kind="stable").tolist():
        low, high = lows[at], highs[at]
        for other in kept:
            if low < highs[other] and lows[other] < high:
                break
        else:
            kept.append(at)
            if len(kept) == count:
                break
    return kept
