"""A logistic model of the probability that a chosen span is right.

"Right" means a token F1 of at least 0.8 with the span that a person marks. `benchmarks/calibrate.py` fitted the
weights; it prints them and the quality of the fit.
"""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import from_table, to_table
from spanferry.records import Reason, SpanRow


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for a chosen candidate, and against it.

    scored_by_similarity: the candidate was chosen by similarity, because no phrase occurs verbatim.
    similarity: its similarity to the phrases that were searched for, 0 to 1.
    tied: it is one of several equally good candidates, and neither the hint nor the rank of occurrence decides.
    position_gap: distance between the relative positions of the answer and the candidate, 0 to 1.
    margin: the lead in score over the best candidate that does not overlap it, 0 to 1.
    missing_number: the source answer has a number and the candidate has none.
    agreement: overlap with the hint, times the share of the hint; None without a hint.
    """

    scored_by_similarity: bool
    similarity: float
    tied: bool
    position_gap: float
    margin: float
    missing_number: bool
    agreement: float | None


WEIGHTS = {
    "constant": 4.6,
    "scored_by_similarity": -2.18,
    "dissimilarity": -1.78,
    "tied": -2.2,
    "position_gap": -0.52,
    "closeness": -1.62,
    "missing_number": -2.76,
    "marked": 0.97,
    "disagreement": -0.85,
}


def features(evidence: Evidence) -> dict[str, float]:
    """Return the features of the model, by the names of WEIGHTS, each from 0 to 1.

    Larger values lower the probability, except for the constant and `marked`.
    """
    return {
        "constant": 1.0,
        "scored_by_similarity": float(evidence.scored_by_similarity),
        "dissimilarity": 1 - evidence.similarity,
        "tied": float(evidence.tied),
        "position_gap": evidence.position_gap,
        # A rival whose score is lower by 0.2 or more does not matter.
        "closeness": max(0.0, 1 - 5 * evidence.margin) if evidence.scored_by_similarity else 0.0,
        "missing_number": float(evidence.missing_number),
        "marked": float(evidence.agreement is not None),
        "disagreement": 0.0 if evidence.agreement is None else 1 - evidence.agreement,
    }


def probability(evidence: Evidence) -> float:
    """Return the calibrated probability that the span is right, 0 to 1."""
    total = sum(WEIGHTS[name] * value for name, value in features(evidence).items())
    return 1 / (1 + math.exp(-total))


def drop_below(spans: pa.Table, min_probability: float) -> pa.Table:
    """Drop the spans (records.SpanRow) with a lower probability than this. The rows keep their order.

    A dropped span becomes the first candidate of its row. The reason is `ambiguous` for one of several equally good
    spans, and otherwise `low_confidence`.
    """
    weak = pc.fill_null(pc.less(spans["probability"], min_probability), False)
    dropped = [
        row.dropped(Reason.AMBIGUOUS if row.placement and row.placement.occurrences > 1 else Reason.LOW_CONFIDENCE)
        for row in from_table(spans.filter(weak), SpanRow)
    ]
    if not dropped:
        return spans
    changed = pa.concat_tables([spans.filter(pc.invert(weak)), to_table(dropped, SpanRow)])
    # A stable sort by `weak` gives the order of the concatenated rows. Its inverse restores the original order.
    return changed.take(np.argsort(np.argsort(weak.to_numpy(), kind="stable")))
