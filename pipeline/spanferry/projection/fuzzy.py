"""Method `fuzzy`: the run of words most similar to the phrase.

Candidates are runs of whole words, never windows of letters, so that no span is cut inside a word. Similarity is
rapidfuzz's normalised Indel ratio of the folded texts, 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from spanferry.language import Language
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange

# How much longer or shorter than the phrase a run may be, in tokens: translations of the same phrase seldom differ by
# more than half, and short ones by a few words.
STRETCH, SLACK = 1.5, 3


def candidate_runs(
    phrases: Sequence[Phrase], target: TokenizedText, within: TokenRange, language: Language
) -> IntArray:
    """Return the runs worth comparing, shape (n, 2).

    They go from word to word, do not begin with an article, and are about as long as one of the phrases.
    """
    low, high = within
    lengths = [len(phrase.words) for phrase in phrases]
    shortest = max(1, int(min(lengths) / STRETCH) - SLACK)
    longest = int(max(lengths) * STRETCH) + SLACK
    words = [at for at in range(low, high) if target.is_word[at]]
    firsts = np.array([at for at in words if target.casefolded[at] not in language.articles], dtype=int)
    lasts = np.array(words, dtype=int) + 1
    sizes = lasts - firsts[:, None]
    first, last = np.nonzero((sizes >= shortest) & (sizes <= longest))
    return np.column_stack([firsts[first], lasts[last]])


def runs_with_words(runs: IntArray, target: TokenizedText, within: TokenRange, required: set[str]) -> IntArray:
    """Return the runs that hold all the required words, or all runs when none does."""
    low, high = within
    keep = np.ones(len(runs), dtype=bool)
    for word in required:
        count_before = np.cumsum([0, *(token == word for token in target.folded[low:high])])
        keep &= count_before[runs[:, 1] - low] > count_before[runs[:, 0] - low]
    return runs[keep] if keep.any() else runs


def similarities(phrases: Sequence[Phrase], target: TokenizedText, runs: IntArray) -> npt.NDArray[np.float64]:
    """Return how similar each run is to each phrase: shape (phrases, runs), 0 to 1."""
    wanted = [" ".join(phrase.words) for phrase in phrases]
    return process.cdist(wanted, run_texts(target, runs), scorer=fuzz.ratio) / 100


def run_texts(target: TokenizedText, runs: IntArray) -> list[str]:
    """Return the folded tokens of each run, joined by single spaces."""
    line = target.folded_line
    return [line[start : end - 1] for start, end in target.line_offsets[runs].tolist()]
