"""How sure a figure is: bootstrap intervals, and a paired test between two runs.

Questions about one paragraph share its text and are not independent, so whole paragraphs are drawn (a
cluster bootstrap) and whole paragraphs change sides (a cluster sign-flip test).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spanferry.squad import Document, walk

RESAMPLES = 2_000
LEVEL = 0.95
SEED = 0


def paragraphs(document: Document) -> dict[str, int]:
    """Question id -> number of its paragraph, in the file's order."""
    numbers: dict[int, int] = {}
    return {
        question.id: numbers.setdefault(id(paragraph), len(numbers)) for _, _, paragraph, question in walk(document)
    }


def _sums(values: Mapping[str, float], cluster_of: Mapping[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Sum of the values and their number, by paragraph."""
    clusters = np.array([cluster_of[question] for question in values])
    count = np.bincount(clusters)
    held = count > 0
    return np.bincount(clusters, weights=list(values.values()))[held], count[held]


def interval(values: Mapping[str, float], cluster_of: Mapping[str, int]) -> tuple[float, float]:
    """The bootstrap interval (2.5th to 97.5th percentile) of the values' mean, in percent.

    values: question id -> 0 to 1. The same values give the same interval.
    """
    sums, counts = _sums(values, cluster_of)
    draws = np.random.default_rng(SEED).multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    means = (draws @ sums) / (draws @ counts)
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(100 * means, [tail, 100 - tail])
    return float(low), float(high)


@dataclass(frozen=True)
class Difference:
    """Run A minus run B over the questions both answered, in percentage points."""

    difference: float
    low: float
    high: float
    p: float  # two-sided: how often chance alone does as much
    total: int


def paired(a: Mapping[str, float], b: Mapping[str, float], cluster_of: Mapping[str, int]) -> Difference:
    """Tests whether A's mean score differs from B's on their common questions (0 to 1 each).

    p counts, among random exchanges of the two runs within paragraphs, those with at least the observed
    difference (the observed one among them, so that p is never 0).
    """
    differences = {question: a[question] - b[question] for question in a if question in b}
    if not differences:
        return Difference(0.0, 0.0, 0.0, 1.0, 0)
    low, high = interval(differences, cluster_of)
    sums, _ = _sums(differences, cluster_of)
    signs = np.random.default_rng(SEED).choice(np.array([-1.0, 1.0]), size=(RESAMPLES, len(sums)))
    as_far = np.abs(signs @ sums) >= abs(sums.sum()) - 1e-9
    mean = 100 * sums.sum() / len(differences)
    return Difference(float(mean), low, high, float((1 + as_far.sum()) / (1 + RESAMPLES)), len(differences))
