"""Everything that is said of a set of predictions: official figures, and what helps to read them.

An Evaluation has three parts:

    official    the official keys, flat
    beside      language-aware scores, intervals, the always-no-answer baseline, missing predictions
    breakdown   {dimension: {group: {exact, f1, total}}}

All figures are percentages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from spanferry.files import read_json
from spanferry.reader import metrics
from spanferry.reader import normalisation as languages
from spanferry.reader.significance import interval, paired, paragraphs
from spanferry.records import Field, Method
from spanferry.squad import Document, Paragraph, Question, Text, walk

LENGTHS = ((1, "1"), (2, "2"), (5, "3-5"), (10, "6-10"))  # words of the first answer, up to
LONGER = "11+"
NO_ANSWER = "no answer"
SURENESS = {str(method): rank for rank, method in enumerate(Method)}


@dataclass(frozen=True)
class Evaluation:
    official: dict[str, float]
    beside: dict[str, Any]
    breakdown: dict[str, dict[str, dict[str, float]]]
    scores: metrics.Scores  # with the threshold applied
    paragraph_of: dict[str, int]  # question id -> number of its paragraph

    def as_json(self) -> dict[str, Any]:
        """One object, the official keys at its top level."""
        return self.official | self.beside | {"breakdown": self.breakdown}


@dataclass(frozen=True)
class Gold:
    """The questions to answer, of one or several corpora, and how their spans were found (where known)."""

    document: Document
    method_of: dict[str, str]


def join(golds: Mapping[str, Gold]) -> Gold:
    """The gold of several corpora as one. Where two share a question id, every id gets `corpus/` before it."""
    ids = [question.id for gold in golds.values() for _, _, _, question in walk(gold.document)]
    if len(set(ids)) < len(ids):
        golds = {corpus: _prefixed(gold, f"{corpus}/") for corpus, gold in golds.items()}
    articles = tuple(article for gold in golds.values() for article in gold.document.data)
    method_of = {question: method for gold in golds.values() for question, method in gold.method_of.items()}
    return Gold(Document(data=articles), method_of)


def _prefixed(gold: Gold, prefix: str) -> Gold:
    def rename(paragraph: Paragraph) -> Paragraph:
        qas = tuple(replace(question, id=prefix + question.id) for question in paragraph.qas)
        return replace(paragraph, qas=qas)

    articles = tuple(
        replace(article, paragraphs=tuple(rename(paragraph) for paragraph in article.paragraphs))
        for article in gold.document.data
    )
    method_of = {prefix + question: method for question, method in gold.method_of.items()}
    return Gold(replace(gold.document, data=articles), method_of)


def read_predictions(path: Path) -> dict[str, str]:
    """Reads {question id: answer text}, "" for no answer. Raises InputError."""
    return read_json(path, dict[Text, Text])


def read_null_odds(path: Path) -> dict[str, float]:
    """Reads {question id: odds or probability of no answer}. Raises InputError."""
    return read_json(path, dict[Text, float])


def methods(provenance: pa.Table, split: str) -> dict[str, str]:
    """Question id -> how the surest of its answers was found (schema_of(SpanRow), the kept rows of a split)."""
    found: dict[str, str] = {}
    columns = ("split", "field", "question_id", "method")
    for row_split, field, question, method in zip(*(provenance[name].to_pylist() for name in columns), strict=True):
        if row_split != split or field != Field.ANSWERS or method is None:
            continue
        if question not in found or SURENESS[method] < SURENESS[found[question]]:
            found[question] = method
    return found


def answer_length(question: Question) -> str:
    """The band of the first answer's length in words."""
    if not question.answers:
        return NO_ANSWER
    words = len(question.answers[0].text.split())
    return next((name for limit, name in LENGTHS if words <= limit), LONGER)


def _group(scores: metrics.Scores, labels: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """Scores by label; labels without a predicted question are left out."""
    members: dict[str, list[str]] = {}
    for question, label in labels.items():
        members.setdefault(label, []).append(question)
    return {label: figures for label in sorted(members) if (figures := metrics.averages(scores, members[label]))}


def breakdowns(
    document: Document, scores: metrics.Scores, language: str, method_of: Mapping[str, str]
) -> dict[str, dict[str, dict[str, float]]]:
    """By question word, answer length, the span's method, and language (the last two where known)."""
    labels: dict[str, dict[str, str]] = {"question_word": {}, "answer_length": {}, "method": {}, "language": {}}
    for _, _, _, question in walk(document):
        own = languages.language_of(question.id)
        labels["question_word"][question.id] = languages.question_word(question.question, own or language)
        labels["answer_length"][question.id] = answer_length(question)
        if question.id in method_of:
            labels["method"][question.id] = method_of[question.id]
        if own:
            labels["language"][question.id] = own
    return {dimension: groups for dimension, one in labels.items() if (groups := _group(scores, one))}


def _language_aware(document: Document, predictions: Mapping[str, str], language: str) -> dict[str, float]:
    """exact and f1 with each question normalised as its own language wants it."""
    by_language: dict[str, dict[str, str]] = {}
    for _, _, _, question in walk(document):
        if question.id in predictions:
            code = languages.language_of(question.id) or language
            by_language.setdefault(code, {})[question.id] = predictions[question.id]
    exact, f1 = [], []
    for code, some in by_language.items():
        scores = metrics.score(document, some, lambda text, code=code: languages.normalise(text, code))
        exact += scores.exact.values()
        f1 += scores.f1.values()
    total = metrics.plain_sum
    return {"language_exact": 100 * total(exact) / len(exact), "language_f1": 100 * total(f1) / len(f1)}


def evaluate(
    document: Document,
    predictions: Mapping[str, str],
    *,
    null_odds: Mapping[str, float] | None = None,
    threshold: float = 1.0,
    language: str,
    method_of: Mapping[str, str] | None = None,
) -> Evaluation:
    """Scores predictions against a gold document.

    threshold: null odds above it count as "no answer", as in the official script (its default, 1.0).
    language: of questions whose id carries none. method_of: question id -> Method, see `methods`.
    """
    official = metrics.official(document, predictions, null_odds, threshold)
    raw = metrics.score(document, predictions)
    scores = raw if null_odds is None else metrics.with_threshold(raw, null_odds, threshold)
    cluster_of = paragraphs(document)
    unanswerable = sum(not has for has in raw.has_answer.values())
    beside = _language_aware(document, _left_unanswered(predictions, null_odds, threshold), language)
    for key, values in (("exact", scores.exact), ("f1", scores.f1)):
        beside[f"{key}_low"], beside[f"{key}_high"] = interval(values, cluster_of)
    beside["always_no_answer"] = 100 * unanswerable / len(raw.has_answer)
    beside["missing"] = raw.missing
    return Evaluation(official, beside, breakdowns(document, scores, language, method_of or {}), scores, cluster_of)


def _left_unanswered(
    predictions: Mapping[str, str], null_odds: Mapping[str, float] | None, threshold: float
) -> Mapping[str, str]:
    """The predictions as the threshold leaves them."""
    if null_odds is None:
        return predictions
    return {one: "" if null_odds.get(one, 0.0) > threshold else text for one, text in predictions.items()}


def compare(document: Document, ours: Evaluation, theirs: Mapping[str, str]) -> dict[str, Any]:
    """The paired test over the questions that both have: {exact: ..., f1: ...}.

    ours: as evaluated, with the threshold applied; theirs: predictions that are taken as they are.
    """
    a, b = ours.scores, metrics.score(document, theirs)
    tested = {key: paired(getattr(a, key), getattr(b, key), ours.paragraph_of) for key in ("exact", "f1")}
    return msgspec.to_builtins(tested)
