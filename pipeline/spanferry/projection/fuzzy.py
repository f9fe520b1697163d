"""Method `fuzzy`: finds the run of words that is most similar to a phrase.

Candidates are runs of whole words, so no span cuts a word. The similarity is rapidfuzz's normalised Indel ratio of the
folded texts, 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from spanferry.language import Language
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange

# A run has at most STRETCH times as many tokens as the longest phrase, plus SLACK, and at least as many as the shortest
# phrase divided by STRETCH, less SLACK. Translations of the same phrase seldom differ by more than half, or by a few
# words for short ones.
STRETCH, SLACK = 1.5, 3


def candidate_runs(
    phrases: Sequence[Phrase], target: TokenizedText, within: TokenRange, language: Language
) -> IntArray:
    """Return the runs of tokens to compare with the phrases, with shape (n, 2).

    A run begins and ends with a word, does not begin with an article, and is about as long as one of the phrases.
    """
    low, high = within
    lengths = [len(phrase.words) for phrase in phrases]
    shortest = max(1, int(min(lengths) / STRETCH) - SLACK)
    longest = int(max(lengths) * STRETCH) + SLACK
    words = [at for at in range(low, high) if target.is_word[at]]
    firsts = np.array([at for at in words if target.lowered[at] not in language.articles], dtype=int)
    lasts = np.array(words, dtype=int) + 1
    sizes = lasts - firsts[:, None]
    first, last = ((sizes >= shortest) & (sizes <= longest)).nonzero()
    # The columns are contiguous, because they are what is read.
    return np.array([firsts[first], lasts[last]]).T


def runs_with_words(runs: IntArray, target: TokenizedText, within: TokenRange, required: set[str]) -> IntArray:
    """Return the runs that contain all required words, or all runs if none of them does."""
    if not required:
        return runs
    low, high = within
    keep = np.ones(len(runs), dtype=bool)
    for word in required:
        count_before = np.cumsum([0, *(token == word for token in target.folded[low:high])])
        keep &= count_before[runs[:, 1] - low] > count_before[runs[:, 0] - low]
    return runs.T[:, keep].T if keep.any() else runs


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
