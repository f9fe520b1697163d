"""The figures of loss.json as typed records: what a corpus lost, and why. docs/loss.md describes every key.

In every tally `visited = kept + dropped`, and `dropped` is the sum of its reasons. A ratio whose denominator is 0 is
None. `report.headline` chooses the few figures that are DVC metrics.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct, field

from spanferry.files import encode_json, md5, read_json
from spanferry.records import SPLITS, Method, Reason, RepairKind, Split

Total = Literal["total"]
TOTAL: Total = "total"
Part = Literal["train", "dev", "total"]
"""A split, or both splits together."""

PARTS: tuple[Part, ...] = (*SPLITS, TOTAL)
Unit = Literal["paragraphs", "questions", "has_answer", "no_answer", "answers", "plausible_answers"]


class Tally(Struct, frozen=True, kw_only=True):
    """Counts of one unit: in the source (visited), in the cleaned files (kept), dropped, and dropped by reason."""

    visited: int
    kept: int
    dropped: int
    reasons: dict[Reason, int]


class HasAnswerTally(Tally, frozen=True, kw_only=True):
    """Counts of questions with an answer. kept_share: kept / visited; its key in loss.json is `yield`."""

    kept_share: float | None = field(name="yield")


class AnswerTally(Tally, frozen=True, kw_only=True):
    """Counts of answers.

    repaired: answers whose offset was wrong in the source and was repaired, by what was wrong.
    methods: kept answers by method. probability: mean calibrated chance that one is right.
    """

    repaired: dict[RepairKind, int]
    methods: dict[Method, int]
    probability: float | None


class Drift(Struct, frozen=True, kw_only=True):
    """The differences between what was kept and the source.

    no_answer_share: share of questions without an answer. always_no_answer: exact match, in per cent, of a reader that
    never answers. words: mean number of words of the source answer. distances: see `loss.mixture_distance`.
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
    """The rows of each breakdown. question_word and article count questions with an answer, the others answers."""

    question_word: tuple[BreakdownRow, ...]
    answer_length: tuple[BreakdownRow, ...]
    answer_type: tuple[BreakdownRow, ...]
    position: tuple[BreakdownRow, ...]
    article: tuple[ArticleRow, ...]


class ConfidenceRow(Struct, frozen=True, kw_only=True):
    """The number of kept answers whose probability is in one group."""

    split: Part
    group: str
    kept: int


class ReferenceRow(Struct, frozen=True, kw_only=True):
    """A count of the reference. reported: as its source states it. visited, kept: as exactly as they are known."""

    split: Split
    unit: Unit
    reported: str
    visited: int
    kept: int
    source: str


class CurvePoint(Struct, frozen=True, kw_only=True):
    """Precision and yield when only answers of at least this probability are kept.

    how: `expected` from the calibrated probability, or `measured` against gold spans.
    """

    how: Literal["expected", "measured"]
    threshold: float
    precision: float | None
    kept_share: float | None = field(name="yield")


class GoldFigures(Struct, frozen=True, kw_only=True):
    """Counts of the most probable answer of each question, compared with gold spans.

    exact: it is a gold span. right: it overlaps one and shares enough of its words. wrong: it overlaps none.
    precision: right / kept. yield: kept / questions.
    """

    questions: int
    kept: int
    exact: int
    right: int
    wrong: int
    precision: float | None
    kept_share: float | None = field(name="yield")


class PeopleFigures(Struct, frozen=True, kw_only=True):
    """Verdicts of people on kept spans of one method, or of all (`total`). low, high: 95 % interval of precision."""

    method: str
    judged: int
    right: int
    extent: int
    wrong: int
    precision: float
    low: float
    high: float


class VerdictCounts(Struct, frozen=True, kw_only=True):
    """Numbers of verdicts. counted: on spans of this build. outdated: on spans that this build does not have."""

    counted: int
    outdated: int


class CorrectionFigures(Struct, frozen=True, kw_only=True):
    """Counts of what people said in review files, and of what that has changed.

    items: in all files. applied: about this build. outdated: about texts or spans that have changed since, so not
    applied. spans, questions, contexts: replaced. dropped: answers and questions that are judged wrong and have no
    correction. found_again, lost: other answers whose text a corrected context changed.
    """

    items: int
    applied: int
    outdated: int
    spans: int
    questions: int
    contexts: int
    dropped: int
    found_again: int
    lost: int


class OutdatedItem(Struct, frozen=True):
    """An item of a review file that is not applied. place: the file and the item's number."""

    place: str
    split: Split
    question_id: str


class SampleCounts(Struct, frozen=True, kw_only=True):
    """The verdicts of people on a random sample of one unit."""

    unit: Unit
    right: int
    extent: int
    wrong: int


class SampleFigures(SampleCounts, frozen=True, kw_only=True):
    """The precision that these verdicts measure: right / judged, with its 95 % interval."""

    judged: int
    precision: float
    low: float
    high: float


class IdentifiedRow(Struct, frozen=True, kw_only=True):
    """The number of paragraphs that were identified as a language (its code)."""

    language: str
    paragraphs: int


class LanguageCheck(Struct, frozen=True, kw_only=True):
    """Whether the text is in its target language.

    paragraphs: the number of paragraphs that were identified. identified: by language, the most frequent first. texts:
    the number of sentences and questions; unchanged: those that the translation left as they are. problem: why the text
    is evidently not in the target language, None otherwise.
    """

    target: str
    paragraphs: int
    identified: tuple[IdentifiedRow, ...]
    texts: int
    unchanged: int
    problem: str | None


class SpentFigures(Struct, frozen=True, kw_only=True):
    """What a service has billed for a stage, in all runs. cost: None if the price is not known."""

    requests: int
    characters: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    currency: str | None


class MemoryFigures(Struct, frozen=True, kw_only=True):
    """The units of the corpus's own memory, a TMX file: those that are taken, and those passed over, by reason.

    other_languages: by the languages of the unit.
    """

    taken: int
    empty: int
    no_segment: int
    other_languages: dict[str, int]


class LossFigures(Struct, frozen=True, kw_only=True):
    """The content of loss.json.

    `loss.count_losses` fills the fields without a default, and `report` fills the others.

    rescue: texts, characters and outcomes of stage rescue; empty when it did not run. names: the counts of stage
    names; empty when it did not run. spent: by stage; empty if the translator bills nothing. memory: None if the corpus
    has none of its own. gold: None without gold spans. reference: empty for other languages than its own. people: empty
    when no verdict counts. verdicts: None without a review sheet. corrections: None without review files. outdated:
    their items that are not applied. samples: the precision that their verdicts on random samples measure.
    """

    train: Units
    dev: Units
    total: Units
    breakdowns: Breakdowns
    confidence: tuple[ConfidenceRow, ...]
    reference: tuple[ReferenceRow, ...]
    rescue: dict[str, int] = {}
    names: dict[str, int] = {}
    spent: dict[str, SpentFigures] = {}
    memory: MemoryFigures | None = None
    curve: tuple[CurvePoint, ...] = ()
    gold: GoldFigures | None = None
    people: tuple[PeopleFigures, ...] = ()
    verdicts: VerdictCounts | None = None
    corrections: CorrectionFigures | None = None
    outdated: tuple[OutdatedItem, ...] = ()
    samples: tuple[SampleFigures, ...] = ()
    language: LanguageCheck | None = None

    def units(self, part: Part) -> Units:
        """Return the tallies of a split, or of both splits together."""
        return {"train": self.train, "dev": self.dev, "total": self.total}[part]


MODEL_CARD = (
    "model card of henryk/bert-base-multilingual-cased-finetuned-dutch-squad2, huggingface/transformers @02f6d24"
)
REFERENCE_LANGUAGES = ("en", "nl")
"""The source and target language of the reference. Its figures are shown for no other."""

REFERENCE = (
    # The card reports the number of questions in English SQuAD2.0 and in its Dutch translation. For the dev set, its
    # evaluation gives exact counts: total, HasAns_total and NoAns_total.
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
    """Return part / whole, rounded to six decimals; None when `whole` is 0."""
    return round(float(part) / float(whole), 6) if whole else None


def count_repaired(counts: Mapping[str, int]) -> tuple[int, int]:
    """Return the questions whose names all agree after repair, and those of which another name still differs.

    counts: of stage names.
    """
    repaired = counts["different"] - counts["different_after"]
    return repaired, counts["replaced"] + counts["asked_again"] - repaired


def read_figures(path: Path) -> LossFigures:
    """Read loss.json. Raises InputError when the file cannot be read or is not a loss report."""
    return read_json(path, LossFigures, "not a loss report: {}")


def figures_checksum(figures: LossFigures) -> str:
    """Return the MD5 checksum of loss.json, which identifies a build."""
    return md5(encode_json(figures))


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share: 0.9537 -> "95.4 %", None -> a dash."""
    return "–" if share is None else f"{100 * share:.{digits}f} %"
