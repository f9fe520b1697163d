"""Estimate the uncertainty of figures: bootstrap intervals, and a paired test between two sets of scores.

Questions about one paragraph share its text and are not independent. Therefore the bootstrap resamples whole paragraphs
(a cluster bootstrap), and the test exchanges whole paragraphs (a cluster sign-flip test).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from msgspec import Struct

from spanferry.squad import Document, iterate_questions

RESAMPLES = 2_000
LEVEL = 0.95
SEED = 0


class Interval(NamedTuple):
    """A confidence interval, in percent."""

    low: float
    high: float


def number_paragraphs(document: Document) -> dict[str, int]:
    """Map each question id to the number of its paragraph, in the file's order."""
    numbers: dict[int, int] = {}
    return {
        question.id: numbers.setdefault(id(paragraph), len(numbers))
        for _, _, paragraph, question in iterate_questions(document)
    }


def _sum_by_paragraph(values: Mapping[str, float], paragraph_of: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum and the number of the values of each paragraph that has any."""
    paragraphs = np.array([paragraph_of[question] for question in values])
    count = np.bincount(paragraphs)
    has_values = count > 0
    return np.bincount(paragraphs, weights=list(values.values()))[has_values], count[has_values]


def bootstrap_interval(values: Mapping[str, float], paragraph_of: Mapping[str, int]) -> Interval:
    """Compute the bootstrap interval (2.5th to 97.5th percentile) of the values' mean, in percent.

    values: question id -> 0 to 1. The same values give the same interval.
    """
    sums, counts = _sum_by_paragraph(values, paragraph_of)
    draws = np.random.default_rng(SEED).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(100 * means, [tail, 100 - tail])
    return Interval(float(low), float(high))


class Difference(Struct, frozen=True):
    """The mean of A minus the mean of B over their common questions, in percentage points.

    low, high: the 95 % interval. p: two-sided; the probability that chance alone gives as large a difference. total:
    the number of common questions.
    """

    difference: float
    low: float
    high: float
    p: float
    total: int


def run_paired_test(a: Mapping[str, float], b: Mapping[str, float], paragraph_of: Mapping[str, int]) -> Difference:
    """Test whether the mean scores of A and B (0 to 1 per question) differ on their common questions.

    p is the share of random exchanges of A and B within paragraphs that give at least the observed difference. The
    observed one counts as an exchange, so that p is never 0.
    """
    differences = {question: a[question] - b[question] for question in a if question in b}
    if not differences:
        return Difference(0.0, 0.0, 0.0, 1.0, 0)
    interval = bootstrap_interval(differences, paragraph_of)
    sums, _ = _sum_by_paragraph(differences, paragraph_of)
    signs = np.random.default_rng(SEED).choice(np.array([-1.0, 1.0]), size=(RESAMPLES, len(sums)))
    as_large = np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9
    mean = 100 * sums.sum() / len(differences)
    p = float((1 + as_large.sum()) / (1 + RESAMPLES))
    return Difference(float(mean), interval.low, interval.high, p, len(differences))
