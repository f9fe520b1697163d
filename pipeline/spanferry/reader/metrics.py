"""The official SQuAD figures, to the last digit, as percentages.

2.0: exact, f1, total, and the same for HasAns_ and NoAns_; with null odds best_exact, best_f1 and their
thresholds. 1.1: exact_match, f1. The scripts are `evaluate-v2.0.py` and `evaluate-v1.1.py` of
https://rajpurkar.github.io/SQuAD-explorer/. Sums run over Python floats in the questions' order, as
theirs do under Python 3.11, since the last digit depends on it.

Missing predictions, as the scripts have them: 1.1 counts 0 for each; 2.0 leaves them out of `total` and
of the averages (and of HasAns_ and NoAns_, where the script would stop with an error).
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add

from msgspec import UNSET

from spanferry.errors import InputError
from spanferry.squad import Document, walk

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")

Normaliser = Callable[[str], str]


@lru_cache(maxsize=1 << 16)
def normalise(text: str) -> str:
    """The official normalisation: lower case, no ASCII punctuation, no a/an/the, single spaces."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


@dataclass(frozen=True)
class Scores:
    """Exact and F1 (0 to 1) of each predicted question, in the gold file's order, and what is missing."""

    has_answer: dict[str, bool]  # of every question, predicted or not
    exact: dict[str, float]
    f1: dict[str, float]

    @property
    def missing(self) -> int:
        return len(self.has_answer) - len(self.exact)


def _f1(gold: list[str], predicted: list[str]) -> float:
    """F1 of two bags of words, without a word in common 0."""
    same = sum((Counter(gold) & Counter(predicted)).values())
    if same == 0:
        return 0
    precision = 1.0 * same / len(predicted)
    recall = 1.0 * same / len(gold)
    return (2 * precision * recall) / (precision + recall)


def _f1_or_agreement(gold: list[str], predicted: list[str]) -> float:
    """F1, where an empty bag agrees with an empty bag only (version 2.0)."""
    return _f1(gold, predicted) if gold and predicted else int(gold == predicted)


def score(document: Document, predictions: Mapping[str, str], normaliser: Normaliser = normalise) -> Scores:
    """Scores each question against its best annotator, the SQuAD 2.0 way.

    Without answers (or with answers that normalise to nothing) only the empty answer is right.
    """
    has_answer, exact, f1 = {}, {}, {}
    for _, _, _, question in walk(document):
        has_answer[question.id] = bool(question.answers)
        if question.id not in predictions:
            continue
        golds = [text for answer in question.answers if (text := normaliser(answer.text))] or [""]
        predicted = normaliser(predictions[question.id])
        words = predicted.split()
        exact[question.id] = int(predicted in golds)
        f1[question.id] = max(_f1_or_agreement(gold.split(), words) for gold in golds)
    return Scores(has_answer, exact, f1)


def with_threshold(scores: Scores, null_odds: Mapping[str, float], threshold: float) -> Scores:
    """What the scores are when each question whose null odds exceed the threshold is left unanswered."""
    for question in scores.exact:
        if question not in null_odds:
            raise InputError(f"null odds: question {question!r} has a prediction, but no odds")

    def apply(values: dict[str, float]) -> dict[str, float]:
        return {
            question: float(not scores.has_answer[question]) if null_odds[question] > threshold else value
            for question, value in values.items()
        }

    return Scores(scores.has_answer, apply(scores.exact), apply(scores.f1))


def plain_sum(values: Iterable[float]) -> float:
    """Adds from left to right. From Python 3.12 on `sum` corrects its rounding, and last digits would differ."""
    return reduce(add, values, 0)


def averages(scores: Scores, questions: Iterable[str] | None = None) -> dict[str, float]:
    """exact, f1 (percent) and total over the given questions that have a prediction (all of them: None).

    Empty when none has.
    """
    chosen = list(scores.exact) if questions is None else [one for one in questions if one in scores.exact]
    if not chosen:
        return {}
    return {
        "exact": 100.0 * plain_sum(scores.exact[one] for one in chosen) / len(chosen),
        "f1": 100.0 * plain_sum(scores.f1[one] for one in chosen) / len(chosen),
        "total": len(chosen),
    }


def best_threshold(
    values: Mapping[str, float],
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float],
    has_answer: Mapping[str, bool],
) -> tuple[float, float]:
    """The best average (percent) that any threshold on the null odds gives, and that threshold.

    Starts from answering nothing, and answers question after question, the least null odds first.
    Questions of the same odds follow the order of `null_odds`.
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


def squad_v2(
    document: Document,
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
) -> dict[str, float]:
    """The figures of `evaluate-v2.0.py gold predictions [--na-prob-file null_odds] --na-prob-thresh threshold`.

    Raises InputError when no question has a prediction, or a predicted one no odds.
    """
    raw = score(document, predictions)
    if not raw.exact:
        raise InputError(f"predictions: none of the {len(raw.has_answer)} questions has one")
    scores = raw if null_odds is None else with_threshold(raw, null_odds, threshold)
    figures = averages(scores)
    for prefix, wanted in (("HasAns", True), ("NoAns", False)):
        group = averages(scores, [one for one, has in raw.has_answer.items() if has == wanted])
        figures |= {f"{prefix}_{key}": value for key, value in group.items()}
    if null_odds is not None:
        for key, values in (("exact", raw.exact), ("f1", raw.f1)):
            best, at = best_threshold(values, predictions, null_odds, raw.has_answer)
            figures |= {f"best_{key}": best, f"best_{key}_thresh": at}
    return figures


def squad_v1(document: Document, predictions: Mapping[str, str]) -> dict[str, float]:
    """The figures of `evaluate-v1.1.py gold predictions`: exact_match and f1, a missing prediction counting 0."""
    exact = f1 = total = 0
    for _, _, _, question in walk(document):
        total += 1
        if question.id not in predictions:
            continue
        predicted = normalise(predictions[question.id])
        golds = [normalise(answer.text) for answer in question.answers]
        exact += predicted in golds
        f1 += max((_f1(gold.split(), predicted.split()) for gold in golds), default=0)
    if total == 0:
        raise InputError("gold: no questions")
    return {"exact_match": 100.0 * exact / total, "f1": 100.0 * f1 / total}


def all_answered(document: Document) -> bool:
    """Whether each question has an answer, so that "no answer" is never right."""
    return all(question.answers for _, _, _, question in walk(document))


def is_v1(document: Document) -> bool:
    """Whether the file is SQuAD 1.1: each question has an answer, and none says whether it is answerable."""
    return all_answered(document) and all(question.is_impossible is UNSET for _, _, _, question in walk(document))


def official(
    document: Document,
    predictions: Mapping[str, str],
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
) -> dict[str, float]:
    """The official figures: those of the 2.0 script, and where every question has an answer 1.1's `exact_match`.

    In a file of version 1.1 `f1` is that version's as well, which counts 0 for a missing prediction.
    """
    figures = squad_v2(document, predictions, null_odds, threshold)
    if is_v1(document):
        return figures | squad_v1(document, predictions)
    if all_answered(document):
        figures["exact_match"] = squad_v1(document, predictions)["exact_match"]
    return figures
