"""Rescue: what locate could not settle is asked again, with the answer between markers.

    spans ──cases──> requests ──translator──> hear ──settle──> spans, what it brought

Both ends are pure functions of one paragraph's rows; rescue_tables.py brings all through them. An engine that loses
the markers of one style may keep another's, so that requests are made in turns: each asks only for what has no answer
yet. Where all markers are lost, word alignment may speak in their place (`places`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from spanferry.projection.alignment import aligned
from spanferry.projection.consistency import Key, reconcile
from spanferry.projection.lexicon import Lexicon
from spanferry.projection.locate import found_columns, sought, source_passage, stands
from spanferry.projection.marked import STYLES, Marked, Markers, parse, request, styles
from spanferry.projection.ranking import Locator
from spanferry.projection.settings import RescueSettings
from spanferry.projection.spans import AnswerQuery, Place, TokenizedText
from spanferry.records import Reason
from spanferry.segmentation import sentence_spans

Row = dict[str, Any]
Answers = Mapping[str, str | None]
"""What the translator said to each request; None where it has no translation."""

# What another look cannot mend.
FINAL = {Reason.SOURCE_MISMATCH, Reason.CONTEXT_UNTRANSLATED}


@dataclass(frozen=True)
class Group:
    """One paragraph: its rows of layout and paragraphs (of these, context and sentences), and its rows of spans.

    places: where word alignment puts answers whose markers were lost; markers: the engine's styles,
    best first.
    """

    layout: Row
    paragraph: Row
    spans: list[Row]
    places: Mapping[Key, Place] = field(default_factory=dict)
    markers: tuple[Markers, ...] = STYLES

    @cached_property
    def target(self) -> TokenizedText | None:
        """The paragraph's translation, if it has one."""
        context = self.paragraph["context"]
        return None if context is None else TokenizedText(context, tuple(sentence_spans(self.paragraph)))


@dataclass(frozen=True)
class Case:
    """One answer that is asked for again; rows: all of it, since annotators often agree."""

    key: Key
    sought: AnswerQuery
    rows: list[Row]
    attempts: list[tuple[Markers, str]]


@dataclass(frozen=True)
class MarkerResult:
    """What was asked for a case, and what came back: the first translation that kept its markers, raw and read; else
    the first without them.
    """

    asked: list[str]
    raw: str | None
    marked: Marked | None


def settle(
    group: Group, known: Sequence[Case], told: Sequence[MarkerResult], locator: Locator
) -> tuple[list[Row], Counter[str]]:
    """A paragraph's rows after another look at its cases, and how many of these that changed, and how."""
    outcomes: Counter[str] = Counter()
    before = {}
    for case, heard in zip(known, told, strict=True):
        row, place = dict(case.rows[0]), None if heard.marked else group.places.get(case.key)
        found = decided(case, group.target, heard, place, locator)
        if found:
            before[case.key] = row
        for one in case.rows:
            one.update(found, marked=heard.raw)
        outcomes[outcome(row, found, bool(heard.marked or place), locator.settings.min_confidence)] += 1
    if before:
        reconcile(group.spans, group.paragraph["context"], before)
    return group.spans, outcomes


def cases(group: Group, settings: RescueSettings) -> list[Case]:
    """The answers of a paragraph that are worth asking for, each place once."""
    if group.target is None:
        return []
    source = source_passage(group.layout, group.target)
    found: dict[Key, list[Row]] = {}
    for row in group.spans:
        key = row["source_start"], row["source_text"]
        if wanting(row, settings.below) and stands(source.text, *key):
            found.setdefault(key, []).append(row)
    known = []
    for key, rows in found.items():
        answer = sought(source, *key, rows[0]["translation"])
        usable = styles(answer, group.markers)[: settings.rounds]
        known.append(Case(key, answer, rows, [(markers, request(answer, markers)) for markers in usable]))
    return known


def wanting(row: Row, below: float) -> bool:
    """Whether an answer's row is not found, or less sure than this."""
    return row["reason"] not in FINAL if row["reason"] is not None else row["probability"] < below


def hear(case: Case, answers: Answers) -> MarkerResult:
    """Goes through a case's attempts up to the first that kept its markers or has no answer yet."""
    texts, first = [], None
    for markers, text in case.attempts:
        texts.append(text)
        if text not in answers:
            break
        raw = answers[text]
        if raw and (marked := parse(raw, case.sought, markers)):
            return MarkerResult(texts, raw, marked)
        first = first or raw
    return MarkerResult(texts, first, None)


def pairs(group: Group) -> Iterator[tuple[str, str]]:
    """A paragraph's sentences and answers with their translations, to learn from which words translate which."""
    if target := group.target:
        source = source_passage(group.layout, target)
        for ours, theirs in zip(source.sentences, target.sentences, strict=True):
            yield source.text[slice(*ours)], target.text[slice(*theirs)]
    for row in group.spans:
        if row["translation"]:
            yield row["source_text"], row["translation"]


def places(group: Group, known: Sequence[Case], lexicon: Lexicon) -> dict[Key, Place]:
    """Where word alignment puts a paragraph's cases, should their markers be lost."""
    found = {case.key: aligned(case.sought, group.target, lexicon) for case in known}
    return {key: place for key, place in found.items() if place}


def decided(case: Case, target: TokenizedText, heard: MarkerResult, place: Place | None, locator: Locator) -> Row:
    """The columns of a case that is decided again with what came back; nothing when that says nothing."""
    if heard.marked is None and place is None:
        return {}
    decision = locator.locate(case.sought, target, heard.marked, place)
    return found_columns(decision, target) if decision.chosen else {}


def outcome(before: Row, found: Row, told: bool, least: float) -> str:
    """What another look (`decided`) changed of a row; told: whether something came back that could."""
    if not told:
        return "markers_lost"
    was = before["text"] is not None and before["probability"] >= least
    if not found or not (was or found["probability"] >= least):
        return "in_vain"
    if found["probability"] < least:
        return "lost"
    if not was:
        return "rescued"
    return "confirmed" if before["start"] == found["start"] and before["text"] == found["text"] else "moved"


# rescued: it would have been dropped; lost: it would not; in_vain: nothing was found, or nothing that is kept.
OUTCOMES: Sequence[str] = ("rescued", "confirmed", "moved", "lost", "markers_lost", "in_vain")
