"""Apply what people said in one file to a paragraph.

The next version of the paragraph has the corrected context first, with all spans carried over, then the corrected
questions, then the selected spans. What is judged wrong and has no correction is dropped.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from msgspec import structs

from spanferry.corrections.editing import Edit
from spanferry.corrections.files import PlacedItem, SelectedSpan
from spanferry.corrections.items import Item
from spanferry.corrections.versions import UNSEEN, History, Slot, Version, contradiction, mark
from spanferry.errors import InputError
from spanferry.records import (
    CandidateRow,
    Correction,
    Method,
    Placement,
    Reason,
    SourceParagraph,
    Span,
    SpanRow,
    Verdict,
)

FindAgain = Callable[[SourceParagraph, str, SpanRow], Placement | Reason]
"""Finds an answer in a corrected context: its span, or the reason why it has none."""

CONTEXT: Slot = ("context", "", None)


@dataclass(frozen=True)
class Matched:
    """An item of a file that is about this build. version: the version of the paragraph that its reviewer saw."""

    given: PlacedItem
    version: int
    item: Item

    @property
    def selected(self) -> SelectedSpan | None:
        """The span that a person selected; None if it is the one that was shown.

        An export of Label Studio has the span that was marked beforehand too.
        """
        given, shown = self.given.said.span, self.item.span
        if given and shown and self.given.said.context is None:
            is_shown = (given.start, given.text) == (shown[0], self.item.passage.target[slice(*shown)])
            return None if is_shown else given
        return given

    @property
    def span_slot(self) -> Slot:
        """The span of the item."""
        return "span", self.item.question_id, self.item.rows

    @property
    def question_slot(self) -> Slot:
        """The question of the item."""
        return "question", self.item.question_id, None

    @property
    def verdict_slot(self) -> Slot:
        """The verdict on the item."""
        return "verdict", self.item.question_id, self.item.seen


@dataclass
class Outcome:
    """What the corrections of a build have changed. found_again, lost: answers whose text an edited context changed."""

    spans: int = 0
    questions: int = 0
    contexts: int = 0
    dropped: int = 0
    found_again: int = 0
    lost: int = 0


def apply_file(history: History, items: Sequence[Matched], find_again: FindAgain, outcome: Outcome) -> None:
    """Add the version of a paragraph that the items of one file make. Raises InputError when they contradict others."""
    selected = {row for each in items if each.selected for row in each.item.rows}
    restore(history, items, outcome)
    version = correct_context(history, items, selected, find_again, outcome)
    version = correct_questions(history, version, items, outcome)
    for each in items:
        if each.given.said.verdict:
            history.settle(each.verdict_slot, each.given.said.verdict, UNSEEN, each.given.place)
        if each.selected:
            version = select_span(history, version, each, outcome)
    for each in items:
        if is_dropped(history, each):
            version = drop(version, each.item, outcome)
    history.versions.append(version)


def restore(history: History, items: Sequence[Matched], outcome: Outcome) -> None:
    """Bring back the items that a file before this one dropped as wrong, and that this file corrects.

    So a correction wins over a bare verdict in any order of the files.
    """
    latest = history.latest
    for each in items:
        if not corrects(each):
            continue
        before, id_ = history.versions[each.version], each.item.question_id
        dropped = [row for row in each.item.rows if latest.spans[row].reason is Reason.JUDGED_WRONG]
        if not dropped and id_ not in latest.dropped:
            continue
        outcome.dropped -= 1
        edit = Edit(before.context, latest.context)
        carried = {row: carry_row(before.spans[row], edit) for row in dropped}
        latest = replace(latest, spans={**latest.spans, **carried}, dropped=latest.dropped - {id_})
    history.versions[-1] = latest


def corrects(each: Matched) -> bool:
    """Return whether a person gave another text or span for an item."""
    said = each.given.said
    question = said.question is not None and said.question != each.item.translation
    context = said.context is not None and said.context != each.item.passage.target
    return each.selected is not None or question or context


def correct_context(
    history: History, items: Sequence[Matched], selected: Iterable[int], find_again: FindAgain, outcome: Outcome
) -> Version:
    """Return the latest version with the corrected context, and its spans carried over.

    selected: the rows that get another span anyway.
    """
    latest = history.latest
    text = latest.context
    for each in items:
        if (given := each.given.said.context) is not None and given != each.item.passage.target:
            history.settle(CONTEXT, given, each.version, each.given.place)
            text = given
    if text == latest.context:
        return latest
    outcome.contexts += 1
    edit = Edit(latest.context, text)
    spans: dict[int, SpanRow] = {}
    for number, row in latest.spans.items():
        carried = carry_row(row, edit)
        if row.placement is not None and carried.placement is None and number not in set(selected):
            found = find_again(latest.source, text, row)
            if isinstance(found, Placement):
                carried = structs.replace(carried, placement=found, reason=None)
                outcome.found_again += 1
            else:
                carried = structs.replace(carried, reason=found)
                outcome.lost += 1
        spans[number] = mark(carried, Correction.CONTEXT)
    return replace(latest, context=text, spans=spans)


def carry_row(row: SpanRow, edit: Edit) -> SpanRow:
    """Return an answer with its span and candidates carried through an edit, without those whose text it changed."""
    candidates: list[CandidateRow] = []
    for candidate in row.candidates:
        if moved := edit.carry((candidate.start, candidate.start + len(candidate.text))):
            candidates.append(structs.replace(candidate, start=moved[0]))
    placement, reason = row.placement, row.reason
    if placement is not None:
        moved = edit.carry(placement.span)
        placement = structs.replace(placement, start=moved[0]) if moved else None
        reason = None if moved else Reason.NOT_FOUND
    return structs.replace(row, placement=placement, reason=reason, candidates=tuple(candidates))


def correct_questions(history: History, version: Version, items: Sequence[Matched], outcome: Outcome) -> Version:
    """Return a version with the corrected questions."""
    for each in items:
        text, id_ = each.given.said.question, each.item.question_id
        if text is not None and text != each.item.translation:
            history.settle(each.question_slot, text, each.version, each.given.place)
            if version.questions[id_] != text:
                outcome.questions += 1
                version = version.with_question(id_, text)
    return version


def select_span(history: History, version: Version, each: Matched, outcome: Outcome) -> Version:
    """Return a version with the span that a person selected."""
    said, place, slot = each.given.said, each.given.place, each.span_slot
    assert said.span is not None
    context = each.item.passage.target if said.context is None else said.context
    span = (said.span.start, said.span.start + len(said.span.text))
    if context[slice(*span)] != said.span.text:
        raise InputError(f"{place}: its context does not have {said.span.text!r} at {said.span.start}")
    if not each.item.rows:
        raise InputError(f"{place}: question {each.item.question_id!r} has no answer that the span could replace")
    moved = Edit(context, version.context).carry(span)
    if moved is None:
        raise contradiction(history.settings[CONTEXT].place, place, slot)
    current = {placement.span for row in each.item.rows if (placement := version.spans[row].placement)}
    newer = history.newer(slot, each.version)
    if newer and current != {moved}:
        raise contradiction(newer.place, place, slot)
    history.settle(slot, None, each.version, place)
    if current == {moved}:
        return version
    outcome.spans += 1
    placed = {row: place_by_hand(version.spans[row], version.context, moved) for row in each.item.rows}
    return replace(version, spans={**version.spans, **placed})


def place_by_hand(row: SpanRow, context: str, span: Span) -> SpanRow:
    """Return an answer with the span that a person selected. The former one becomes its first candidate."""
    placement = Placement(
        context[slice(*span)], span[0], Method.HUMAN, score=1.0, probability=1.0, occurrence=1, occurrences=1
    )
    former = () if row.placement is None else (row.placement.candidate,)
    placed = structs.replace(row, placement=placement, reason=None, candidates=(*former, *row.candidates))
    return mark(placed, Correction.SPAN)


def is_dropped(history: History, each: Matched) -> bool:
    """Return whether an item is judged wrong, and neither this file nor one before it has corrected anything of it."""
    slots: tuple[Slot, ...] = (each.span_slot, each.question_slot, CONTEXT)
    is_corrected = any(history.newer(slot, each.version) for slot in slots)
    return each.given.said.verdict is Verdict.WRONG and not is_corrected


def drop(version: Version, item: Item, outcome: Outcome) -> Version:
    """Return a version without the answers of an item, or without its question, if that has no answer."""
    outcome.dropped += 1
    if version.is_impossible(item.question_id):
        return replace(version, dropped=version.dropped | {item.question_id})
    dropped = {row: version.spans[row].dropped(Reason.JUDGED_WRONG) for row in item.rows}
    return replace(version, spans={**version.spans, **dropped})
