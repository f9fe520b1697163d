"""How probable it is that a chosen span is right: a logistic model of the evidence.

"Right" is what a person's span and ours share: token F1 of at least 0.8. The weights were fitted by
`benchmarks/calibrate.py`, which prints them, with its measure of fit.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the chosen candidate, and against it.

    judged: it was judged by similarity, and does not stand there as it was sought.
    similarity: to what was sought (0 to 1). unsettled: it is one of several equals, and neither the
    marked place nor the rank of occurrence told which. distance: of the relative positions (0 to 1).
    margin: what the next best place, which it does not overlap, has less (0 to 1).
    agreement: overlap with the marked place times its share; None when nothing was marked.
    """

    judged: bool
    similarity: float
    unsettled: bool
    distance: float
    margin: float
    agreement: float | None


WEIGHTS = {
    "constant": 4.0,
    "judged": -1.0,
    "dissimilarity": -5.0,
    "unsettled": -2.0,
    "distance": -1.0,
    "closeness": -1.0,
    "marked": 0.0,
    "disagreement": -2.0,
}


def features(evidence: Evidence) -> dict[str, float]:
    """The evidence as numbers from 0 to 1, by the names of WEIGHTS; more is worse, but for the constant."""
    marked = evidence.agreement is not None
    return {
        "constant": 1.0,
        "judged": float(evidence.judged),
        "dissimilarity": 1 - evidence.similarity,
        "unsettled": float(evidence.unsettled),
        "distance": evidence.distance,
        # Beyond a fifth a rival is no danger any more.
        "closeness": max(0.0, 1 - 5 * evidence.margin) if evidence.judged else 0.0,
        "marked": float(marked),
        "disagreement": 1 - evidence.agreement if evidence.agreement is not None else 0.0,
    }


def probability(evidence: Evidence) -> float:
    """The calibrated probability, from 0 to 1, that the span is right."""
    total = sum(WEIGHTS[name] * value for name, value in features(evidence).items())
    return 1 / (1 + math.exp(-total))
