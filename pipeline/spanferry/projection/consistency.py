"""Consistency: spans of one paragraph that must agree, since their sources do.

Annotators and questions mark overlapping pieces of a paragraph: "about 12 metres", "12 metres", "about 12". What
overlaps in the source overlaps in the translation, and what is nested stays nested. Where the spans contradict this,
the outer one grows to hold the inner one, or the weaker one moves to a candidate of its own that fits, or it becomes
less probable. Identical source spans need no care: they are decided once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from spanferry.records import CandidateRow, Placement, Span, SpanRow

AnswerKey = tuple[int, str]
"""An answer of a paragraph: its offset in the source, and its text."""

# What a contradiction takes from the weaker span's log odds. Too rare to be fitted: on the sample, before rescue, 11
# pairs of 3,806 contradict each other, and the weaker span is wrong in 10.
CONTRADICTION_PENALTY = 2.0
# Word order may interleave two answers; two spans that are both this probable are left alone.
CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class PlacedAnswer:
    """An answer with its place in the source (`source`) and in the target (`span`), and the candidates that were not
    chosen."""

    source: Span
    span: Span
    placement: Placement
    candidates: tuple[CandidateRow, ...]

    @classmethod
    def of(cls, source: Span, placement: Placement, candidates: tuple[CandidateRow, ...]) -> "PlacedAnswer":
        """Make the answer that is at a placement."""
        return cls(source, placement.span, placement, candidates)

    def at(self, span: Span, context: str) -> "PlacedAnswer":
        """Return this answer with another extent."""
        placement = replace(self.placement, start=span[0], text=context[span[0] : span[1]])
        return PlacedAnswer.of(self.source, placement, self.candidates)

    def moved_to(self, candidate: CandidateRow) -> "PlacedAnswer":
        """Return this answer at one of its candidates, which takes the place of its present span."""
        placement = replace(
            self.placement,
            text=candidate.text,
            start=candidate.start,
            method=candidate.method,
            score=candidate.score,
            occurrence=1,
            occurrences=1,
        )
        others = tuple(other for other in self.candidates if other != candidate)
        return PlacedAnswer.of(self.source, placement, (self.placement.candidate, *others))

    def doubted(self) -> "PlacedAnswer":
        """Return this answer with the probability that a contradiction leaves it."""
        placement = replace(self.placement, probability=penalise(self.placement.probability))
        return PlacedAnswer.of(self.source, placement, self.candidates)


def key_of(row: SpanRow) -> AnswerKey:
    """Return which answer of its paragraph a row is about; annotators often give the same one."""
    return row.source_start, row.source_text


def reconcile(
    rows: Sequence[SpanRow], context: str, previous: Mapping[AnswerKey, SpanRow] | None = None
) -> list[SpanRow]:
    """Return the rows of one paragraph, in order, with spans that agree.

    previous: for the answers that were decided again, their rows before; None when all are new. Only pairs that
    include one of them are compared, and a contradiction that was counted before is not counted again.
    """
    answers = {
        key_of(row): PlacedAnswer.of(row.source_span, row.placement, row.candidates) for row in rows if row.placement
    }
    before = {
        key: PlacedAnswer.of(row.source_span, row.placement, row.candidates) if row.placement else None
        for key, row in (previous or {}).items()
    }
    contradicting: set[AnswerKey] = set()
    for pair in combinations(sorted(answers), 2):
        if are_apart(answers[pair[0]], answers[pair[1]]) or (previous is not None and before.keys().isdisjoint(pair)):
            continue
        # The weaker one first; of two equally probable ones, the longer.
        weak, strong = sorted(pair, key=lambda key: (answers[key].placement.probability, -len(key[1])))
        if agree(answers[weak], answers[strong]):
            continue
        if resolved := resolve(answers[weak], answers[strong], context):
            answers[weak], answers[strong] = resolved
        elif weak in before or (earlier := before.get(strong)) is None or agree(answers[weak], earlier):
            contradicting.add(weak)
    for key in contradicting:
        answers[key] = answers[key].doubted()
    return [update(row, answers.get(key_of(row))) for row in rows]


def update(row: SpanRow, answer: PlacedAnswer | None) -> SpanRow:
    """Return a row with its answer's present span; the row itself when it has none or nothing changed."""
    if answer is None or (answer.placement is row.placement and answer.candidates is row.candidates):
        return row
    return replace(row, placement=answer.placement, candidates=answer.candidates)


def are_apart(one: PlacedAnswer, other: PlacedAnswer) -> bool:
    """Whether two answers overlap neither in the source nor in the target, as most pairs do; then they agree."""
    return not (overlaps(one.source, other.source) or overlaps(one.span, other.span))


def agree(weak: PlacedAnswer, strong: PlacedAnswer) -> bool:
    """Whether two spans relate to each other as their sources do."""
    if is_within(weak.source, strong.source):
        return is_within(weak.span, strong.span)
    if is_within(strong.source, weak.source):
        return is_within(strong.span, weak.span)
    if overlaps(weak.source, strong.source):
        return overlaps(weak.span, strong.span)
    return not overlaps(weak.span, strong.span) or weak.placement.probability >= CERTAIN


def resolve(weak: PlacedAnswer, strong: PlacedAnswer, context: str) -> tuple[PlacedAnswer, PlacedAnswer] | None:
    """Return the two answers so that they agree; None when there is no way.

    If they are nested in the source and overlap in the target, the outer one grows to hold the inner one. Otherwise
    the weaker one moves to a candidate of its own that fits.
    """
    strong_is_inner, weak_is_inner = is_within(strong.source, weak.source), is_within(weak.source, strong.source)
    if (strong_is_inner or weak_is_inner) and overlaps(weak.span, strong.span):
        union = min(weak.span[0], strong.span[0]), max(weak.span[1], strong.span[1])
        if strong_is_inner:
            return weak.at(union, context), strong
        return weak, strong.at(union, context)
    for candidate in weak.candidates:
        moved = weak.moved_to(candidate)
        if agree(moved, strong):
            return moved, strong
    return None


def penalise(probability: float) -> float:
    """Return the probability that remains after a contradiction."""
    return 1 / (1 + math.exp(CONTRADICTION_PENALTY) * (1 - probability) / max(probability, 1e-9))


def is_within(inner: Span, outer: Span) -> bool:
    """Whether a span lies inside another, or is the same."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def overlaps(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]
