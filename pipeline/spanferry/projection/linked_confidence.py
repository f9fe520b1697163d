"""A logistic model of the probability that a span is right, for answers that an encoder judged.

"Right" is as in `confidence`. `benchmarks/calibrate_encoder.py` fitted the weights on the sample and on XQuAD in four
languages. The similarity to the translated answer is no feature: beside the probability of the lexical search it did
not improve the fit of languages that were left out.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkedEvidence:
    """The evidence for a span that was chosen with word links.

    coverage: how well the word links cover the answer, 0 to 1 (`word_links.AnswerLinks.coverage`). margin: the lead in
    score over the best candidate that does not overlap it. lexical: the probability of the span that the lexical search
    prefers, however low its score is, times its overlap with this one: it shows how much the words say for it. 0 if
    there is none. beside_unit: as in `confidence.Evidence`. No encoder knows whether people mark the unit.
    """

    coverage: float
    margin: float
    lexical: float
    beside_unit: bool


LINKED_WEIGHTS = {
    "constant": 2.93,
    "uncovered": -1.1,
    "closeness": -2.1,
    "doubt": -1.77,
    "beside_unit": -1.89,
}


def linked_features(evidence: LinkedEvidence) -> dict[str, float]:
    """Return the features of the model, by the names of LINKED_WEIGHTS, each from 0 to 1.

    Larger values lower the probability, except for the constant.
    """
    return {
        "constant": 1.0,
        "uncovered": 1 - evidence.coverage,
        # A rival whose score is lower by 0.2 or more does not matter.
        "closeness": min(1.0, max(0.0, 1 - 5 * evidence.margin)),
        "doubt": 1 - evidence.lexical,
        "beside_unit": float(evidence.beside_unit),
    }


def linked_probability(evidence: LinkedEvidence) -> float:
    """Return the calibrated probability that the span is right, 0 to 1."""
    total = sum(LINKED_WEIGHTS[name] * value for name, value in linked_features(evidence).items())
    return 1 / (1 + math.exp(-total))
