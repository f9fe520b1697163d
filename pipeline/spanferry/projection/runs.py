"""Ranks runs of words by all evidence that the texts give, with a conditional logit model.

Each run of words in the window is a candidate for the answer. Its rank is a weighted sum of features; the exponentials
of the ranks, divided by their sum, are the probabilities that the model gives to the runs. `benchmarks/calibrate.py`
fits the weights: they maximise the probability of the runs that a person would mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

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
    "similarity": 7.68,
    "proven": 6.55,
    "position_gap": -7.23,
    "marks": -2.16,
    "stray": -0.78,
    "claimed": -2.4,
    "length": -1.35,
    "source_length": -1.77,
    "piece": 6.93,
    "hint": 7.17,
}
"""Feature of a run -> its weight.

similarity: to the translation of the answer or to the answer itself, letter by letter. proven: the share of the
letters that belong to a word of which the run has a form (`prove`). position_gap: distance of the relative positions.
marks: punctuation marks that the run has and the phrase lacks, or the reverse, at most 2. stray: function words at its
edges that the phrase lacks. claimed: the share of its weight that other source words explain (`claim`). length: log
ratio of its weight to that of the phrase. source_length: log ratio of its length to that of the source answer, relative
to the windows. piece, hint: similarity to the marked piece, and overlap with its position.
"""

FUNCTION_WORD, SYMBOL, SHORTEST_WORD = 0.3, 0.1, 2.0
"""Weights of tokens. Other words weigh their number of letters, and characters of unspaced scripts weigh 1."""

STRONG = 0.5
"""The share of two words that a common beginning must have so that one of them explains the other."""

_MARKS = frozenset(',;:()[]«»"“”„—–、，。；：（）「」《》؛،…!?！？।|')


_ROWS = {name: row for row, name in enumerate(RANK_WEIGHTS)}


@dataclass(frozen=True, slots=True)
class RunFeatures:
    """The features of n runs. values: shape (features, n), in the order of RANK_WEIGHTS."""

    values: FloatArray

    @classmethod
    def zeros(cls, count: int) -> "RunFeatures":
        """Return features of so many runs, all 0."""
        return cls(np.zeros((len(_ROWS), count)))

    def __getitem__(self, name: str) -> FloatArray:
        return self.values[_ROWS[name]]

    def __setitem__(self, name: str, values: FloatArray | float) -> None:
        self.values[_ROWS[name]] = values

    @property
    def ranks(self) -> FloatArray:
        """The rank of each run."""
        # A matrix product may add the features of two runs in different orders, so that equal runs differ.
        weights = np.array([*RANK_WEIGHTS.values()])
        return np.add.reduce(self.values * weights[:, None])


@dataclass(frozen=True, slots=True)
class WeighedWords:
    """The tokens of a phrase or of a window, folded and without clitics before the word, with their weights."""

    words: list[str]
    weights: list[float]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the words of a window prove of some phrases.

    links: the likeness of each phrase token to each window token, 0 to 1. shares: the share of each token in the weight
    of its phrase, shape (tokens, phrases).
    """

    links: FloatArray
    shares: FloatArray

    def proven(self, lows: IntArray, highs: IntArray) -> FloatArray:
        """Return the share of a phrase's weight of which each run has a form: the greatest of all phrases.

        lows, highs: the runs, relative to the window.
        """
        sizes = highs - lows
        longest = int(np.maximum.reduce(sizes))
        size, width = self.links.shape
        # The best link of each phrase token to the n + 1 window tokens from a start: best[n, start, token].
        best = np.zeros((longest, width, size))
        best[0] = self.links.T
        for n in range(1, longest):
            np.maximum(best[n - 1, :-1], best[n - 1, 1:], out=best[n, :-1])
        by_phrase = best.reshape(-1, size) @ self.shares
        shares = by_phrase[:, 0] if by_phrase.shape[1] == 1 else np.maximum.reduce(by_phrase, axis=1)
        return shares.reshape(longest, width)[sizes - 1, lows]

    def likeness(self) -> FloatArray:
        """Return the likeness of each window token to the most similar phrase token."""
        return np.maximum.reduce(self.links)


def prove(phrases: Sequence[WeighedWords], window: WeighedWords) -> Proof:
    """Compare the tokens of phrases with those of a window by their common beginning, as inflected words share it.

    "пяти"/"пять": 3 of 4 letters. Numbers, symbols and characters of unspaced scripts must be equal.
    """
    words = [word for phrase in phrases for word in phrase.words]
    links = process.cdist(words, window.words, scorer=Prefix.normalized_similarity, dtype=np.float64)
    for number, word in enumerate(words):
        if not word[0].isalpha() or is_unspaced(word[0]):
            links[number] = np.floor(links[number])
    shares, first = np.zeros((len(words), len(phrases))), 0
    for number, phrase in enumerate(phrases):
        last = first + len(phrase.words)
        shares[first:last, number] = phrase.weights
        shares[first:last, number] /= sum(phrase.weights)
        first = last
    return Proof(links, shares)


def claim(window: WeighedWords, others: Sequence[str], proof: Proof) -> FloatArray:
    """Return how much more each token of a window is like another source word than like the phrases, 0 to 1.

    others: the folded source words outside the answer. "Parijs" is claimed by "Paris", so it is no form of "pedalen".
    """
    if not others:
        return np.zeros(len(window.words))
    links = process.cdist(
        others, window.words, scorer=Prefix.normalized_similarity, dtype=np.float64, score_cutoff=STRONG
    )
    return np.maximum(np.maximum.reduce(links) - proof.likeness(), 0.0)


def weigh_phrase(phrase: Phrase, language: Language) -> WeighedWords:
    """Return the words of a phrase with their weights."""
    return weigh(phrase.words, phrase.words, map(is_word, phrase.words), language)


def weigh_window(target: TokenizedText, within: TokenRange, language: Language) -> WeighedWords:
    """Return the words of a window with their weights."""
    window = slice(*within)
    return weigh(target.folded[window], target.lowered[window], target.is_word[window], language)


def weigh(words: list[str], lowered: list[str], are_words: Iterable[bool], language: Language) -> WeighedWords:
    """Return folded tokens with their weights. lowered: the tokens in lower case, as function words are listed."""
    words, function_words = bare(words, language), function_words_of(language)
    weights = [
        SYMBOL if not is_a_word else FUNCTION_WORD if low in function_words else weigh_word(word)
        for word, low, is_a_word in zip(words, lowered, are_words, strict=True)
    ]
    return WeighedWords(words, weights)


def bare(words: list[str], language: Language) -> list[str]:
    """Return folded tokens without the clitics before the words."""
    return [without_clitics(word, language) for word in words] if language.proclitics else words


@lru_cache(maxsize=1 << 16)
def weigh_word(word: str) -> float:
    """Return the weight of a word that is no function word."""
    return 1.0 if is_unspaced(word[0]) else max(len(word), SHORTEST_WORD)


@cache
def function_words_of(language: Language) -> frozenset[str]:
    """Return all words of a language that hardly show where an answer is."""
    return language.edge_words | language.articles | language.determiners


def are_marks(tokens: Sequence[str]) -> list[bool]:
    """Return for each token whether it is a punctuation mark."""
    return [token in _MARKS for token in tokens]


def sum_in_runs(values: Sequence[FloatArray | Sequence[float]], lows: IntArray, highs: IntArray) -> FloatArray:
    """Return the sums of several values of the tokens of each run, shape (values, runs).

    values: each has a value for each token. lows, highs: the runs, relative to the first token.
    """
    before = np.zeros((len(values), len(values[0]) + 1))
    np.add.accumulate(np.array(values, np.float64), axis=1, out=before[:, 1:])
    return before[:, highs] - before[:, lows]


def log_ratio(values: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the absolute logarithm of values / expected; values below SYMBOL count as SYMBOL."""
    return np.abs(np.log(np.maximum(values, SYMBOL) / np.maximum(expected, SYMBOL)))


def share_of_best(ranks: FloatArray, starts: IntArray, ends: IntArray, best: int, enough: float) -> float:
    """Return the probability that the model gives to the runs that nearly equal the best one.

    enough: the overlap (Dice's coefficient of the letters) from which two runs nearly equal each other.
    """
    odds = np.exp(ranks - ranks[best])
    common = np.maximum(np.minimum(ends, ends[best]) - np.maximum(starts, starts[best]), 0)
    alike = 2 * common / (ends - starts + ends[best] - starts[best]) >= enough
    return float(np.add.reduce(odds[alike]) / np.add.reduce(odds))
