"""How often a kept span is right, measured against spans that a person would mark."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.files import read_json
from spanferry.records import Field

ENOUGH = 0.8  # token F1 with the gold span from which an overlapping span counts as right
STEPS = 100  # thresholds of the curve: 0, 0.01, ... 1

Row = dict[str, Any]


class GoldSpan(Struct, frozen=True):
    text: str
    start: int


Gold = dict[str, dict[Field, tuple[GoldSpan, ...]]]
"""Question id -> field -> the spans that would do."""


def read_gold(path: Path) -> Gold:
    """Reads {question id: {field: [{start, text}]}}. Raises InputError."""
    return read_json(path, Gold, "not a gold file: {}")


def check(gold: Gold, ids: Iterable[str]) -> None:
    """Raises InputError when gold has a question whose id comes twice in ids, those of the source's questions.

    An id is one question's within a split only, and gold does not say which split it means.
    """
    wanted = _wanted(gold)
    for id_, times in Counter(ids).items():
        if times > 1 and id_ in wanted:
            raise InputError(f"gold.json: question {id_!r} stands in train and in dev; leave it out of gold")


def token_f1(ours: str, theirs: str) -> float:
    """F1 of two texts as bags of lower-case words, 0 to 1."""
    left, right = (Counter(re.findall(r"\w+", text.lower())) for text in (ours, theirs))
    same = (left & right).total()
    return 2 * same / (left.total() + right.total()) if same else 0.0


def surest(kept: Iterable[Row]) -> dict[tuple[str, str], Row]:
    """The most probable kept answer of each question, by (split, id); the first among equals."""
    found: dict[tuple[str, str], Row] = {}
    for row in kept:
        key = row["split"], row["question_id"]
        if key not in found or (row["probability"] or 0) > (found[key]["probability"] or 0):
            found[key] = row
    return found


def measure(answers: Iterable[Row], gold: Gold) -> Row:
    """The surest answer of each has_answer question against gold.

    answers: rows with question_id, text, start. A span is `exact` when a gold span of its question is
    the same, `right` when it overlaps one and shares at least `ENOUGH` of its words, `wrong` when it
    overlaps none.

    Returns {questions, kept, exact, right, wrong, precision, yield}, of the questions that gold has;
    precision = right / kept, yield = kept / questions.
    """
    wanted = _wanted(gold)
    judged = [_judge(row, wanted[row["question_id"]]) for row in answers if row["question_id"] in wanted]
    right = sum(verdict.right for verdict in judged)
    return {
        "questions": len(wanted),
        "kept": len(judged),
        "exact": sum(verdict.exact for verdict in judged),
        "right": right,
        "wrong": sum(not verdict.touches for verdict in judged),
        "precision": _share(right, len(judged)),
        "yield": _share(len(judged), len(wanted)),
    }


def curves(answers: Sequence[Row], questions: int, gold: Gold | None) -> list[Row]:
    """Precision against yield over thresholds of probability: {how, threshold, precision, yield}.

    answers: the surest of each kept question; questions: how many there were. how: "expected", the mean
    probability of those kept, and with gold "measured", the share that is right of those it has.
    """
    expected = [(row["probability"], row["probability"]) for row in answers if row["probability"] is not None]
    rows = [{"how": "expected", **point} for point in _curve(expected, questions)]
    if gold:
        wanted = _wanted(gold)
        judged = [
            (row["probability"], _judge(row, wanted[row["question_id"]]).right)
            for row in answers
            if row["probability"] is not None and row["question_id"] in wanted
        ]
        rows += [{"how": "measured", **point} for point in _curve(judged, len(wanted))]
    return rows


def _wanted(gold: Gold) -> dict[str, tuple[GoldSpan, ...]]:
    return {id_: fields[Field.ANSWERS] for id_, fields in gold.items() if fields.get(Field.ANSWERS)}


class Verdict(Struct, frozen=True):
    exact: bool
    right: bool
    touches: bool


def _judge(row: Row, gold: Iterable[GoldSpan]) -> Verdict:
    start, text = row["start"], row["text"]
    touching = [g for g in gold if start < g.start + len(g.text) and g.start < start + len(text)]
    exact = any((g.start, g.text) == (start, text) for g in touching)
    return Verdict(exact, exact or any(token_f1(text, g.text) >= ENOUGH for g in touching), bool(touching))


def _curve(judged: list[tuple[float, float]], questions: int) -> Iterator[Row]:
    """A point at each threshold that keeps something, and less than the one before."""
    before = -1
    for step in range(STEPS + 1):
        kept = [right for probability, right in judged if probability >= step / STEPS]
        if kept and len(kept) != before:
            before = len(kept)
            yield {
                "threshold": step / STEPS,
                "precision": _share(sum(kept), len(kept)),
                "yield": _share(len(kept), questions),
            }


def _share(part: float, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None
