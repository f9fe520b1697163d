"""Fit probabilities by logistic regression, and show how well they are calibrated."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import numpy as np

PRIOR = 1.0  # precision of the weights' normal prior, in units of one answer's log-likelihood
STEPS = 50
BINS = 10  # of equal width, for the expected calibration error
DRAWS, SEED = 1000, 0


@dataclass(frozen=True)
class Predictions:
    """The predicted probability of each span, and whether it is right (1 or 0)."""

    p: np.ndarray
    right: np.ndarray

    def and_those(self, other: "Predictions") -> "Predictions":
        """Return these predictions and the others."""
        return Predictions(np.append(self.p, other.p), np.append(self.right, other.right))

    @property
    def error(self) -> float:
        """The expected calibration error: the mean distance of prediction and share that is right, by spans."""
        return sum(count * abs(mean - share) for count, mean, share in self.bins()) / max(len(self.p), 1)

    def bins(self) -> list[tuple[int, float, float]]:
        """Return (spans, mean prediction, share that is right) of each of BINS ranges that has spans."""
        numbers = np.minimum((self.p * BINS).astype(int), BINS - 1)
        found = [numbers == number for number in range(BINS) if (numbers == number).any()]
        return [(int(inside.sum()), float(self.p[inside].mean()), float(self.right[inside].mean())) for inside in found]

    def error_by_chance(self) -> np.ndarray:
        """Return the calibration errors of DRAWS simulations in which these probabilities are exactly right.

        With few spans the share that is right differs from its probability, so that no model has an error of 0.
        """
        random = np.random.default_rng(SEED)
        draws = random.random((DRAWS, len(self.p))) < self.p
        return np.array([Predictions(self.p, draw.astype(float)).error for draw in draws])


def fit_logistic(
    x: np.ndarray, right: np.ndarray, mean: np.ndarray, precision: np.ndarray, counts: np.ndarray | float = 1.0
) -> np.ndarray:
    """Return the weights of a logistic regression by Newton's method.

    mean, precision: of the weights' normal prior. counts: how often each row counts.
    """
    weights = np.zeros(len(mean))
    for _ in range(STEPS):
        p = logistic(x @ weights)
        hessian = (x * (counts * p * (1 - p))[:, None]).T @ x + np.diag(precision)
        weights += np.linalg.solve(hessian, x.T @ (counts * (right - p)) - precision * (weights - mean))
    return weights


def prior_precision(names: Iterable[str]) -> np.ndarray:
    """Return the precision of the prior of each weight: PRIOR, and none for the constant.

    A prior around 0 would draw the constant, and with it all probabilities, towards 0.5.
    """
    return np.array([0.0 if name == "constant" else PRIOR for name in names])


def logistic(log_odds: np.ndarray) -> np.ndarray:
    """Return the probabilities of log odds."""
    return 1 / (1 + np.exp(-log_odds))


ERROR_COLUMNS = ("spans", "right", "mean", "ECE, shipped", "ECE, left out", "by chance", "95 % below")


def error_cells(shipped: Predictions, left_out: Predictions | None) -> tuple[object, ...]:
    """Return the cells below ERROR_COLUMNS for a language.

    left_out: the probabilities of weights that were fitted without this language; None if there is no other language.
    The mean and the errors by chance are theirs, and else those of the shipped weights.
    """
    shown = left_out or shipped
    chance = shown.error_by_chance()
    return (
        *(len(shown.p), f"{shown.right.mean():.3f}", f"{shown.p.mean():.3f}"),
        *(f"{shipped.error:.3f}", f"{left_out.error:.3f}" if left_out else "-"),
        *(f"{chance.mean():.3f}", f"{np.percentile(chance, 95):.3f}"),
    )


def write_plot(predictions: Mapping[str, Predictions], path: Path) -> None:
    """Write a reliability plot, one panel per language. Larger points have more spans.

    Grey bars show where 95 % of the points would lie if the probabilities were exactly right.
    """
    rows = [
        {"language": language, "predicted": mean, "right": share, "spans": count}
        | dict(zip(("low", "high"), range_by_chance(mean, count), strict=True))
        for language, each in predictions.items()
        for count, mean, share in each.bins()
    ]
    scale = alt.Scale(domain=[0, 1])
    base = alt.Chart().encode(alt.X("predicted:Q", scale=scale, title="predicted probability"))
    share = alt.Y("right:Q", scale=scale, title="share that is right")
    size = alt.Size("spans:Q", scale=alt.Scale(type="sqrt", range=[10, 300]))
    points = base.mark_point(filled=True, opacity=1).encode(share, size, tooltip=["spans:Q", "predicted:Q", "right:Q"])
    by_chance = base.mark_rule(strokeWidth=5, color="lightgrey").encode(alt.Y("low:Q", title=""), alt.Y2("high:Q"))
    ends = {"x": alt.datum(0), "y": alt.datum(0), "x2": alt.datum(1), "y2": alt.datum(1)}
    ideal = alt.Chart().mark_rule(strokeDash=[4, 4]).encode(**ends)
    panels = alt.layer(by_chance, ideal, points, data=alt.Data(values=rows)).properties(width=200, height=200)
    panels.facet(alt.Facet("language:N", title=None, sort=list(predictions)), columns=3).save(path)


def range_by_chance(probability: float, count: int) -> tuple[float, float]:
    """Return the bounds between which the share of so many spans that are right lies with a probability of 95 %."""
    deviation = 1.96 * float(np.sqrt(probability * (1 - probability) / count))
    return max(probability - deviation, 0.0), min(probability + deviation, 1.0)


def mean_log_loss(predictions: Sequence[Predictions]) -> float:
    """Return the mean log loss over languages, each of which counts the same."""
    return float(np.mean([-np.mean(np.log(np.where(each.right == 1, each.p, 1 - each.p))) for each in predictions]))
