"""Compute the official SQuAD figures as percentages, equal to the official scripts' figures to the last digit.

Version 2.0 has exact, f1 and total, and the same with the prefixes HasAns_ and NoAns_; with null odds also best_exact,
best_f1 and their thresholds. Version 1.1 has exact_match and f1. The scripts are `evaluate-v2.0.py` and
`evaluate-v1.1.py` of https://rajpurkar.github.io/SQuAD-explorer/. The last digit depends on the order of additions, so
Python floats are added in the order of the questions, as in the scripts under Python 3.11.

Missing predictions are treated as in the scripts. Version 1.1 counts 0 for each. Version 2.0 leaves them out of `total`
and of the averages; they are also left out of HasAns_ and NoAns_, where the script would stop with an error.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add

import msgspec
from msgspec import UNSET, Struct

from spanferry.errors import InputError
from spanferry.squad import Document, iterate_questions

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")

MEANINGFUL_GAIN = 1.0
"""Points of F1 by which a reader must beat one that never answers, for its total to say that it learned to answer."""

Normaliser = Callable[[str], str]
Figures = dict[str, float]
"""Percentages and counts by key, such as "exact" and "HasAns_total"."""


@lru_cache(maxsize=1 << 16)
def normalise_squad(text: str) -> str:
    """Normalise as the official scripts do: lower case, no ASCII punctuation, no a/an/the, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


@dataclass(frozen=True)
class Scores:
    """Exact match and F1 (0 to 1) of each question with a prediction, in the gold file's order.

    has_answer: whether a question has an answer, for every question with or without a prediction.
    """

    has_answer: dict[str, bool]
    exact: dict[str, float]
    f1: dict[str, float]

    @property
    def missing(self) -> int:
        """The number of questions without a prediction."""
        return len(self.has_answer) - len(self.exact)


class Averages(Struct, frozen=True):
    """Mean exact match and F1 of some questions in percent, and their number."""

    exact: float
    f1: float
    total: int


def _word_f1(gold: list[str], predicted: list[str]) -> float:
    """Return the F1 of two bags of words; 0 when they have no word in common."""
    same = sum((Counter(gold) & Counter(predicted)).values())
    if same == 0:
        return 0
    precision = 1.0 * same / len(predicted)
    recall = 1.0 * same / len(gold)
    return (2 * precision * recall) / (precision + recall)


def _word_f1_v2(gold: list[str], predicted: list[str]) -> float:
    """Return the F1 as in version 2.0, where an empty bag agrees only with an empty bag."""
    return _word_f1(gold, predicted) if gold and predicted else int(gold == predicted)


def score_predictions(
    document: Document,
    predictions: Mapping[str, str],
    normaliser: Normaliser = normalise_squad,
    split: Callable[[str], list[str]] = str.split,
) -> Scores:
    """Score each prediction against the most similar gold answer, as in SQuAD 2.0.

    When a question has no answers, or its answers are empty after normalisation, only the empty prediction is right.
    split: returns the words of a normalised answer, which F1 counts.
    """
    has_answer: dict[str, bool] = {}
    exact: dict[str, float] = {}
    f1: dict[str, float] = {}
    for _, _, _, question in iterate_questions(document):
        has_answer[question.id] = bool(question.answers)
        if question.id not in predictions:
            continue
        golds = [text for answer in question.answers if (text := normaliser(answer.text))] or [""]
        predicted = normaliser(predictions[question.id])
        words = split(predicted)
        exact[question.id] = int(predicted in golds)
        f1[question.id] = max(_word_f1_v2(split(gold), words) for gold in golds)
    return Scores(has_answer, exact, f1)


def apply_threshold(scores: Scores, null_odds: Mapping[str, float], threshold: float) -> Scores:
    """Return the scores, counting each question whose null odds exceed the threshold as unanswered.

    Raises InputError when a scored question has no null odds.
    """
    for question in scores.exact:
        if question not in null_odds:
            raise InputError(f"null odds: question {question!r} has a prediction, but no odds")

    def apply(values: dict[str, float]) -> dict[str, float]:
        return {
            question: float(not scores.has_answer[question]) if null_odds[question] > threshold else value
            for question, value in values.items()
        }

    return Scores(scores.has_answer, apply(scores.exact), apply(scores.f1))


def sum_left_to_right(values: Iterable[float]) -> float:
    """Add from left to right. From Python 3.12 on, `sum` compensates rounding errors and gives other last digits."""
    return reduce(add, values, 0)


def warn_about_total(figures: Mapping[str, float]) -> str | None:
    """Return a sentence when the total F1 is that of a reader that never answers, else None.

    Such a total looks good where many questions have no answer. figures: the flat report, with `always_no_answer`.
    """
    silent = figures["always_no_answer"]
    if "HasAns_f1" not in figures or not silent or figures["f1"] >= silent + MEANINGFUL_GAIN:
        return None
    return (
        f"F1 {figures['f1']:.1f} is not better than never answering, which scores {silent:.1f} here;"
        f" on questions with an answer F1 is {figures['HasAns_f1']:.1f}"
    )


def average_scores(scores: Scores, questions: Iterable[str] | None = None) -> Averages | None:
    """Average the scores of the given questions (None: all) that have a prediction; return None when none has."""
    chosen = list(scores.exact) if questions is None else [one for one in questions if one in scores.exact]
    if not chosen:
        return None
    return Averages(
        exact=100.0 * sum_left_to_right(scores.exact[one] for one in chosen) / len(chosen),
        f1=100.0 * sum_left_to_right(scores.f1[one] for one in chosen) / len(chosen),
        total=len(chosen),
    )


def find_best_threshold(
    values: Mapping[str, float],
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float],
    has_answer: Mapping[str, bool],
) -> tuple[float, float]:
    """Return the best average (percent) that a threshold on the null odds can give, and that threshold.

    The search starts with no question answered, and answers one question after the other by ascending null odds.
    Questions with equal odds follow the order of `null_odds`.
    """
    current = best = sum(not has for has in has_answer.values())
    threshold = 0.0
    for question in sorted(null_odds, key=lambda one: null_odds[one]):
        if question not in values:
            continue
        if has_answer[question]:
            current += values[question]
        elif predictions[question]:
            current -= 1
        if current > best:
            best, threshold = current, null_odds[question]
    return 100.0 * best / len(values), threshold


def evaluate_v2(
    document: Document,
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
) -> Figures:
    """Return the figures of `evaluate-v2.0.py gold predictions [--na-prob-file null_odds] --na-prob-thresh threshold`.

    Raises InputError when no question has a prediction, or when one with a prediction has no null odds.
    """
    raw = score_predictions(document, predictions)
    scores = raw if null_odds is None else apply_threshold(raw, null_odds, threshold)
    averages = average_scores(scores)
    if averages is None:
        expected, given = (next(iter(ids), "") for ids in (raw.has_answer, predictions))
        raise InputError(
            f"predictions: none of the {len(raw.has_answer)} questions has one; "
            f"the first question is {expected!r}, the first prediction is for {given!r}"
        )
    figures: Figures = msgspec.structs.asdict(averages)
    for prefix, answerable in (("HasAns", True), ("NoAns", False)):
        group = average_scores(scores, [one for one, has in raw.has_answer.items() if has == answerable])
        if group is not None:
            figures |= {f"{prefix}_{key}": value for key, value in msgspec.structs.asdict(group).items()}
    if null_odds is not None:
        for key, values in (("exact", raw.exact), ("f1", raw.f1)):
            best, at = find_best_threshold(values, predictions, null_odds, raw.has_answer)
            figures |= {f"best_{key}": best, f"best_{key}_thresh": at}
    return figures


def evaluate_v1(document: Document, predictions: Mapping[str, str]) -> Figures:
    """Return the figures of `evaluate-v1.1.py gold predictions`: exact_match and f1. A missing prediction counts 0.

    Raises InputError when the document has no questions.
    """
    exact = f1 = total = 0
    for _, _, _, question in iterate_questions(document):
        total += 1
        if question.id not in predictions:
            continue
        predicted = normalise_squad(predictions[question.id])
        golds = [normalise_squad(answer.text) for answer in question.answers]
        exact += predicted in golds
        f1 += max((_word_f1(gold.split(), predicted.split()) for gold in golds), default=0)
    if total == 0:
        raise InputError("gold: no questions")
    return {"exact_match": 100.0 * exact / total, "f1": 100.0 * f1 / total}


def is_fully_answerable(document: Document) -> bool:
    """Return whether every question has an answer, so that "no answer" is never right."""
    return all(question.answers for _, _, _, question in iterate_questions(document))


def is_v1(document: Document) -> bool:
    """Return whether the document is SQuAD 1.1: every question has an answer, and none has `is_impossible`."""
    return is_fully_answerable(document) and all(
        question.is_impossible is UNSET for _, _, _, question in iterate_questions(document)
    )


def compute_official_figures(
    document: Document,
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
) -> Figures:
    """Return the figures of the 2.0 script, and `exact_match` of the 1.1 script when every question has an answer.

    For a document of version 1.1, `f1` is also that of the 1.1 script, which counts 0 for a missing prediction.
    """
    figures = evaluate_v2(document, predictions, null_odds, threshold)
    if is_v1(document):
        return figures | evaluate_v1(document, predictions)
    if is_fully_answerable(document):
        figures["exact_match"] = evaluate_v1(document, predictions)["exact_match"]
    return figures
