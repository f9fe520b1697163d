"""Ranks runs of words by all evidence that the texts give, with a conditional logit model.

Each run of words in the window is a candidate for the answer. Its rank is a weighted sum of features; the exponentials
of the ranks, divided by their sum, are the probabilities that the model gives to the runs. `benchmarks/calibrate.py`
fits the weights: they maximise the probability of the runs that a person would mark.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

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

    def __setitem__(self, name: str, values: FloatArray | npt.NDArray[np.float32] | float) -> None:
        self.values[_ROWS[name]] = values

    def at(self, run: int) -> dict[str, float]:
        """Return the features of one run."""
        return dict(zip(_ROWS, self.values[:, run].tolist(), strict=True))

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
    """What the words of windows prove of the phrases of their answers.

    links: the likeness of each window token to each phrase token, 0 to 1, shape (width, tokens of all phrases).
    shares: the share of each phrase token in the weight of its phrase. phrase_columns: the first column of each phrase.
    answer_columns, answer_phrases: the first column and the first phrase of each answer.
    """

    links: FloatArray
    shares: FloatArray
    phrase_columns: IntArray
    answer_columns: IntArray
    answer_phrases: IntArray

    def proven(self, longest: IntArray) -> FloatArray:
        """Return the share of a phrase's weight of which a run has a form: the greatest of all phrases of its answer.

        longest: the number of tokens of each answer's longest run. Shape (longest of all, width, answers):
        [n, start, answer] is the run of n + 1 tokens of an answer's window.
        """
        width, answers = len(self.links), len(longest)
        proven = np.zeros((longest.max(initial=0), width, answers))
        # The best link of each phrase token to the n + 1 window tokens from a start, times its share.
        best, done = self.links * self.shares, 0
        for n in range(len(proven)):
            # The answers before `first` have no run of this length.
            first = (longest > n).argmax()
            column, phrase = self.answer_columns[first], self.answer_phrases[first]
            best, done = best[:, column - done :], column
            by_phrase = np.add.reduceat(best, self.phrase_columns[phrase:] - column, axis=1)
            own_phrases = self.answer_phrases[first:] - phrase
            np.maximum.reduceat(by_phrase, own_phrases, axis=1, out=proven[n, : width - n, first:])
            best = np.maximum(best[:-1], best[1:])
        return proven

    def likeness(self) -> FloatArray:
        """Return the likeness of each window token to the most similar phrase token, shape (answers, width)."""
        return np.maximum.reduceat(self.links, self.answer_columns, axis=1).T


def prove(answers: Sequence[Sequence[WeighedWords]], windows: Sequence[WeighedWords]) -> Proof:
    """Compare the tokens of each answer's phrases with those of its window by their common beginning.

    Inflected words share it: "пяти"/"пять" have 3 of 4 letters. Numbers, symbols and characters of unspaced scripts
    must be equal.
    """
    phrases = [phrase for own in answers for phrase in own]
    words = [word for phrase in phrases for word in phrase.words]
    weights = np.array([weight for phrase in phrases for weight in phrase.weights])
    sizes = [len(phrase.words) for phrase in phrases]
    phrase_columns, answer_phrases = firsts_of(sizes), firsts_of(list(map(len, answers)))
    answer_columns = phrase_columns[answer_phrases]
    links = np.zeros((max(len(window.words) for window in windows), len(words)))
    for window, start, end in zip(windows, answer_columns, [*answer_columns[1:], len(words)], strict=True):
        links[: len(window.words), start:end] = prefix_likeness(window.words, words[start:end])
    is_rigid = np.array([not word[0].isalpha() or is_unspaced(word[0]) for word in words])
    links[:, is_rigid] = np.floor(links[:, is_rigid])
    shares = weights / np.repeat(np.add.reduceat(weights, phrase_columns), sizes)
    return Proof(links, shares, phrase_columns, answer_columns, answer_phrases)


def firsts_of(sizes: Sequence[int]) -> IntArray:
    """Return the index of the first element of each part of a sequence. sizes: of the parts."""
    return np.cumsum([0, *sizes[:-1]])


def prefix_likeness(words: Sequence[str], others: Sequence[str], at_least: float | None = None) -> FloatArray:
    """Return the share of two words that their common beginning has, shape (words, others); 0 below `at_least`."""
    return process.cdist(words, others, scorer=Prefix.normalized_similarity, dtype=np.float64, score_cutoff=at_least)


def claim(windows: Sequence[WeighedWords], others: Sequence[Sequence[str]], proof: Proof) -> FloatArray:
    """Return how much more each window token is like another source word than like the phrases of the answer, 0 to 1.

    others: the folded source words outside each answer. Shape (answers, width). "Parijs" is claimed by "Paris", so it
    is no form of "pedalen".
    """
    likeness = proof.likeness()
    claimed = np.zeros_like(likeness)
    for row, window, words in zip(claimed, windows, others, strict=True):
        if words:
            np.maximum.reduce(prefix_likeness(words, window.words, STRONG), out=row[: len(window.words)])
    return np.maximum(claimed - likeness, 0.0)


def weigh_phrase(phrase: Phrase, language: Language) -> WeighedWords:
    """Return the words of a phrase with their weights."""
    return weigh(phrase.words, phrase.words, map(is_word, phrase.words), language)


def weigh_window(target: TokenizedText, within: TokenRange, language: Language) -> WeighedWords:
    """Return the words of a window with their weights."""
    window = slice(*within)
    return weigh(target.folded[window], target.lowered[window], target.is_word[window], language)


def weigh(words: list[str], lowered: list[str], are_words: Iterable[bool], language: Language) -> WeighedWords:
    """Return folded tokens with their weights. lowered: the tokens in lower case, as function words are listed."""
    words, light_words = bare(words, language), language.light_words
    weights = [
        SYMBOL if not is_a_word else FUNCTION_WORD if low in light_words else weigh_word(word)
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


def are_marks(tokens: Sequence[str]) -> list[bool]:
    """Return for each token whether it is a punctuation mark."""
    return [token in _MARKS for token in tokens]


def log_ratio(values: FloatArray, expected: FloatArray) -> FloatArray:
    """Return the absolute logarithm of values / expected; values below SYMBOL count as SYMBOL."""
    return np.abs(np.log(np.maximum(values, SYMBOL) / np.maximum(expected, SYMBOL)))


def share_of_best(
    ranks: FloatArray, starts: IntArray, ends: IntArray, owners: IntArray, best: IntArray, enough: float
) -> FloatArray:
    """Return for each answer the probability that the model gives to the runs that nearly equal its best one.

    owners: the answer of each run. best: the best run of each answer. enough: the overlap (Dice's coefficient of the
    letters) from which two runs nearly equal each other.
    """
    best_of = best[owners]
    odds = np.exp(ranks - ranks[best_of])
    first, last = starts[best_of], ends[best_of]
    common = np.maximum(np.minimum(ends, last) - np.maximum(starts, first), 0)
    alike = 2 * common / (ends - starts + last - first) >= enough
    totals = np.bincount(owners, odds, len(best))
    return np.bincount(owners, odds * alike, len(best)) / np.where(totals, totals, 1.0)
