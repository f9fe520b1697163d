"""Rescue: translates sentences again, with markers around the answers that `locate` did not find with certainty.

    spans ──find_cases──> requests ──request_in_rounds──> results ──settle──> spans, outcomes

`find_cases` and `settle` are pure functions of one paragraph; `rescue_tables` applies them to whole tables. An engine
that loses the markers of one style may keep those of another. Requests are therefore made in rounds, one style per
round, and each round includes only the answers whose markers were lost in the rounds before.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from spanferry.markers import STYLES, Markers
from spanferry.projection.candidates import is_at, make_query
from spanferry.projection.consistency import AnswerKey, key_of, reconcile
from spanferry.projection.grouping import SourceText, TargetText
from spanferry.projection.locate import placed, source_text, tokenize_target
from spanferry.projection.marked import (
    MarkedTranslation,
    MarkerRequest,
    make_request,
    parse_translation,
    usable_styles,
)
from spanferry.projection.ranking import Locator
from spanferry.projection.settings import RescueSettings
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import Placement, Record, SpanRow

TranslateTexts = Callable[[Sequence[str]], Mapping[str, str | None]]
"""Translates texts: returns each text's translation, or None."""


class Outcome(StrEnum):
    """The effect of rescue on an answer."""

    RESCUED = "rescued"  # would have been dropped, and is kept now
    CONFIRMED = "confirmed"  # the same span
    MOVED = "moved"  # another span
    LOST = "lost"  # would have been kept, and is dropped now
    MARKERS_LOST = "markers_lost"  # the markers were lost
    IN_VAIN = "in_vain"  # still has no span that is probable enough to be kept


class MarkerResult(Record, frozen=True, gc=False):
    """The result of the marker requests of one answer (`AnswerKey`).

    raw: the first translation that kept its markers, or else the first translation. marked: `raw`, parsed; None when
    the markers were lost.
    """

    source_start: int
    source_text: str
    raw: str | None
    marked: MarkedTranslation | None


class RescueJob(Record, frozen=True, gc=False):
    """A paragraph, the rows of its answers, and the marker results for some of them."""

    source: SourceText
    target: TargetText
    spans: tuple[SpanRow, ...]
    results: tuple[MarkerResult, ...]


class SettledParagraph(Record, frozen=True, gc=False):
    """The rows of a paragraph after rescue, and the outcome of each answer that was requested again."""

    spans: tuple[SpanRow, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class RescueCase:
    """An answer that is to be rescued, with its requests in order of preference."""

    key: AnswerKey
    requests: tuple[MarkerRequest, ...]


def find_cases(
    source: SourceText,
    target: TargetText,
    answers: Iterable[AnswerKey],
    settings: RescueSettings,
    markers: tuple[Markers, ...] = STYLES,
) -> list[RescueCase]:
    """Return the cases of a paragraph, one per distinct answer. markers: the engine's marker styles, best first."""
    text = source_text(source.context, source.sentences, tokenize_target(target))
    cases: dict[AnswerKey, RescueCase] = {}
    for key in answers:
        if key not in cases and is_at(text.text, *key):
            query = make_query(text, *key, None)
            styles = usable_styles(query, markers)[: settings.rounds]
            cases[key] = RescueCase(key, tuple(make_request(query, style) for style in styles))
    return list(cases.values())


def request_in_rounds(cases: Sequence[RescueCase], rounds: int, translate: TranslateTexts) -> list[MarkerResult]:
    """Request translations for all cases, one marker style per round. Return the result of each case, in order.

    Each round includes only the cases whose markers were lost so far, and each text once.
    """
    replies: dict[str, str | None] = {}
    results = [MarkerResult(*case.key, None, None) for case in cases]
    pending = list(range(len(cases)))
    for number in range(rounds):
        pending = [n for n in pending if len(cases[n].requests) > number]
        texts = sorted({cases[n].requests[number].text for n in pending} - replies.keys())
        if texts:
            replies |= translate(texts)
        for n in pending:
            request = cases[n].requests[number]
            results[n] = add_reply(results[n], request, replies.get(request.text))
        pending = [n for n in pending if results[n].marked is None]
    return results


def add_reply(result: MarkerResult, request: MarkerRequest, reply: str | None) -> MarkerResult:
    """Return a result with a further translation: one that kept its markers, or else the first one."""
    if reply and (marked := parse_translation(reply, request)):
        return replace(result, raw=reply, marked=marked)
    return result if result.raw else replace(result, raw=reply)


def settle(job: RescueJob, locator: Locator) -> SettledParagraph:
    """Locate the answers of a paragraph again, with their marker results."""
    target = tokenize_target(job.target)
    if target is None:
        return SettledParagraph(job.spans, ())
    source = source_text(job.source.context, job.source.sentences, target)
    first_rows: dict[AnswerKey, SpanRow] = {}
    for row in job.spans:
        first_rows.setdefault(key_of(row), row)
    decided: dict[AnswerKey, SpanRow] = {}
    previous: dict[AnswerKey, SpanRow] = {}
    outcomes: list[Outcome] = []
    for result in job.results:
        key = result.source_start, result.source_text
        row = first_rows[key]
        changed = decide_again(row, result, source, target, locator)
        if changed:
            previous[key] = row
        decided[key] = replace(changed or row, marked=result.raw)
        outcomes.append(outcome_of(row, changed, result.marked is not None, locator.settings.min_confidence))
    rows: Sequence[SpanRow] = [with_decision(row, decided.get(key_of(row))) for row in job.spans]
    if previous:
        rows = reconcile(rows, target.text, previous)
    return SettledParagraph(tuple(rows), tuple(outcomes))


def with_decision(row: SpanRow, decided: SpanRow | None) -> SpanRow:
    """Return a row with the decision on its answer, which was made on the first row of the same answer."""
    if decided is None:
        return row
    return replace(
        row,
        marked=decided.marked,
        placement=decided.placement,
        reason=decided.reason,
        candidates=decided.candidates,
    )


def decide_again(
    row: SpanRow, result: MarkerResult, source: TokenizedText, target: TokenizedText, locator: Locator
) -> SpanRow | None:
    """Return the row with its new span; None when the markers were lost, or no span is found."""
    if result.marked is None:
        return None
    query = make_query(source, row.source_start, row.source_text, row.translation)
    decision = locator.locate(query, target, result.marked)
    if decision.chosen is None:
        return None
    return placed(row, decision, target)


def outcome_of(before: SpanRow, after: SpanRow | None, has_markers: bool, min_confidence: float) -> Outcome:
    """Return the outcome of rescue for an answer. after: its new row; None when it is unchanged."""
    if not has_markers:
        return Outcome.MARKERS_LOST
    old, new = before.placement, after.placement if after else None
    was_kept, is_kept = is_kept_at(old, min_confidence), is_kept_at(new, min_confidence)
    if new is None or not (was_kept or is_kept):
        return Outcome.IN_VAIN
    if not is_kept:
        return Outcome.LOST
    if old is None or not was_kept:
        return Outcome.RESCUED
    return Outcome.CONFIRMED if old.span == new.span and old.text == new.text else Outcome.MOVED


def is_kept_at(placement: Placement | None, min_confidence: float) -> bool:
    """Return whether a span is probable enough to be kept."""
    return placement is not None and placement.probability >= min_confidence
