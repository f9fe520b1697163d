"""Measures how often a kept span is right, against spans that a person would mark (gold)."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.files import read_json
from spanferry.loss_figures import CurvePoint, GoldFigures, ratio
from spanferry.records import Field

ENOUGH = 0.8  # token F1 with the gold span from which an overlapping span counts as right
STEPS = 100  # thresholds of the curve: 0, 0.01, ... 1


class GoldSpan(Struct, frozen=True):
    """A span that would do."""

    text: str
    start: int


Gold = dict[str, dict[Field, tuple[GoldSpan, ...]]]
"""Question id -> list of the question -> the spans that would do."""


class KeptAnswer(Struct, frozen=True):
    """A kept answer of a question that has one. probability: None where the build does not know it."""

    split: str
    question_id: str
    text: str
    start: int
    probability: float | None


class GoldMatch(Struct, frozen=True):
    """An answer beside the gold spans of its question.

    exact: it is one of them. right: it overlaps one and shares at least ENOUGH of its words. overlaps: it overlaps one.
    """

    exact: bool
    right: bool
    overlaps: bool


def read_gold(path: Path) -> Gold:
    """Reads {question id: {field: [{start, text}]}}. Raises InputError."""
    return read_json(path, Gold, "not a gold file: {}")


def check_gold(gold: Gold, ids: Iterable[str]) -> None:
    """Raises InputError when a question of gold is in both splits.

    ids: of the source's questions. An id is unique within a split only, and gold does not say which split it means.
    """
    wanted = gold_answers(gold)
    for id_, times in Counter(ids).items():
        if times > 1 and id_ in wanted:
            raise InputError(f"gold.json: question {id_!r} is in train and in dev; leave it out of gold")


def token_f1(one: str, other: str) -> float:
    """F1 of two texts as bags of lower-case words, 0 to 1."""
    left, right = (Counter(re.findall(r"\w+", text.lower())) for text in (one, other))
    same = (left & right).total()
    return 2 * same / (left.total() + right.total()) if same else 0.0


def most_probable(answers: Iterable[KeptAnswer]) -> list[KeptAnswer]:
    """The most probable answer of each question, the first among equals."""
    best: dict[tuple[str, str], KeptAnswer] = {}
    for answer in answers:
        key = answer.split, answer.question_id
        if key not in best or (answer.probability or 0) > (best[key].probability or 0):
            best[key] = answer
    return list(best.values())


def measure_precision(answers: Iterable[KeptAnswer], gold: Gold) -> GoldFigures:
    """Compares the most probable answer of each question with gold, for the questions that gold has."""
    wanted = gold_answers(gold)
    matches = [match_gold(answer, wanted[answer.question_id]) for answer in answers if answer.question_id in wanted]
    right = sum(match.right for match in matches)
    return GoldFigures(
        questions=len(wanted),
        kept=len(matches),
        exact=sum(match.exact for match in matches),
        right=right,
        wrong=sum(not match.overlaps for match in matches),
        precision=ratio(right, len(matches)),
        kept_share=ratio(len(matches), len(wanted)),
    )


def precision_curve(answers: Sequence[KeptAnswer], questions: int, gold: Gold | None) -> list[CurvePoint]:
    """Precision against yield over thresholds of probability.

    answers: the most probable of each kept question. questions: how many the source has with an answer. The expected
    precision is the mean probability of the kept; with gold, the measured one is the share of them that is right.
    """
    known = [(answer, answer.probability) for answer in answers if answer.probability is not None]
    points = list(trace_curve("expected", [(probability, probability) for _, probability in known], questions))
    if gold:
        wanted = gold_answers(gold)
        measured = [
            (probability, float(match_gold(answer, wanted[answer.question_id]).right))
            for answer, probability in known
            if answer.question_id in wanted
        ]
        points += trace_curve("measured", measured, len(wanted))
    return points


def gold_answers(gold: Gold) -> dict[str, tuple[GoldSpan, ...]]:
    """The gold spans of the questions that have an answer."""
    return {id_: fields[Field.ANSWERS] for id_, fields in gold.items() if fields.get(Field.ANSWERS)}


def match_gold(answer: KeptAnswer, gold: Iterable[GoldSpan]) -> GoldMatch:
    """Compares an answer with the gold spans of its question."""
    start, end = answer.start, answer.start + len(answer.text)
    overlapping = [span for span in gold if start < span.start + len(span.text) and span.start < end]
    exact = any((span.start, span.text) == (start, answer.text) for span in overlapping)
    right = exact or any(token_f1(answer.text, span.text) >= ENOUGH for span in overlapping)
    return GoldMatch(exact=exact, right=right, overlaps=bool(overlapping))


def trace_curve(
    how: Literal["expected", "measured"], scored: Sequence[tuple[float, float]], questions: int
) -> Iterator[CurvePoint]:
    """A point at each threshold that keeps something, and less than the one before.

    scored: (probability, how right) of each answer.
    """
    before = -1
    for step in range(STEPS + 1):
        kept = [right for probability, right in scored if probability >= step / STEPS]
        if kept and len(kept) != before:
            before = len(kept)
            yield CurvePoint(
                how=how,
                threshold=step / STEPS,
                precision=ratio(sum(kept), len(kept)),
                kept_share=ratio(len(kept), questions),
            )
