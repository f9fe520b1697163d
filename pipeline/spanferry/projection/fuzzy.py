"""Method: the run of words most similar to what is sought.

Candidates are runs of whole words, never windows of letters, so that no span can be cut inside a
word. Similarity is rapidfuzz's normalised Indel ratio of the folded texts, 0 to 1.
"""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from spanferry.language.profile import Language
from spanferry.projection.query import Query
from spanferry.projection.spans import Range, TokenizedText

# How much longer or shorter than what is sought a run may be, in tokens: translations of the same
# phrase seldom differ by more than half, and short ones by a few words.
STRETCH, SLACK = 1.5, 3


def runs(queries: Sequence[Query], passage: TokenizedText, within: Range, language: Language) -> np.ndarray:
    """The runs worth comparing, (n, 2): from word to word, of a length near one query's, no article first."""
    low, high = within
    sizes = [len(query.words) for query in queries]
    shortest = max(1, int(min(sizes) / STRETCH) - SLACK)
    longest = int(max(sizes) * STRETCH) + SLACK
    words = [at for at in range(low, high) if passage.words[at]]
    firsts = np.array([at for at in words if passage.cased[at] not in language.articles], dtype=int)
    lasts = np.array(words, dtype=int) + 1
    sizes = lasts - firsts[:, None]
    first, last = np.nonzero((sizes >= shortest) & (sizes <= longest))
    return np.column_stack([firsts[first], lasts[last]])


def holding(among: np.ndarray, passage: TokenizedText, within: Range, needed: set[str]) -> np.ndarray:
    """The runs that hold all the needed words; all runs when none does."""
    low, high = within
    keep = np.ones(len(among), dtype=bool)
    for word in needed:
        before = np.cumsum([0, *(token == word for token in passage.folded[low:high])])
        keep &= before[among[:, 1] - low] > before[among[:, 0] - low]
    return among[keep] if keep.any() else among


def similarities(queries: Sequence[Query], passage: TokenizedText, among: np.ndarray) -> np.ndarray:
    """How similar each run is to each query: (queries, runs), 0 to 1."""
    wanted = [" ".join(query.words) for query in queries]
    return process.cdist(wanted, joined(passage, among), scorer=fuzz.ratio) / 100


def joined(passage: TokenizedText, among: np.ndarray) -> list[str]:
    """Each run's folded tokens with single spaces between them."""
    line = passage.line
    return [line[start : end - 1] for start, end in passage.offsets[among].tolist()]
