"""The figures of loss.json: what was lost of a corpus, as typed records. docs/loss.md describes every key.

In every tally `visited = kept + dropped`, and `dropped` is the sum of its reasons. A ratio with nothing below the line
is None. Numbers in objects are DVC metrics; lists of rows are not, so that `dvc metrics` stays readable.
"""

from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from spanferry.files import read_json, write_json
from spanferry.records import SPLITS, Method, Reason, Split

Total = Literal["total"]
TOTAL: Total = "total"
Part = Literal["train", "dev", "total"]
"""A split, or both together."""

PARTS: tuple[Part, ...] = (*SPLITS, TOTAL)
Unit = Literal["paragraphs", "questions", "has_answer", "no_answer", "answers", "plausible_answers"]


class Tally(Struct, frozen=True, kw_only=True):
    """How many the source has, how many the cleaned files keep, and how many were dropped for which reason."""

    visited: int
    kept: int
    dropped: int
    reasons: dict[Reason, int]


class HasAnswerTally(Tally, frozen=True, kw_only=True):
    """Questions with an answer. kept_share: kept / visited; the key is `yield`."""

    kept_share: float | None = field(name="yield")


class AnswerTally(Tally, frozen=True, kw_only=True):
    """Answers. methods: of the kept. probability: the mean calibrated chance that a kept answer is right."""

    methods: dict[Method, int]
    probability: float | None


class Drift(Struct, frozen=True, kw_only=True):
    """How what was kept differs from the source.

    no_answer_share: questions without an answer, of all. always_no_answer: exact match of a reader that never answers,
    in per cent. words: of an answer, on average, in the source's language. distances: `loss.mixture_distance`.
    """

    no_answer_share_before: float | None
    no_answer_share_after: float | None
    always_no_answer_before: float | None
    always_no_answer_after: float | None
    words_before: float | None
    words_after: float | None
    question_word_distance: float | None
    answer_length_distance: float | None
    answer_type_distance: float | None
    position_distance: float | None


class Units(Struct, frozen=True, kw_only=True):
    """The tallies of a part of the corpus."""

    paragraphs: Tally
    questions: Tally
    has_answer: HasAnswerTally
    no_answer: Tally
    answers: AnswerTally
    plausible_answers: AnswerTally
    drift: Drift


class BreakdownRow(Struct, frozen=True, kw_only=True):
    """One group of a breakdown in one part of the corpus."""

    split: Part
    group: str
    visited: int
    kept: int
    dropped: int


class ArticleRow(BreakdownRow, frozen=True, kw_only=True):
    """One article. group: its title, which two articles may share. article: its index in the split."""

    article: int


class Breakdowns(Struct, frozen=True, kw_only=True):
    """The rows by group. question_word and article count questions with an answer, the others their answers."""

    question_word: tuple[BreakdownRow, ...]
    answer_length: tuple[BreakdownRow, ...]
    answer_type: tuple[BreakdownRow, ...]
    position: tuple[BreakdownRow, ...]
    article: tuple[ArticleRow, ...]


class ConfidenceRow(Struct, frozen=True, kw_only=True):
    """How many answers were kept with a probability of this group."""

    split: Part
    group: str
    kept: int


class ReferenceRow(Struct, frozen=True, kw_only=True):
    """A count of the reference. reported: as its source says it; visited, kept: as exactly as is known."""

    split: Split
    unit: Unit
    reported: str
    visited: int
    kept: int
    source: str


class CurvePoint(Struct, frozen=True, kw_only=True):
    """Precision and yield if only answers of at least this probability were kept.

    how: `expected` by the calibrated probability, or `measured` against gold.
    """

    how: Literal["expected", "measured"]
    threshold: float
    precision: float | None
    kept_share: float | None = field(name="yield")


class GoldFigures(Struct, frozen=True, kw_only=True):
    """The most probable answer of each question against gold spans. precision: right / kept; yield: kept / questions.

    exact: it is a gold span. right: it overlaps one and shares enough of its words. wrong: it overlaps none.
    """

    questions: int
    kept: int
    exact: int
    right: int
    wrong: int
    precision: float | None
    kept_share: float | None = field(name="yield")


class PeopleFigures(Struct, frozen=True, kw_only=True):
    """What people judged of a method's kept spans, or of all (`total`). low, high: 95 % interval of the precision."""

    method: str
    judged: int
    right: int
    extent: int
    wrong: int
    precision: float
    low: float
    high: float


class VerdictCounts(Struct, frozen=True, kw_only=True):
    """counted: verdicts on spans of this build. outdated: verdicts on spans that it does not have."""

    counted: int
    outdated: int


class LossFigures(Struct, frozen=True, kw_only=True):
    """Everything that loss.json holds. `loss.count_losses` fills the fields without a default, the report the others.

    rescue: requests, characters and the outcomes of stage rescue; empty where it did not run. gold: None without gold.
    people: empty without verdicts that count. verdicts: None without a sheet.
    """

    train: Units
    dev: Units
    total: Units
    breakdowns: Breakdowns
    confidence: tuple[ConfidenceRow, ...]
    reference: tuple[ReferenceRow, ...]
    rescue: dict[str, int] = {}
    curve: tuple[CurvePoint, ...] = ()
    gold: GoldFigures | None = None
    people: tuple[PeopleFigures, ...] = ()
    verdicts: VerdictCounts | None = None

    def units(self, part: Part) -> Units:
        """The tallies of a split, or of both."""
        return {"train": self.train, "dev": self.dev, "total": self.total}[part]


MODEL_CARD = (
    "model card of henryk/bert-base-multilingual-cased-finetuned-dutch-squad2, huggingface/transformers @02f6d24"
)
REFERENCE = (
    # The card reports questions of English SQuAD2.0, and of them in its Dutch. Of the dev set its evaluation gives the
    # exact counts: total, HasAns_total and NoAns_total.
    ReferenceRow(
        split="train", unit="questions", reported="130K → 99K", visited=130_000, kept=99_000, source=MODEL_CARD
    ),
    ReferenceRow(split="dev", unit="questions", reported="12K → 10K", visited=11_873, kept=9_669, source=MODEL_CARD),
    ReferenceRow(
        split="dev", unit="has_answer", reported="5,928 → 3,724", visited=5_928, kept=3_724, source=MODEL_CARD
    ),
    ReferenceRow(split="dev", unit="no_answer", reported="5,945 → 5,945", visited=5_945, kept=5_945, source=MODEL_CARD),
)


def ratio(part: float, whole: float) -> float | None:
    """part / whole with six decimals, None when `whole` is 0."""
    return round(float(part) / float(whole), 6) if whole else None


def read_figures(path: Path) -> LossFigures:
    """Reads loss.json. Raises InputError when the file cannot be read or is no loss report."""
    return read_json(path, LossFigures, "not a loss report: {}")


def write_figures(figures: LossFigures, path: Path) -> None:
    """Writes loss.json: equal figures give equal bytes."""
    write_json(path, msgspec.to_builtins(figures))
