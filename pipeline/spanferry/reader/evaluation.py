"""Evaluate predictions: the official figures, intervals, language-aware scores, and breakdowns by group.

    evaluate(document, predictions, ...) -> Evaluation

All figures are percentages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct

from spanferry.reader import metrics
from spanferry.reader.metrics import Averages, Figures, Scores
from spanferry.reader.normalisation import (
    find_question_word,
    normalise_answer,
    question_language,
    split_answer,
    split_words,
)
from spanferry.reader.significance import Difference, Interval, bootstrap_interval, number_paragraphs, run_paired_test
from spanferry.records import Method
from spanferry.squad import Document, Question, iterate_questions

LENGTH_BANDS = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"))  # (most words of the first answer, name)
LONGEST_BAND = "11+"
NO_ANSWER = "no answer"
UNKNOWN_LANGUAGE = "und"  # ISO 639-2's code for a language that is not known

Breakdown = dict[str, dict[str, Averages]]
"""{dimension: {group: averages}}, where a dimension is "question_word", "answer_length", "method", "language" or
"own_language": the language-aware scores by language."""


@dataclass(frozen=True)
class Evaluation:
    """The result of `evaluate`. All figures but `missing` are percentages.

    official: the figures of the official scripts by their keys. language_exact, language_f1: scores with each answer
    normalised for its own language. exact_interval, f1_interval: 95 % bootstrap intervals over paragraphs.
    always_no_answer: the score of a reader that leaves every question unanswered. missing: the number of questions
    without a prediction. scores: the scores of each question, with the threshold applied. paragraph_of: question id ->
    number of its paragraph.
    """

    official: Figures
    language_exact: float
    language_f1: float
    exact_interval: Interval
    f1_interval: Interval
    always_no_answer: float
    missing: int
    breakdown: Breakdown
    scores: Scores
    paragraph_of: dict[str, int]

    def figures(self) -> Figures:
        """Return all figures in one flat dictionary, the official keys first."""
        return self.official | {
            "language_exact": self.language_exact,
            "language_f1": self.language_f1,
            "exact_low": self.exact_interval.low,
            "exact_high": self.exact_interval.high,
            "f1_low": self.f1_interval.low,
            "f1_high": self.f1_interval.high,
            "always_no_answer": self.always_no_answer,
            "missing": self.missing,
        }

    def to_json(self) -> dict[str, Any]:
        """Return the figures and the breakdown as one JSON object, the official keys at its top level."""
        return self.figures() | {"breakdown": msgspec.to_builtins(self.breakdown)}


class PairedTests(Struct, frozen=True):
    """The difference between two sets of predictions in exact match and in F1."""

    exact: Difference
    f1: Difference


def evaluate(
    document: Document,
    predictions: Mapping[str, str],
    *,
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
    language: str | Mapping[str, str] = "en",
    method_of: Mapping[str, Method] | None = None,
) -> Evaluation:
    """Score predictions against the gold answers of a document.

    Example:
        >>> from spanferry import evaluate
        >>> from spanferry.squad import Answer, Article, Document, Paragraph, Question
        >>> questions = (Question("1", "Waar ligt Aa?", (Answer("aan zee", 8),)), Question("2", "Wie woont er?", ()))
        >>> document = Document((Article((Paragraph("Aa ligt aan zee.", questions),)),))
        >>> evaluation = evaluate(document, {"1": "zee", "2": ""}, language="nl")
        >>> evaluation.official["exact"], round(evaluation.official["f1"], 2)
        (50.0, 83.33)
        >>> evaluation.breakdown["answer_length"]["2"].total
        1

    Args:
        document: the questions with their gold answers, SQuAD 1.1 or 2.0 (`read_squad`).
        predictions: question id -> answer text, "" for no answer. Ids that the document lacks are ignored.
        null_odds: question id -> odds or probability of no answer.
        threshold: null odds above it count as "no answer", as in the official script (whose default is 1.0).
        language: BCP 47 code of the language whose articles the language-aware scores remove, or question id -> code
            where there are several. It applies to questions whose id does not state a language, as TyDi QA's ids do.
        method_of: question id -> method that found the answer's span, for the breakdown by method.

    Returns:
        The official figures, and further figures that help to interpret them.

    Raises:
        InputError: no question has a prediction, or one with a prediction has no null odds.
    """
    official = metrics.compute_official_figures(document, predictions, null_odds, threshold)
    raw = metrics.score_predictions(document, predictions)
    scores = raw if null_odds is None else metrics.apply_threshold(raw, null_odds, threshold)
    paragraph_of = number_paragraphs(document)
    given = _leave_unanswered(predictions, null_odds, threshold)
    language_of = find_languages(document, language)
    aware = _score_language_aware(document, given, language_of)
    breakdown = break_down(document, scores, language_of, method_of or {})
    if "language" in breakdown:
        breakdown["own_language"] = _group(aware, language_of)
    unanswerable = sum(not has for has in raw.has_answer.values())
    return Evaluation(
        official=official,
        language_exact=_percent(aware.exact),
        language_f1=_percent(aware.f1),
        exact_interval=bootstrap_interval(scores.exact, paragraph_of),
        f1_interval=bootstrap_interval(scores.f1, paragraph_of),
        always_no_answer=100 * unanswerable / len(raw.has_answer),
        missing=raw.missing,
        breakdown=breakdown,
        scores=scores,
        paragraph_of=paragraph_of,
    )


def compare_predictions(document: Document, evaluation: Evaluation, other: Mapping[str, str]) -> PairedTests:
    """Test whether an evaluation differs from other predictions, on the questions that both answer.

    The evaluation's threshold is applied to its own scores only; the other predictions are scored as they are.
    """
    a, b = evaluation.scores, metrics.score_predictions(document, other)
    paragraph_of = evaluation.paragraph_of
    return PairedTests(run_paired_test(a.exact, b.exact, paragraph_of), run_paired_test(a.f1, b.f1, paragraph_of))


def find_languages(document: Document, language: str | Mapping[str, str]) -> dict[str, str]:
    """Return the language of each question: question id -> code. language: as `evaluate` takes it."""
    given = {} if isinstance(language, str) else language
    rest = language if isinstance(language, str) else UNKNOWN_LANGUAGE
    ids = (question.id for _, _, _, question in iterate_questions(document))
    return {one: question_language(one) or given.get(one, rest) for one in ids}


def break_down(
    document: Document, scores: Scores, language_of: Mapping[str, str], method_of: Mapping[str, Method]
) -> Breakdown:
    """Average the scores by question word, answer length, method of the span if known, and language.

    A single language that no question id states is no group of its own.
    """
    labels: dict[str, dict[str, str]] = {"question_word": {}, "answer_length": {}, "method": {}, "language": {}}
    several = len(set(language_of.values())) > 1
    for _, _, _, question in iterate_questions(document):
        language = language_of[question.id]
        labels["question_word"][question.id] = find_question_word(question.question, language)
        labels["answer_length"][question.id] = length_band(question, language)
        if question.id in method_of:
            labels["method"][question.id] = str(method_of[question.id])
        if several or question_language(question.id):
            labels["language"][question.id] = language
    return {dimension: groups for dimension, label_of in labels.items() if (groups := _group(scores, label_of))}


def length_band(question: Question, language: str) -> str:
    """Return the band of the first answer's length in words (`split_words`), or "no answer"."""
    if not question.answers:
        return NO_ANSWER
    words = len(split_words(question.answers[0].text, language))
    return next((name for limit, name in LENGTH_BANDS if words <= limit), LONGEST_BAND)


def _group(scores: Scores, label_of: Mapping[str, str]) -> dict[str, Averages]:
    """Return the averages by label, sorted; labels without a predicted question are left out."""
    members: dict[str, list[str]] = {}
    for question, label in label_of.items():
        members.setdefault(label, []).append(question)
    groups = {label: metrics.average_scores(scores, members[label]) for label in sorted(members)}
    return {label: averages for label, averages in groups.items() if averages is not None}


def _score_language_aware(document: Document, predictions: Mapping[str, str], language_of: Mapping[str, str]) -> Scores:
    """Score the predictions with each answer normalised for the language of its question."""
    by_language: dict[str, dict[str, str]] = {}
    for question, code in language_of.items():
        if question in predictions:
            by_language.setdefault(code, {})[question] = predictions[question]
    joined = Scores({}, {}, {})
    for code, group in by_language.items():
        scores = metrics.score_predictions(
            document,
            group,
            lambda text, code=code: normalise_answer(text, code),
            lambda text, code=code: split_answer(text, code),
        )
        joined.exact.update(scores.exact)
        joined.f1.update(scores.f1)
    return joined


def _percent(values: Mapping[str, float]) -> float:
    return 100 * metrics.sum_left_to_right(values.values()) / len(values)


def _leave_unanswered(
    predictions: Mapping[str, str], null_odds: Mapping[str, float] | None, threshold: float
) -> Mapping[str, str]:
    """Return the predictions, with "" for questions whose null odds exceed the threshold."""
    if null_odds is None:
        return predictions
    return {one: "" if null_odds.get(one, 0.0) > threshold else text for one, text in predictions.items()}
