"""How probable it is that a chosen span is right: a logistic model of the evidence.

"Right" is what a person's span and ours share: token F1 of at least 0.8. The weights were fitted by
`benchmarks/calibrate.py`, those of aligned words by `benchmarks/alignment.py`; both print them, with
their measure of fit.
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
    """What speaks for the chosen candidate, and against it.

    scored_by_similarity: it was judged by similarity, and does not stand there as it was sought.
    similarity: to what was sought (0 to 1). tied: it is one of several equals, and neither the
    marked place nor the rank of occurrence told which. distance: of the relative positions (0 to 1).
    margin: what the next best place, which it does not overlap, has less (0 to 1).
    missing_number: the source answer holds a number and the span none.
    agreement: overlap with the marked or aligned place times its share; None when there is neither.
    aligned: the place is that of the aligned words, since nothing came back between markers.
    """

    scored_by_similarity: bool
    similarity: float
    tied: bool
    distance: float
    margin: float
    missing_number: bool
    agreement: float | None
    aligned: bool = False


WEIGHTS = {
    "constant": 4.6,
    "scored_by_similarity": -2.18,
    "dissimilarity": -1.78,
    "tied": -2.2,
    "distance": -0.52,
    "closeness": -1.62,
    "missing_number": -2.76,
    "marked": 0.97,
    "disagreement": -0.85,
    "aligned": 0.6,
    "misalignment": -1.74,
}


def features(evidence: Evidence) -> dict[str, float]:
    """The evidence as numbers from 0 to 1, by the names of WEIGHTS; more is worse, but for the constant."""
    told = evidence.agreement is not None
    apart = 1 - evidence.agreement if told else 0.0
    return {
        "constant": 1.0,
        "scored_by_similarity": float(evidence.scored_by_similarity),
        "dissimilarity": 1 - evidence.similarity,
        "tied": float(evidence.tied),
        "distance": evidence.distance,
        # Beyond a fifth a rival is no danger any more.
        "closeness": max(0.0, 1 - 5 * evidence.margin) if evidence.scored_by_similarity else 0.0,
        "missing_number": float(evidence.missing_number),
        "marked": float(told and not evidence.aligned),
        "disagreement": 0.0 if evidence.aligned else apart,
        "aligned": float(told and evidence.aligned),
        "misalignment": apart if evidence.aligned else 0.0,
    }


def probability(evidence: Evidence) -> float:
    """The calibrated probability, from 0 to 1, that the span is right."""
    total = sum(WEIGHTS[name] * value for name, value in features(evidence).items())
    return 1 / (1 + math.exp(-total))


def hold(spans: pa.Table, least: float) -> pa.Table:
    """Drops the spans (schema_of(SpanRow)) that are less probably right than this.

    A dropped span leads its row's candidates. The reason is ambiguous where it was one of several
    equally good places, else low_confidence.
    """
    weak = pc.fill_null(pc.less(spans["probability"], least), False)
    rows = [
        row.dropped(Reason.AMBIGUOUS if row.placement.occurrences > 1 else Reason.LOW_CONFIDENCE)
        for row in from_table(spans.filter(weak), SpanRow)
    ]
    if not rows:
        return spans
    changed = pa.concat_tables([spans.filter(pc.invert(weak)), to_table(rows, SpanRow)])
    # A stable sort by weakness put them in this order; its inverse brings each row back to its place.
    return changed.take(np.argsort(np.argsort(weak.to_numpy(), kind="stable")))
