"""Find the worst answers of a run, and the sentences that hold them and the gold answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from spanferry.language.sentences import sentences
from spanferry.reader.run_report import RunDetails
from spanferry.records import Span
from spanferry.squad import Document, Paragraph, Question, iterate_questions

WORST = 50  # answers that are listed
LONGEST = 400  # characters of an excerpt that are shown without an answer among them
ELLIPSIS = "…"


class Outcome(StrEnum):
    """What became of a question. The value is its description."""

    RIGHT = "exactly right"
    PARTLY = "partly right"
    WRONG = "wrong"
    SILENT = "left unanswered, although it has an answer"
    INVENTED = "answered, although it has no answer"


@dataclass(frozen=True)
class GivenAnswers:
    """The answers of one model. predictions: question id -> answer, "" for none. certainty: question id -> its
    probability.
    """

    details: RunDetails
    predictions: Mapping[str, str]
    certainty: Mapping[str, float]


class GivenAnswer(Struct, frozen=True):
    """An answer to one question. label: which model gave it, "" if there is only one. f1: in percent."""

    label: str
    text: str
    f1: float


class Piece(Struct, frozen=True):
    """A part of a context. kind: "gold", "given", "both", or "" for what is in no answer."""

    text: str
    kind: str


class WorstAnswer(Struct, frozen=True):
    """A question that was answered badly. f1: the mean over the models, in percent. excerpt: the sentences that hold
    the first gold answer and the worst given one.
    """

    question_id: str
    title: str
    question: str
    language: str
    golds: tuple[str, ...]
    given: tuple[GivenAnswer, ...]
    f1: float
    excerpt: tuple[Piece, ...]


def count_outcomes(document: Document, answers: GivenAnswers) -> dict[Outcome, int]:
    """Count the outcomes of all questions that have a prediction."""
    counts = dict.fromkeys(Outcome, 0)
    for _, _, _, question in iterate_questions(document):
        if question.id in answers.details.scores:
            exact, f1, _ = answers.details.scores[question.id]
            counts[_judge(bool(question.answers), bool(answers.predictions[question.id]), exact, f1)] += 1
    return counts


def _judge(has_answer: bool, is_answered: bool, exact: float, f1: float) -> Outcome:
    if exact:
        return Outcome.RIGHT
    if not has_answer:
        return Outcome.INVENTED
    if not is_answered:
        return Outcome.SILENT
    return Outcome.PARTLY if f1 else Outcome.WRONG


def find_worst(
    document: Document, models: Mapping[str, GivenAnswers], language_of: Mapping[str, str], limit: int = WORST
) -> list[WorstAnswer]:
    """Return the answers with the lowest F1; among equals, those of which the models were surest come first.

    models: label -> the answers of one model of the run. language_of: question id -> code.
    """
    ranked: list[tuple[float, float, int]] = []
    questions = list(iterate_questions(document))
    for number, (_, _, _, question) in enumerate(questions):
        scores = [answers.details.scores.get(question.id) for answers in models.values()]
        f1 = [score[1] for score in scores if score]
        if f1 and sum(f1) < len(f1):
            certainty = sum(answers.certainty.get(question.id, 0.0) for answers in models.values())
            ranked.append((sum(f1) / len(f1), -certainty, number))
    worst: list[WorstAnswer] = []
    for f1, _, number in sorted(ranked)[:limit]:
        _, article, paragraph, question = questions[number]
        language = language_of.get(question.id, "und")
        given = tuple(_collect_given(question.id, models))
        worst_given = min(given, key=lambda answer: answer.f1)
        worst.append(
            WorstAnswer(
                question_id=question.id,
                title=article.title,
                question=question.question,
                language=language,
                golds=tuple(dict.fromkeys(answer.text for answer in question.answers)),
                given=given,
                f1=100 * f1,
                excerpt=tuple(cut_excerpt(paragraph, question, worst_given.text, language)),
            )
        )
    return worst


def _collect_given(question: str, models: Mapping[str, GivenAnswers]) -> Iterator[GivenAnswer]:
    for label, answers in models.items():
        if question in answers.details.scores:
            yield GivenAnswer(label, answers.predictions[question], 100 * answers.details.scores[question][1])


def cut_excerpt(paragraph: Paragraph, question: Question, given: str, language: str) -> Iterator[Piece]:
    """Cut the sentences that hold the first gold answer and the given one into pieces; without either, the first one.

    A given answer is a text without a place. Of several places, the one that is nearest to the gold answer is marked.
    """
    context = paragraph.context
    gold = _place_gold(context, question)
    other = _find_nearest(context, given, gold[0] if gold else 0)
    marked = [span for span in (gold, other) if span]
    spans = sentences(context, language)
    touched = [(start, end) for start, end in spans if any(start < stop and first < end for first, stop in marked)]
    shown = [*(touched or spans[:1]), *marked]
    begin, finish = min((start for start, _ in shown), default=0), max((end for _, end in shown), default=0)
    if context[:begin].strip():
        yield Piece(f"{ELLIPSIS} ", "")
    edges = sorted({begin, finish, *(edge for span in marked for edge in span)})
    for start, end in pairwise(edges):
        kind = _name_kind(_holds(gold, start), _holds(other, start))
        yield Piece(context[start:end] if kind else shorten_middle(context[start:end]), kind)
    if context[finish:].strip():
        yield Piece(f" {ELLIPSIS}", "")


def _holds(span: Span | None, offset: int) -> bool:
    return span is not None and span[0] <= offset < span[1]


def _name_kind(gold: bool, given: bool) -> str:
    return "both" if gold and given else "gold" if gold else "given" if given else ""


def shorten_middle(text: str) -> str:
    """Leave out the middle of a text that is longer than LONGEST."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} {ELLIPSIS} {text[-half:]}"


def _place_gold(context: str, question: Question) -> Span | None:
    for answer in question.answers:
        start = answer.answer_start
        if answer.text and context.startswith(answer.text, start):
            return start, start + len(answer.text)
    return None


def _find_nearest(context: str, text: str, place: int) -> Span | None:
    """Return the place of a text that is nearest to another place, None if there is none."""
    if not text:
        return None
    before, behind = context.rfind(text, 0, place + len(text)), context.find(text, place)
    found = [start for start in (before, behind) if start >= 0]
    if not found:
        return None
    start = min(found, key=lambda start: abs(start - place))
    return start, start + len(text)
