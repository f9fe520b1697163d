"""Consistency: makes the target spans of a paragraph overlap and nest as their source spans do.

Annotators mark overlapping spans in a paragraph: "about 12 metres", "12 metres", "about 12". Spans that overlap in the
source should overlap in the translation, and nested spans should stay nested. Where two target spans contradict this,
the outer span is extended to contain the inner one, or the less probable span moves to another of its candidates, or
its probability is lowered. Equal source spans never contradict each other, because each is located only once.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from spanferry.records import SOURCE_REASONS, CandidateRow, Placement, Span, SpanRow

AnswerKey = tuple[int, str]
"""Identifies an answer in its paragraph: its offset in the source, and its text."""

REFUSED: AnswerKey = (-1, "")
"""The key of all answers that the reader of the source refuses."""

# Subtracted from the log odds of the weaker span in a contradiction. Contradictions are too rare to fit it: on the
# sample, before rescue, 11 of 3,806 pairs contradict each other, and the weaker span is wrong in 10 of them.
CONTRADICTION_PENALTY = 2.0
# Two spans that are both this probable are left unchanged: word order may interleave two answers.
CERTAIN = 0.9
# A candidate whose score is lower than that of the chosen span by more than this is no rival of it.
RIVAL = 0.2


@dataclass(frozen=True, slots=True)
class PlacedAnswer:
    """An answer with its source span (`source`), its target span (`span`) and its other candidates."""

    source: Span
    span: Span
    placement: Placement
    candidates: tuple[CandidateRow, ...]

    @classmethod
    def of(cls, source: Span, placement: Placement, candidates: tuple[CandidateRow, ...]) -> "PlacedAnswer":
        """Return the answer with this placement."""
        return cls(source, placement.span, placement, candidates)

    def with_span(self, span: Span, context: str) -> "PlacedAnswer":
        """Return this answer with another span of the context."""
        placement = replace(self.placement, start=span[0], text=context[span[0] : span[1]])
        return PlacedAnswer.of(self.source, placement, self.candidates)

    def moved_to(self, candidate: CandidateRow) -> "PlacedAnswer":
        """Return this answer at one of its candidates. Its current span becomes the first candidate."""
        placement = replace(
            self.placement,
            text=candidate.text,
            start=candidate.start,
            method=candidate.method,
            score=candidate.score,
            probability=penalise(self.placement.probability),  # it was not the best candidate
            occurrence=1,
            occurrences=1,
        )
        others = tuple(other for other in self.candidates if other != candidate)
        return PlacedAnswer.of(self.source, placement, (self.placement.candidate, *others))

    def penalised(self) -> "PlacedAnswer":
        """Return this answer with its probability lowered by a contradiction."""
        placement = replace(self.placement, probability=penalise(self.placement.probability))
        return PlacedAnswer.of(self.source, placement, self.candidates)


def key_of(row: SpanRow) -> AnswerKey:
    """Return the key of a row's answer. Several annotators may give the same answer.

    What the reader of the source refuses is never located, whatever other rows have the same answer.
    """
    return REFUSED if row.reason in SOURCE_REASONS else (row.source_start, row.source_text)


def reconcile(
    rows: Sequence[SpanRow], context: str, previous: Mapping[AnswerKey, SpanRow] | None = None
) -> list[SpanRow]:
    """Return the rows of one paragraph, in order, with contradictions resolved or penalised.

    previous: the former rows of the answers that were located again; None when all answers are new. Only pairs with
    one of these answers are compared, and a contradiction that existed before is not penalised again.
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
        # The less probable answer is the weaker one; of two equally probable ones, the longer.
        weak, strong = sorted(pair, key=lambda key: (answers[key].placement.probability, -len(key[1])))
        if agree(answers[weak], answers[strong]):
            continue
        if resolved := resolve(answers[weak], answers[strong], context):
            answers[weak], answers[strong] = resolved
        elif weak in before or (earlier := before.get(strong)) is None or agree(answers[weak], earlier):
            contradicting.add(weak)
    for key in contradicting:
        answers[key] = answers[key].penalised()
    return [update(row, answers.get(key_of(row))) for row in rows]


def update(row: SpanRow, answer: PlacedAnswer | None) -> SpanRow:
    """Return a row with the current span of its answer; the row itself if there is none or nothing changed."""
    if answer is None or (answer.placement is row.placement and answer.candidates is row.candidates):
        return row
    return replace(row, placement=answer.placement, candidates=answer.candidates)


def are_apart(one: PlacedAnswer, other: PlacedAnswer) -> bool:
    """Return whether two answers overlap neither in the source nor in the target. Most pairs do not, and they agree."""
    return not (overlaps(one.source, other.source) or overlaps(one.span, other.span))


def agree(weak: PlacedAnswer, strong: PlacedAnswer) -> bool:
    """Return whether two target spans overlap and nest as their source spans do."""
    if is_within(weak.source, strong.source):
        return is_within(weak.span, strong.span)
    if is_within(strong.source, weak.source):
        return is_within(strong.span, weak.span)
    if overlaps(weak.source, strong.source):
        return overlaps(weak.span, strong.span)
    return not overlaps(weak.span, strong.span) or weak.placement.probability >= CERTAIN


def resolve(weak: PlacedAnswer, strong: PlacedAnswer, context: str) -> tuple[PlacedAnswer, PlacedAnswer] | None:
    """Return the two answers with spans that agree; None when this is impossible.

    If the answers are nested in the source and overlap in the target, the outer span is extended to contain the inner
    one. Otherwise the weaker answer moves to its first rival candidate that agrees with the other answer.
    """
    strong_is_inner, weak_is_inner = is_within(strong.source, weak.source), is_within(weak.source, strong.source)
    if (strong_is_inner or weak_is_inner) and overlaps(weak.span, strong.span):
        union = min(weak.span[0], strong.span[0]), max(weak.span[1], strong.span[1])
        if strong_is_inner:
            return weak.with_span(union, context), strong
        return weak, strong.with_span(union, context)
    for candidate in weak.candidates:
        if candidate.score < weak.placement.score - RIVAL:
            continue
        moved = weak.moved_to(candidate)
        if agree(moved, strong):
            return moved, strong
    return None


def penalise(probability: float) -> float:
    """Return a probability lowered by CONTRADICTION_PENALTY."""
    return 1 / (1 + math.exp(CONTRADICTION_PENALTY) * (1 - probability) / max(probability, 1e-9))


def is_within(inner: Span, outer: Span) -> bool:
    """Return whether a span lies inside another one or equals it."""
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def overlaps(one: Span, other: Span) -> bool:
    """Return whether two spans share a character."""
    return one[0] < other[1] and other[0] < one[1]
