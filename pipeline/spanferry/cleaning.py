"""Clean: the located spans become SQuAD documents, and what was lost becomes a list.

    layout, paragraphs, spans, translations, selection ──> {split: Document}, provenance, rejected

Nothing is decided here: `fates.decide` says what is kept, this writes it down.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.records import SPLITS, Field
from spanferry.selection import Selection
from spanferry.squad import Answer, Article, Document, Paragraph, Question

VERSION = "v2.0"


def documents(
    layout: pa.Table, paragraphs: pa.Table, spans: pa.Table, translations: pa.Table | None, selection: Selection
) -> dict[str, Document]:
    """The cleaned document of each split that the layout has.

    Articles and paragraphs of which nothing is kept are left out. translations: of the questions;
    None for a corpus that is in its language already.
    """
    target = None
    if translations is not None:
        target = dict(zip(*(translations[name].to_pylist() for name in ("text", "translation")), strict=True))
    found = answers_of(spans, selection)
    dropped = selection.questions["reason"].to_pylist()
    at = 0
    articles: dict[str, dict[int, tuple[str, list[Paragraph]]]] = {split: {} for split in SPLITS}
    for row, context in zip(rows(layout), paragraphs["context"].to_pylist(), strict=True):
        kept = []
        for question in row["questions"]:
            if dropped[at] is None:
                text = target[question["question"].strip()] if target is not None else question["question"]
                kept.append(cleaned(question, text, found.get(at, {})))
            at += 1
        if kept:
            _, held = articles[row["split"]].setdefault(row["article"], (row["title"], []))
            held.append(Paragraph(context=context, qas=tuple(kept)))
    present = set(layout["split"].unique().to_pylist())
    return {split: document(articles[split].values()) for split in SPLITS if split in present}


def document(articles: Iterable[tuple[str, list[Paragraph]]]) -> Document:
    """Titles and paragraphs -> a document."""
    return Document(
        version=VERSION, data=tuple(Article(title=title, paragraphs=tuple(held)) for title, held in articles)
    )


def rows(table: pa.Table) -> Iterator[dict[str, Any]]:
    """A table's rows as dictionaries, a batch at a time."""
    for batch in table.to_batches(max_chunksize=1000):
        yield from batch.to_pylist()


def answers_of(spans: pa.Table, selection: Selection) -> dict[int, dict[str, list[Answer]]]:
    """Kept answers by question (its row in selection.questions) and field, in the source's order."""
    keep = pc.is_null(selection.answers)
    columns = [spans.filter(keep)[name].to_pylist() for name in ("field", "text", "start")]
    found: dict[int, dict[str, list[Answer]]] = {}
    for owner, field, text, start in zip(selection.owners.filter(keep).to_pylist(), *columns, strict=True):
        found.setdefault(owner, {}).setdefault(field, []).append(Answer(text=text, answer_start=start))
    return found


def cleaned(question: dict[str, Any], text: str, found: dict[str, list[Answer]]) -> Question:
    impossible = question["is_impossible"]
    plausible = tuple(found.get(Field.PLAUSIBLE, ()))
    return Question(
        id=question["id"],
        question=text,
        answers=tuple(found.get(Field.ANSWERS, ())),
        is_impossible=impossible,
        **({"plausible_answers": plausible} if impossible else {}),
    )


def provenance(spans: pa.Table, selection: Selection) -> pa.Table:
    """The rows of kept answers."""
    return spans.filter(pc.is_null(selection.answers))


def rejected(spans: pa.Table, selection: Selection) -> Iterator[dict[str, Any]]:
    """The rows of lost answers, each with its final reason; a span found in vain leads its candidates."""
    lost = pc.is_valid(selection.answers)
    for row, reason in zip(rows(spans.filter(lost)), selection.answers.filter(lost).to_pylist(), strict=True):
        if row["text"] is not None:
            first = {name: row[name] for name in ("start", "text", "method", "score")}
            found = ("text", "start", "method", "score", "probability", "occurrence", "occurrences")
            row |= dict.fromkeys(found) | {"candidates": [first, *row["candidates"]]}
        yield row | {"reason": reason}
