"""Consistency: spans of one paragraph that must agree, since their sources do.

Annotators and questions mark overlapping pieces of a paragraph: "about 12 metres", "12 metres",
"about 12". What overlaps in the source overlaps in the translation, what is nested stays nested.
Where the spans found say otherwise, the outer grows to hold the inner, or the weaker moves to a
candidate of its own that fits, or it becomes less probable. Identical source spans need no care here,
because they are decided once.
"""

import math
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

from spanferry.language.text import Span

Row = dict[str, Any]
Key = tuple[int, str]
"""An answer: where it starts in the source, and its text."""

# What a contradiction takes from the weaker span's log odds. Too rare to be fitted: on the sample,
# before rescue, 11 pairs of 3,806 contradict each other, and the weaker span is wrong in 10.
CONTRADICTED = 2.0
# Word order may weave two answers into each other; two spans as sure as this are left alone.
SURE = 0.9


def reconcile(rows: list[Row], context: str, before: Mapping[Key, Row] | None = None) -> None:
    """Makes the found rows (schema_of(SpanRow)) of one paragraph agree, in place.

    before: of the answers that were decided anew since this was done before, what they were then. A contradiction
    counts once: not what two others have to say to each other, nor what an answer said against one of these where
    that was. None: all are new.
    """
    answers: dict[Key, list[Row]] = {}
    for row in rows:
        if row["text"] is not None:
            answers.setdefault((row["source_start"], row["source_text"]), []).append(row)
    doubted: set[Key] = set()
    for pair in combinations(sorted(answers), 2):
        if before is not None and before.keys().isdisjoint(pair):
            continue
        # The weaker first; of two equally sure ones, the longer.
        weak, sure = sorted(pair, key=lambda key: (answers[key][0]["probability"], -len(key[1])))
        if agree(answers[weak][0], answers[sure][0]) or mend(answers[weak], answers[sure], context):
            continue
        if before is None or weak in before or before[sure]["text"] is None or agree(answers[weak][0], before[sure]):
            doubted.add(weak)
    for key in doubted:
        for row in answers[key]:
            row["probability"] = doubt(row["probability"])


def agree(weak: Row, sure: Row) -> bool:
    """Whether two spans lie to each other as their sources do."""
    one, other = source_span(weak), source_span(sure)
    here, there = target_span(weak), target_span(sure)
    if within(one, other):
        return within(here, there)
    if within(other, one):
        return within(there, here)
    if overlaps(one, other):
        return overlaps(here, there)
    return not overlaps(here, there) or weak["probability"] >= SURE


def mend(weak: list[Row], sure: list[Row], context: str) -> bool:
    """Brings two answers into line, if there is a way.

    Of two that are nested in the source and overlap here, the outer one grows to hold the inner;
    otherwise the weaker one moves to a candidate of its own that fits.
    """
    row, other = weak[0], sure[0]
    here, there = target_span(row), target_span(other)
    nested = within(source_span(row), source_span(other)) or within(source_span(other), source_span(row))
    if nested and overlaps(here, there):
        outer = weak if within(source_span(other), source_span(row)) else sure
        place(outer, (min(here[0], there[0]), max(here[1], there[1])), context)
        return True
    for candidate in row["candidates"]:
        if agree(row | candidate, other):
            move(weak, candidate)
            return True
    return False


def move(rows: Iterable[Row], candidate: Row) -> None:
    """Brings an answer to one of its candidates, which changes places with it."""
    for row in rows:
        left = {name: row[name] for name in candidate}
        others = [left, *(other for other in row["candidates"] if other != candidate)]
        row.update(candidate, occurrence=1, occurrences=1, candidates=others)


def place(rows: Iterable[Row], span: Span, context: str) -> None:
    for row in rows:
        row.update(start=span[0], text=context[span[0] : span[1]])


def doubt(probability: float) -> float:
    return 1 / (1 + math.exp(CONTRADICTED) * (1 - probability) / max(probability, 1e-9))


def source_span(row: Row) -> Span:
    return row["source_start"], row["source_start"] + len(row["source_text"])


def target_span(row: Row) -> Span:
    return row["start"], row["start"] + len(row["text"])


def within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]


def overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
