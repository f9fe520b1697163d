"""The items that people review: a question with one of its spans, and a hash of all that its reviewer saw.

The hash identifies an item. When a text or a span of it changes in a later build, its hash is another one, and
corrections that were made before are no longer applied to it.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from spanferry.records import Field, Span, SpanRow

HASH_DIGITS = 16


@dataclass(frozen=True)
class Passage:
    """A paragraph in both languages."""

    source: str
    target: str


@dataclass(frozen=True)
class Item:
    """A question with one span, as a person sees it.

    question, translation: its text in both languages. field: the list of its answers, None for a question without any.
    answers: the source spans with this span. span: the span in the target context, None for a question without any.
    rows: the spans rows (or any other numbers) of these answers. seen: the hash.
    """

    split: str
    question_id: str
    question: str
    translation: str
    passage: Passage
    field: Field | None
    answers: tuple[Span, ...]
    span: Span | None
    rows: tuple[int, ...]

    @property
    def seen(self) -> str:
        """The hash of everything that a reviewer sees of the item."""
        texts = (self.question, self.translation, self.passage.source, self.passage.target)
        parts = (self.split, self.question_id, *texts, self.field, sorted(set(self.answers)), self.span)
        # JSON in ASCII is the same in all versions of Python, which `repr` is not, and has lone surrogates too.
        return sha256(json.dumps(parts).encode()).hexdigest()[:HASH_DIGITS]


def question_items(
    split: str,
    question_id: str,
    question: str,
    translation: str,
    passage: Passage,
    is_impossible: bool,
    spans: Iterable[tuple[int, SpanRow]],
) -> list[Item]:
    """Return the items of a question, in the order of their first answers.

    Answers with the same span are one item, because they look the same. A question without an answer is one item, with
    the first of its plausible answers. spans: the rows of the question, each with its number.
    """
    wanted = Field.PLAUSIBLE if is_impossible else Field.ANSWERS
    placed = [(number, row) for number, row in spans if row.placement is not None and row.field is wanted]
    groups: dict[Span, list[tuple[int, SpanRow]]] = {}
    for number, row in sorted(placed, key=lambda entry: entry[1].index):
        assert row.placement is not None
        groups.setdefault(row.placement.span, []).append((number, row))
    found: list[tuple[Field | None, Span | None, Sequence[tuple[int, SpanRow]]]]
    found = [(wanted, span, members) for span, members in groups.items()]
    if is_impossible:
        found = found[:1] or [(None, None, ())]
    return [
        Item(
            split=split,
            question_id=question_id,
            question=question,
            translation=translation,
            passage=passage,
            field=field,
            answers=tuple(row.source_span for _, row in members),
            span=span,
            rows=tuple(number for number, _ in members),
        )
        for field, span, members in found
    ]
