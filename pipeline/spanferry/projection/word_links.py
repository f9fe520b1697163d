"""Links between the words of a sentence and those of its translation, from contextual word vectors.

    "the [12th century] saw"     12th ── twaalfde, century ── eeuw
    "in de twaalfde eeuw kwam"   -> how much of each target word belongs to the answer (AnswerLinks)

The similarity of two words is the cosine of their vectors, in three steps:

1. The mean vector of its window is subtracted from each vector. All words of a text share much of their vectors.
2. The mean similarity of each word to its nearest words is subtracted (CSLS, Conneau et al. 2018). Some words, such as
   punctuation, are near to everything.
3. A softmax turns similarities into links: each source word divides its weight among the target words ("forward"), and
   each target word among the source words ("backward"), as in awesome-align (Dou and Neubig 2021).

Function words and symbols weigh little, because they are the ones that translations add and leave out.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanferry.encoder import EncodedText, FloatMatrix
from spanferry.language import Language
from spanferry.projection.consistency import AnswerKey
from spanferry.projection.tokenized import IntArray, TokenizedText, TokenRange, Window
from spanferry.records import Record, Span

FloatArray = npt.NDArray[np.float64]

# Smaller temperatures make links sharper. The share of good spans in de, ru, zh and ar changes by less than 0.005
# between 0.05 and 0.1, and as little with 1 or 3 neighbours.
TEMPERATURE = 0.07
NEIGHBOURS = 3
FUNCTION_WORD, SYMBOL = 0.4, 0.1  # their weights; that of other words is 1
# Links are rounded, so that the order in which a processor adds numbers does not show in the output.
DECIMALS = 3


class AnswerLinks(Record, frozen=True, gc=False):
    """The links between an answer and the words of its target window.

    source_start, source_text: the answer (`AnswerKey`). links: for each token of the window, the weight of
    its links to and from the answer. weights: the weight of each token. answer_weight: the weight of the answer.
    """

    source_start: int
    source_text: str
    links: tuple[float, ...]
    weights: tuple[float, ...]
    answer_weight: float

    def coverage(self, runs: IntArray) -> FloatArray:
        """Return how well each run of tokens covers the answer, 0 to 1.

        runs: tokens [low, high), counted from the first of the window, shape (n, 2). The coverage is Dice's
        coefficient: the weight of the links between run and answer, divided by the weight of both.
        """
        links, weights = (np.cumsum([0.0, *values]) for values in (self.links, self.weights))
        low, high = runs[:, 0], runs[:, 1]
        covered = (links[high] - links[low]) / (weights[high] - weights[low] + self.answer_weight)
        return np.clip(covered, 0.0, 1.0)


@dataclass(frozen=True)
class WindowLinks:
    """The links between all words of a window and its translation.

    source, target: the tokens of both windows. source_weights, target_weights: their weights; both have the same sum.
    forward, backward: the share of each link, shape (source, target). The rows of `forward` and the columns of
    `backward` sum to 1.
    """

    source: TokenRange
    target: TokenRange
    source_weights: FloatArray
    target_weights: FloatArray
    forward: FloatArray
    backward: FloatArray

    def of_answer(self, key: AnswerKey, source: TokenizedText, span: Span) -> AnswerLinks | None:
        """Return the links of the answer at a span of the source; None for an answer without tokens."""
        low, high = self.source
        bounds = source.token_bounds[low:high]
        inside = (bounds[:, 1] > span[0]) & (bounds[:, 0] < span[1])
        if not inside.any():
            return None
        weights = self.source_weights[inside]
        links = weights @ self.forward[inside] + self.target_weights * self.backward[inside].sum(axis=0)
        return AnswerLinks(
            *key,
            tuple(links.round(DECIMALS).tolist()),
            tuple(self.target_weights.round(DECIMALS).tolist()),
            round(float(weights.sum()), DECIMALS),
        )


def link_windows(
    source: TokenizedText,
    target: TokenizedText,
    window: Window,
    encoded: tuple[EncodedText, EncodedText],
    languages: tuple[Language, Language],
) -> WindowLinks | None:
    """Link the words of a window and its translation; None when one of them has no tokens.

    encoded: the texts of both windows, encoded.
    """
    texts = source, target
    ranges = source.window_range(window), target.window_range(window)
    if any(low == high for low, high in ranges):
        return None
    vectors = [word_vectors(text, window, pieces) for text, pieces in zip(texts, encoded, strict=True)]
    scores = similarities(*vectors) / TEMPERATURE
    weights = [word_weights(*each) for each in zip(texts, ranges, languages, strict=True)]
    return WindowLinks(
        source=ranges[0],
        target=ranges[1],
        source_weights=weights[0],
        # A language may need more words for the same text, or have a token for each character.
        target_weights=weights[1] * weights[0].sum() / weights[1].sum(),
        forward=softmax(scores, axis=1),
        backward=softmax(scores, axis=0),
    )


def word_vectors(text: TokenizedText, window: Window, encoded: EncodedText) -> FloatMatrix:
    """Return the mean vector of the pieces of each token in a window, less the mean of all, with length 1."""
    low, high = text.window_range(window)
    bounds = text.token_bounds[low:high] - text.window_span(window)[0]
    starts, ends = encoded.spans[:, 0], encoded.spans[:, 1]
    belongs = (starts < bounds[:, 1:]) & (ends > bounds[:, :1])
    counts = belongs.sum(axis=1, keepdims=True)
    vectors = belongs.astype(np.float32) @ encoded.vectors / np.maximum(counts, 1)
    vectors -= vectors.mean(axis=0)
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.finfo(np.float32).tiny)


def similarities(source: FloatMatrix, target: FloatMatrix) -> FloatArray:
    """Return the similarity of each source word to each target word, less the mean of the nearest words of each."""
    cosines = (source @ target.T).astype(float)
    by_source, by_target = nearest(cosines, axis=1), nearest(cosines, axis=0)
    return cosines - (by_source + by_target) / 2


def nearest(cosines: FloatArray, axis: int) -> FloatArray:
    """Return the mean of the NEIGHBOURS largest values along an axis, which is kept."""
    count = min(NEIGHBOURS, cosines.shape[axis])
    largest = np.sort(cosines, axis=axis).take(range(-count, 0), axis=axis)
    return largest.mean(axis=axis, keepdims=True)


def softmax(values: FloatArray, axis: int) -> FloatArray:
    """Return values as shares that sum to 1 along an axis."""
    powers = np.exp(values - values.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def word_weights(text: TokenizedText, tokens: TokenRange, language: Language) -> FloatArray:
    """Return the weight of each token in a range."""
    function_words = language.edge_words | language.articles
    return np.array(
        [
            SYMBOL if not text.is_word[token] else FUNCTION_WORD if text.lowered[token] in function_words else 1.0
            for token in range(*tokens)
        ]
    )
