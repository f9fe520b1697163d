"""Choose the items of a build that people review, and collect what they see.

Items are those of `corrections.items`, of kept questions. A random sample measures the precision: every item is drawn
with the same probability. The most suspicious items are those where a correction is most probably needed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import from_table
from spanferry.corrections.files import Order
from spanferry.corrections.items import Item, Passage, question_items
from spanferry.records import Field, Method, SpanRow
from spanferry.report.inputs import Build
from spanferry.selection import QuestionKey


@dataclass(frozen=True)
class CleanTexts:
    """The texts of the cleaned files. questions: (split, id) -> translation. titles: (split, id) -> title."""

    questions: Mapping[QuestionKey, str]
    titles: Mapping[QuestionKey, str]


@dataclass(frozen=True)
class Judgement:
    """How good a question is. quality: 0 to 1, None if it is not known. reasons: what speaks against it, in words."""

    quality: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReviewItem:
    """An item with all that the page shows of it. method, probability: of its span, None without one."""

    item: Item
    title: str
    method: Method | None
    probability: float | None
    judgement: Judgement


@dataclass(frozen=True)
class Candidate:
    """An item that may be chosen.

    owner: the row of its question in `Selection.questions`. number: its place among the items of the question.
    trust: the quality of the question, 1 if people have reviewed it, or else the probability of the span; None if
    neither is known.
    """

    owner: int
    number: int
    trust: float | None


def choose_items(
    build: Build,
    texts: CleanTexts,
    judgements: Mapping[QuestionKey, Judgement],
    size: int,
    order: Order,
    seed: int,
) -> list[ReviewItem]:
    """Return up to `size` items: at random, or the most suspicious ones first. Equal arguments give equal items."""
    candidates = list(list_candidates(build, judgements))
    if order == "random":
        chosen = random.Random(seed).sample(candidates, min(size, len(candidates)))
    else:
        chosen = sorted(candidates, key=lambda candidate: 1.0 if candidate.trust is None else candidate.trust)[:size]
    return describe_items(build, texts, judgements, chosen)


def list_candidates(build: Build, judgements: Mapping[QuestionKey, Judgement]) -> Iterator[Candidate]:
    """Yield the items of all kept questions, in the order of the source."""
    spans: dict[int, dict[tuple[int, str], float | None]] = {}
    names = ("field", "start", "text", "probability")
    columns = (build.spans[name].take(build.kept).to_pylist() for name in names)
    owners = build.selection.owners.take(build.kept).to_pylist()
    questions = build.selection.questions
    impossible = questions["is_impossible"].to_pylist()
    reviewed = {(each.split, each.id) for each in build.corrections.reviewed}
    for owner, field, start, text, probability in zip(owners, *columns, strict=True):
        if (field == Field.PLAUSIBLE) == impossible[owner]:
            spans.setdefault(owner, {}).setdefault((start, text), probability)
    keys = zip(*(questions[name].to_pylist() for name in ("split", "id", "reason")), strict=True)
    for owner, (split, id_, reason) in enumerate(keys):
        if reason is not None:
            continue
        # People have said what they think of it, so it comes last.
        quality = 1.0 if (split, id_) in reviewed else judgements.get((split, id_), Judgement()).quality
        probabilities = list(spans.get(owner, {}).values())
        if impossible[owner]:
            # Its span is only plausible, so its probability says little about the question.
            yield Candidate(owner, 0, quality)
        else:
            for number, probability in enumerate(probabilities):
                yield Candidate(owner, number, probability if quality is None else quality)


def describe_items(
    build: Build, texts: CleanTexts, judgements: Mapping[QuestionKey, Judgement], chosen: Sequence[Candidate]
) -> list[ReviewItem]:
    """Return the chosen items, in the same order, with all that the page shows."""
    wanted = pa.array(sorted({candidate.owner for candidate in chosen}), pa.int64())
    rows = build.kept.filter(pc.is_in(build.selection.owners.take(build.kept), value_set=wanted))
    numbered = list(zip(rows.to_pylist(), from_table(build.spans.take(rows), SpanRow), strict=True))
    by_owner: dict[int, list[tuple[int, SpanRow]]] = {}
    for owner, row in zip(build.selection.owners.take(rows).to_pylist(), numbered, strict=True):
        by_owner.setdefault(owner, []).append(row)
    questions = build.selection.questions.take(wanted).to_pylist()
    paragraphs = pa.array([question["paragraph"] for question in questions], pa.int64())
    contexts = [table["context"].take(paragraphs).to_pylist() for table in (build.layout, build.paragraphs)]
    items: dict[int, list[Item]] = {}
    for owner, question, source, target in zip(wanted.to_pylist(), questions, *contexts, strict=True):
        split, id_ = question["split"], question["id"]
        items[owner] = question_items(
            split,
            id_,
            question["question"],
            texts.questions[split, id_],
            Passage(source, target),
            question["is_impossible"],
            by_owner.get(owner, ()),
        )
    spans = dict(numbered)
    return [review_item(items[candidate.owner][candidate.number], texts, judgements, spans) for candidate in chosen]


def review_item(
    item: Item, texts: CleanTexts, judgements: Mapping[QuestionKey, Judgement], spans: Mapping[int, SpanRow]
) -> ReviewItem:
    """Return an item with all that the page shows. spans: number of the spans row -> row."""
    key = item.split, item.question_id
    placement = spans[item.rows[0]].placement if item.rows else None
    return ReviewItem(
        item=item,
        title=texts.titles[key],
        method=placement and placement.method,
        # A table may lack it.
        probability=placement and cast("float | None", placement.probability),
        judgement=judgements.get(key, Judgement()),
    )
