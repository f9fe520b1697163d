"""The decision on an answer: the span that was chosen, or why there is none."""

from spanferry.projection.candidates import Candidate
from spanferry.projection.confidence import Evidence, probability
from spanferry.projection.linked_confidence import LinkedEvidence, linked_probability
from spanferry.records import Reason, Record

# Number of other candidates in a decision.
MAX_ALTERNATIVES = 3


class Decision(Record, frozen=True, gc=False):
    """The chosen candidate, or the reason why there is none.

    occurrence, occurrences: the candidate is the n-th, counted from 1, of so many equally good ones. evidence: None for
    a span that is the source's own (Method.NATIVE). alternatives: the best other candidates, best first.
    """

    chosen: Candidate | None
    occurrence: int = 0
    occurrences: int = 0
    evidence: Evidence | LinkedEvidence | None = None
    reason: Reason | None = None
    alternatives: tuple[Candidate, ...] = ()

    @property
    def probability(self) -> float | None:
        """The calibrated probability that the chosen span is right; None when there is none."""
        if self.chosen is None:
            return None
        if isinstance(self.evidence, LinkedEvidence):
            return linked_probability(self.evidence)
        return probability(self.evidence) if self.evidence else 1.0
