"""Measure how often a kept span is right, compared with spans that a person would mark (gold)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import regex
from msgspec import Struct

from spanferry.errors import InputError
from spanferry.files import read_json
from spanferry.language.scripts import UNSPACED
from spanferry.loss_figures import CurvePoint, GoldFigures, ratio
from spanferry.records import Field

_WORD = regex.compile(rf"[{UNSPACED}]\p{{M}}*|[\w--[{UNSPACED}]]+", regex.V1)
ENOUGH = 0.8  # token F1 with the gold span from which an overlapping span counts as right
STEPS = 100  # thresholds of the curve: 0, 0.01, ... 1


class GoldSpan(Struct, frozen=True):
    """A span that is a right answer."""

    text: str
    start: int


Gold = dict[str, dict[Field, tuple[GoldSpan, ...]]]
"""Question id -> field of the question -> its right spans."""


class KeptAnswer(Struct, frozen=True):
    """A kept answer of a question that has one. probability: None when the build has none for it."""

    split: str
    question_id: str
    text: str
    start: int
    probability: float | None


class GoldMatch(Struct, frozen=True):
    """The result of comparing an answer with the gold spans of its question.

    exact: it equals one of them. right: it equals one, or overlaps one with a token F1 of at least ENOUGH.
    overlaps: it overlaps one.
    """

    exact: bool
    right: bool
    overlaps: bool


def read_gold(path: Path) -> Gold:
    """Read {question id: {field: [{start, text}]}}. Raises InputError."""
    return read_json(path, Gold, "not a gold file: {}")


def check_gold(gold: Gold, ids: Iterable[str]) -> None:
    """Raise InputError when a question with gold spans is in both splits.

    ids: the ids of the source's questions. An id is unique only within a split, and a gold file names no split.
    """
    wanted = gold_answers(gold)
    for id_, times in Counter(ids).items():
        if times > 1 and id_ in wanted:
            raise InputError(f"gold.json: question {id_!r} is in train and in dev; leave it out of gold")


def token_f1(one: str, other: str) -> float:
    """Return the F1 (0 to 1) of two texts, compared as bags of lower-case words; characters of unspaced scripts count
    as words."""
    left, right = (Counter(_WORD.findall(text.lower())) for text in (one, other))
    same = (left & right).total()
    return 2 * same / (left.total() + right.total()) if same else 0.0


def most_probable(answers: Iterable[KeptAnswer]) -> list[KeptAnswer]:
    """Return the most probable answer of each question, and the first one when several are equally probable."""
    best: dict[tuple[str, str], KeptAnswer] = {}
    for answer in answers:
        key = answer.split, answer.question_id
        if key not in best or (answer.probability or 0) > (best[key].probability or 0):
            best[key] = answer
    return list(best.values())


def measure_precision(answers: Iterable[KeptAnswer], gold: Gold) -> GoldFigures:
    """Compare the most probable answer of each question with gold, for the questions that have gold spans."""
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
    """Return precision and yield at thresholds of probability.

    answers: the most probable one of each kept question. questions: the number of source questions with an answer.
    The expected precision is the mean probability of the kept answers. With gold spans there is also the measured
    precision, the share of kept answers that are right.
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
    """Return the gold spans of the questions that have an answer."""
    return {id_: fields[Field.ANSWERS] for id_, fields in gold.items() if fields.get(Field.ANSWERS)}


def match_gold(answer: KeptAnswer, gold: Iterable[GoldSpan]) -> GoldMatch:
    """Compare an answer with the gold spans of its question."""
    start, end = answer.start, answer.start + len(answer.text)
    overlapping = [span for span in gold if start < span.start + len(span.text) and span.start < end]
    exact = any((span.start, span.text) == (start, answer.text) for span in overlapping)
    right = exact or any(token_f1(answer.text, span.text) >= ENOUGH for span in overlapping)
    return GoldMatch(exact=exact, right=right, overlaps=bool(overlapping))


def trace_curve(
    how: Literal["expected", "measured"], scored: Sequence[tuple[float, float]], questions: int
) -> Iterator[CurvePoint]:
    """Yield a point for each threshold that keeps at least one answer, but fewer than the threshold before it.

    scored: (probability, expected or measured correctness from 0 to 1) of each answer.
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
