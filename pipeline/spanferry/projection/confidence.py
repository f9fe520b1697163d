"""A logistic model of the probability that a chosen span is right.

"Right" means a token F1 of at least 0.8 with the span that a person marks. `benchmarks/calibrate.py` fitted the
weights; it prints them and the quality of the fit.
"""

import math
from operator import mul

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import from_table, to_table
from spanferry.records import Reason, Record, SpanRow


class Evidence(Record, frozen=True, gc=False):
    """The evidence for a chosen candidate, and against it.

    scored_by_similarity: the candidate was chosen by similarity, because no phrase occurs verbatim.
    similarity: its similarity to the phrases that were searched for, 0 to 1.
    proven: the share of the phrase of which it has a form, or of a compound that is the phrase, 0 to 1.
    share: the probability that the ranking gives to it and to the runs that nearly equal it, 0 to 1 (`runs`).
    shortness: 1 for a source answer without letters, 0.37 for one of 10 letters, towards 0 for a long one (`search`).
    beside_unit: the answer is a bare number, and a counter or a word for "year" is beside it, which people mark with it
    or not.
    tied: it is one of several equally good candidates, and neither the hint nor the rank of occurrence decides.
    claimed: the share of it that source words outside the answer explain, 0 to 1 (`runs.claim`).
    position_gap: distance between the relative positions of the answer and the candidate, 0 to 1.
    missing_number: the source answer has a number and the candidate has none.
    agreement: overlap with the hint, times the share of the hint; None without a hint.
    """

    scored_by_similarity: bool
    similarity: float
    proven: float
    share: float
    shortness: float
    beside_unit: bool
    tied: bool
    claimed: float
    position_gap: float
    missing_number: bool
    agreement: float | None


WEIGHTS = {
    "constant": 3.83,
    "dissimilarity": -1.75,
    "unproven": -1.11,
    "doubt": -2.29,
    "shortness": -1.22,
    "position_gap": -1.94,
    "claimed": -1.2,
    "compound": -5.08,
    "tied": -1.55,
    "beside_unit": -3.46,
    "missing_number": -1.21,
    "marked": 1.46,
    "disagreement": -0.55,
}


def features(evidence: Evidence) -> dict[str, float]:
    """Return the features of the model, by the names of WEIGHTS and in their order, each from 0 to 1.

    Larger values lower the probability, except for the constant and `marked`.
    """
    by_similarity = float(evidence.scored_by_similarity)
    return {
        "constant": 1.0,
        "dissimilarity": by_similarity * (1 - evidence.similarity),
        "unproven": by_similarity * (1 - evidence.proven),
        "doubt": by_similarity * (1 - evidence.share),
        "shortness": by_similarity * evidence.shortness,
        "position_gap": by_similarity * evidence.position_gap,
        "claimed": by_similarity * evidence.claimed,
        # The share of a longer word's letters that no phrase has.
        "compound": (1 - by_similarity) * (1 - evidence.similarity),
        "tied": float(evidence.tied),
        "beside_unit": float(evidence.beside_unit),
        "missing_number": float(evidence.missing_number),
        "marked": float(evidence.agreement is not None),
        "disagreement": 0.0 if evidence.agreement is None else 1 - evidence.agreement,
    }


def probability(evidence: Evidence) -> float:
    """Return the calibrated probability that the span is right, 0 to 1."""
    total = sum(map(mul, WEIGHTS.values(), features(evidence).values()))
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
