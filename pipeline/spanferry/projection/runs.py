"""Ranks runs of words by all evidence that the texts give, with a conditional logit model.

Each run of words in the window is a candidate for the answer. Its rank is a weighted sum of features; the exponentials
of the ranks, divided by their sum, are the probabilities that the model gives to the runs. `benchmarks/calibrate.py`
fits the weights: they maximise the probability of the runs that a person would mark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Prefix

from spanferry.language import Language
from spanferry.language.clitics import without_clitics
from spanferry.language.scripts import is_unspaced
from spanferry.language.words import is_word
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange

FloatArray = npt.NDArray[np.float64]

RANK_WEIGHTS = {
    "similarity": 7.85,
    "proven": 6.49,
    "position_gap": -7.33,
    "marks": -2.17,
    "stray": -0.76,
    "length": -1.27,
    "source_length": -1.88,
    "piece": 6.93,
    "hint": 7.18,
}
"""Feature of a run -> its weight.

similarity: to the translation of the answer or to the answer itself, letter by letter. proven: the share of the
letters that belong to a word of which the run has a form (`prove`). position_gap: distance of the relative positions.
marks: punctuation marks that the run has and the phrase lacks, or the reverse, at most 2. stray: function words at its
edges that the phrase lacks. length: log ratio of its weight to that of the phrase. source_length: log ratio of its
length to that of the source answer, relative to the windows. piece, hint: similarity to the marked piece, and overlap
with its position.
"""

FUNCTION_WORD, SYMBOL, SHORTEST_WORD = 0.3, 0.1, 2.0
"""Weights of tokens. Other words weigh their number of letters, and characters of unspaced scripts weigh 1."""

_MARKS = frozenset(',;:()[]«»"“”„—–、，。；：（）「」《》؛،…!?！？।|')


@dataclass(frozen=True, slots=True)
class RunFeatures:
    """The features of n runs, by the names of RANK_WEIGHTS, each an array of n values."""

    by_name: Mapping[str, FloatArray]

    @property
    def ranks(self) -> FloatArray:
        """The rank of each run."""
        return np.sum([weight * self.by_name[name] for name, weight in RANK_WEIGHTS.items()], axis=0)

    @property
    def matrix(self) -> FloatArray:
        """The features as an array of shape (n, features), in the order of RANK_WEIGHTS."""
        return np.column_stack([self.by_name[name] for name in RANK_WEIGHTS])


@dataclass(frozen=True, slots=True)
class Proof:
    """What the words of a window prove of a phrase.

    links: the likeness of each phrase token to each window token, 0 to 1. phrase_weights, window_weights: the weights
    of the tokens.
    """

    links: FloatArray
    phrase_weights: FloatArray
    window_weights: FloatArray

    def proven(self, runs: IntArray) -> FloatArray:
        """Return the share of the phrase's weight of which each run has a form. runs: relative to the window."""
        longest = int((runs[:, 1] - runs[:, 0]).max())
        size, width = self.links.shape
        padded = np.zeros((size, width + longest))
        padded[:, :width] = self.links
        from_each_start = padded[:, np.arange(width)[:, None] + np.arange(longest)]
        best_so_far = np.maximum.accumulate(from_each_start, axis=2).reshape(size, -1)
        shares = (self.phrase_weights @ best_so_far / self.phrase_weights.sum()).reshape(width, longest)
        return shares[runs[:, 0], runs[:, 1] - runs[:, 0] - 1]


def prove(phrase: Phrase, target: TokenizedText, within: TokenRange, language: Language) -> Proof:
    """Compare the tokens of a phrase with those of a window by their common beginning, as inflected words share it.

    "пяти"/"пять": 3 of 4 letters. Clitics before the word do not count. Numbers, symbols and characters of unspaced
    scripts must be equal.
    """
    words, window = phrase.words, target.folded[slice(*within)]
    if language.proclitics:
        words, window = ([without_clitics(word, language) for word in side] for side in (words, window))
    links = process.cdist(words, window, scorer=Prefix.normalized_similarity, dtype=np.float64)
    for number, word in enumerate(words):
        if not word[0].isalpha() or is_unspaced(word[0]):
            links[number] = np.floor(links[number])
    return Proof(
        links,
        weigh_tokens(words, phrase.words, [is_word(word) for word in words], language),
        weigh_tokens(window, target.lowered[slice(*within)], target.is_word[slice(*within)], language),
    )


def weigh_tokens(
    folded: Sequence[str], lowered: Sequence[str], are_words: Sequence[bool], language: Language
) -> FloatArray:
    """Return the weights of tokens. lowered: the tokens in lower case, as function words are listed."""
    function_words = function_words_of(language)
    return np.array(
        [
            SYMBOL
            if not is_a_word
            else FUNCTION_WORD
            if low in function_words
            else 1.0
            if is_unspaced(word[0])
            else max(len(word), SHORTEST_WORD)
            for word, low, is_a_word in zip(folded, lowered, are_words, strict=True)
        ]
    )


@cache
def function_words_of(language: Language) -> frozenset[str]:
    """Return all words of a language that hardly show where an answer is."""
    return language.edge_words | language.articles | language.determiners


def count_marks(tokens: Sequence[str]) -> FloatArray:
    """Return the number of punctuation marks before each token, and before a token that would follow the last one."""
    return np.cumsum([0.0, *(token in _MARKS for token in tokens)])


def log_ratio(values: FloatArray, expected: float) -> FloatArray:
    """Return the absolute logarithm of values / expected; values below SYMBOL count as SYMBOL."""
    return np.abs(np.log(np.maximum(values, SYMBOL) / max(expected, SYMBOL)))


def share_of_best(ranks: FloatArray, starts: IntArray, ends: IntArray, best: int, enough: float) -> float:
    """Return the probability that the model gives to the runs that nearly equal the best one.

    enough: the overlap (Dice's coefficient of the letters) from which two runs nearly equal each other.
    """
    odds = np.exp(ranks - ranks.max())
    common = np.clip(np.minimum(ends, ends[best]) - np.maximum(starts, starts[best]), 0, None)
    alike = 2 * common / (ends - starts + ends[best] - starts[best]) >= enough
    return float(odds[alike].sum() / odds.sum())
