"""What is usual in a corpus, and how far a question is from it.

A translation into Thai is shorter than its text, one into Norwegian leaves Danish words as they are, and Chinese has no
question mark after every question. Therefore these measures are compared with those of the whole corpus.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from spanferry.quality.untranslated import Vocabulary

FloatArray = npt.NDArray[np.float64]

# The standard deviation of a normal distribution is so many times its median absolute deviation.
DEVIATION = 1.4826
SMALLEST_SPREAD = 0.08  # of the logarithm of the ratio of two lengths: fewer pairs than ten may all have the same
# A length so many deviations from the median is usual; from the second on, it counts fully.
USUAL, UNUSUAL = 3.0, 7.0
# `Vocabulary.evidence` of words that stay as they were without a fault, and of those that count fully.
LITTLE, MUCH = 4.0, 10.0
WORD_WEIGHT = 0.6  # a question may lose its word in a free translation; it keeps its mark
DISSIMILAR = 6.0  # deviations below the usual similarity that count fully
SMALLEST_DEVIATION = 0.01  # of similarities
# The same of the agreement of readers. Good ones agree with nearly all questions.
DISAGREEMENT, SMALLEST_DISAGREEMENT = 4.0, 0.2
USUAL_REST = 2.0  # the lowest similarity of several sentences is below the median more often
BIN, BOUND = 0.002, 4.0  # width of the bins of a histogram, and the largest value


@dataclass
class Histogram:
    """The distribution of values from -BOUND to BOUND, in a memory that does not grow with their number."""

    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(round(2 * BOUND / BIN), np.int64))

    def add(self, values: Iterable[float]) -> None:
        """Add values; NaN is ignored."""
        array = np.fromiter(values, float)
        array = np.clip(array[~np.isnan(array)], -BOUND, BOUND - BIN / 2)
        self.counts += np.bincount(((array + BOUND) / BIN).astype(int), minlength=len(self.counts))

    @property
    def centres(self) -> FloatArray:
        """The value in the middle of each bin."""
        return (np.arange(len(self.counts), dtype=np.float64) + 0.5) * BIN - BOUND

    def spread(self) -> "Spread":
        """Return the median and the deviation; 0 and 1 without values."""
        if not self.counts.any():
            return Spread(0.0, 1.0)
        median = weighted_median(self.centres, self.counts)
        return Spread(median, DEVIATION * weighted_median(np.abs(self.centres - median), self.counts))


@dataclass(frozen=True)
class Spread:
    """The median of a distribution, and its standard deviation without regard to outliers."""

    median: float
    deviation: float

    def distance(self, values: FloatArray) -> FloatArray:
        """Return how many deviations values are above the median."""
        return (values - self.median) / self.deviation


def weighted_median(values: FloatArray, counts: npt.NDArray[np.int64]) -> float:
    """Return the median of values that occur so many times."""
    order = np.argsort(values, kind="stable")
    below = np.cumsum(counts[order])
    return float(values[order][np.searchsorted(below, below[-1] / 2)])


@dataclass
class Kept:
    """How many questions kept something that their source has."""

    had: int = 0
    kept: int = 0

    def add(self, values: npt.NDArray[np.float64]) -> None:
        """Add values: 1 for kept, 0 for lost, NaN where the source has none."""
        self.had += int((~np.isnan(values)).sum())
        self.kept += int((values == 1).sum())

    @property
    def evidence(self) -> float:
        """How much a loss says, 0 to 1: nothing where every second question has lost it."""
        return max(0.0, 2 * self.kept / self.had - 1) if self.had else 0.0


@dataclass
class Usual:
    """What is usual in a corpus.

    question_lengths, sentence_lengths: `PairMeasures.log_length`. vocabulary: the words of the source.
    opinions: the agreement of readers with questions without (True) and with an answer (False). similarities:
    `Similarities`, by field.
    """

    question_lengths: Histogram = field(default_factory=Histogram)
    sentence_lengths: Histogram = field(default_factory=Histogram)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    marks: Kept = field(default_factory=Kept)
    words: Kept = field(default_factory=Kept)
    opinions: dict[bool, Histogram] = field(default_factory=lambda: {True: Histogram(), False: Histogram()})
    similarities: dict[str, Histogram] = field(
        default_factory=lambda: {name: Histogram() for name in ("question", "window", "rest")}
    )

    def score_lengths(self, *lengths: tuple[FloatArray, Histogram]) -> FloatArray:
        """Return `usual_length` of questions by the worst of these lengths, which may be NaN, 0 to 1."""
        distances = [np.abs(length_spread(usual).distance(values)) for values, usual in lengths]
        worst = np.nanmax(np.nan_to_num(np.array(distances), nan=0.0), axis=0)
        return np.clip((UNUSUAL - worst) / (UNUSUAL - USUAL), 0.0, 1.0)

    def score_unchanged(self, words: Iterable[str], names: int) -> float:
        """Return `translated` of words and a number of names that stayed as they were, 0 to 1."""
        return min(max((MUCH - self.vocabulary.evidence(words, names)) / (MUCH - LITTLE), 0.0), 1.0)

    def score_similarity(self, name: str, values: FloatArray, usual: float = 0.0) -> FloatArray:
        """Return how usual similarities are, 0 to 1; 1 from so many deviations (`usual`) around the median on."""
        spread = self.similarities[name].spread()
        distance = Spread(spread.median, max(spread.deviation, SMALLEST_DEVIATION)).distance(values)
        return np.clip(1 + (distance + usual) / DISSIMILAR, 0.0, 1.0)

    def note_opinions(self, span_sure: FloatArray, opinions: FloatArray) -> None:
        """Add the agreement of readers. span_sure: NaN for questions without an answer."""
        is_impossible = np.isnan(span_sure)
        self.opinions[True].add(opinions[is_impossible])
        self.opinions[False].add(opinions[~is_impossible])

    def score_opinions(self, span_sure: FloatArray, opinions: FloatArray) -> FloatArray:
        """Return `reader_agrees`, 0 to 1: 1 for a usual agreement, which is low for readers that know little."""
        scores = np.full(len(opinions), np.nan)
        for is_impossible, histogram in self.opinions.items():
            rows = np.isnan(span_sure) == is_impossible
            spread = histogram.spread()
            distance = Spread(spread.median, max(spread.deviation, SMALLEST_DISAGREEMENT)).distance(opinions[rows])
            scores[rows] = np.clip(1 + distance / DISAGREEMENT, 0.0, 1.0)
        return scores

    def score_asking(self, has_mark: FloatArray, has_word: FloatArray) -> FloatArray:
        """Return `asks`, 0 to 1; NaN for a question that had neither mark nor word."""
        lost = [np.nan_to_num(1 - values, nan=0.0) for values in (has_mark, has_word)]
        doubt = self.marks.evidence * lost[0] + WORD_WEIGHT * self.words.evidence * lost[1]
        return np.where(np.isnan(has_mark) & np.isnan(has_word), np.nan, np.clip(1 - doubt, 0.0, 1.0))


def length_spread(lengths: Histogram) -> Spread:
    """Return the spread of lengths, which is at least SMALLEST_SPREAD."""
    spread = lengths.spread()
    return Spread(spread.median, max(spread.deviation, SMALLEST_SPREAD))
