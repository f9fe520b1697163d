"""The part of loss.json (`spanferry.loss` draws the whole) that is checked and told when a corpus is published."""

from pathlib import Path

from msgspec import Struct

from spanferry.files import read_json


class Tally(Struct, frozen=True):
    """visited = kept + dropped. methods and probability: of answers only."""

    visited: int
    kept: int
    dropped: int
    reasons: dict[str, int]
    methods: dict[str, int] = {}
    probability: float | None = None


class Drift(Struct, frozen=True):
    no_answer_share_before: float | None
    no_answer_share_after: float | None
    always_no_answer_before: float | None
    always_no_answer_after: float | None


class Units(Struct, frozen=True):
    paragraphs: Tally
    questions: Tally
    has_answer: Tally
    no_answer: Tally
    answers: Tally
    plausible_answers: Tally
    drift: Drift


class Gold(Struct, frozen=True):
    """Kept questions against spans that a person marked."""

    kept: int
    exact: int
    wrong: int
    precision: float | None


class People(Struct, frozen=True):
    """Kept spans of a method that people judged."""

    method: str
    judged: int
    precision: float
    low: float
    high: float


class Figures(Struct, frozen=True):
    train: Units
    dev: Units
    total: Units
    gold: Gold | None = None
    people: tuple[People, ...] = ()


def read(path: Path) -> Figures:
    """Raises InputError when the file cannot be read, or is no loss report."""
    return read_json(path, Figures, "not a loss report: {}")
