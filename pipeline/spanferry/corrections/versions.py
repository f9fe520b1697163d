"""The versions of a paragraph: as the build made it, and after each file of corrections."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from msgspec import structs

from spanferry.corrections.files import PlacedItem
from spanferry.corrections.items import Item, Passage, question_items
from spanferry.errors import InputError
from spanferry.records import Correction, SourceParagraph, SpanRow

Slot = tuple[str, str, object]
"""What a correction sets: ("context", "", None), ("question", id, None), ("span", id, rows), ("verdict", id, hash).

A verdict is on what was seen, so equal hashes have equal verdicts.
"""

UNSEEN = -1
"""A version before all others. Whoever saw only that has seen no correction."""


@dataclass(frozen=True)
class Version:
    """A paragraph with its questions and spans.

    questions: id -> translation, for those that have one. spans: number of the spans row -> row. dropped: the questions
    without an answer that are judged wrong.
    """

    source: SourceParagraph
    context: str
    questions: Mapping[str, str]
    spans: Mapping[int, SpanRow]
    dropped: frozenset[str] = frozenset()

    @cached_property
    def items(self) -> dict[str, Item]:
        """The items of the paragraph by their hash."""
        rows: dict[str, list[tuple[int, SpanRow]]] = {}
        for number, row in self.spans.items():
            rows.setdefault(row.question_id, []).append((number, row))
        passage = Passage(self.source.context, self.context)
        items = [
            item
            for question in self.source.questions
            if question.reason is None and question.id in self.questions
            for item in question_items(
                self.source.split,
                question.id,
                question.question,
                self.questions[question.id],
                passage,
                question.is_impossible,
                rows.get(question.id, ()),
            )
        ]
        return {item.seen: item for item in items}

    def is_impossible(self, id_: str) -> bool:
        """Return whether a question has no answer."""
        return next(question.is_impossible for question in self.source.questions if question.id == id_)

    def with_question(self, id_: str, text: str) -> "Version":
        """Return the paragraph with another translation of a question."""
        spans = {
            number: mark(row, Correction.QUESTION) if row.question_id == id_ else row
            for number, row in self.spans.items()
        }
        questions = {**self.questions, id_: text}
        return replace(self, questions=questions, spans=spans, dropped=self.dropped - {id_})


def mark(row: SpanRow, correction: Correction) -> SpanRow:
    """Return an answer that says what was corrected, in the order of `Correction`."""
    said = {*row.corrected, correction}
    return structs.replace(row, corrected=tuple(each for each in Correction if each in said))


@dataclass(frozen=True)
class Setting:
    """A correction that was applied. version: the number of the version that it made."""

    version: int
    place: str
    value: object


@dataclass
class History:
    """All versions of a paragraph, and what set the latest values."""

    versions: list[Version]
    settings: dict[Slot, Setting] = field(default_factory=dict)

    @property
    def latest(self) -> Version:
        """The paragraph with all corrections so far."""
        return self.versions[-1]

    def find(self, item: PlacedItem) -> tuple[int, Item] | None:
        """Return the latest version in which a person can have seen an item, and the item; None if there is none."""
        for number in range(len(self.versions) - 1, -1, -1):
            if (
                found := self.versions[number].items.get(item.said.seen)
            ) and found.question_id == item.said.question_id:
                return number, found
        return None

    def newer(self, slot: Slot, seen: int) -> Setting | None:
        """Return what has set a value after the version that a person saw, or None."""
        setting = self.settings.get(slot)
        return setting if setting and setting.version > seen else None

    def settle(self, slot: Slot, value: object, seen: int, place: str) -> None:
        """Note that an item sets a value in the next version. seen: the version that its reviewer saw.

        Raises InputError when a file that this reviewer had not seen has set another value.
        """
        if (newer := self.newer(slot, seen)) and value != newer.value:
            raise contradiction(newer.place, place, slot)
        self.settings[slot] = Setting(len(self.versions), place, value)


def contradiction(one: str, other: str, slot: Slot) -> InputError:
    """Return the error for two items that contradict each other about a value."""
    name, question_id, _ = slot
    about = f"the {name} of question {question_id!r}" if question_id else f"the {name}"
    return InputError(f"{one} and {other}: they contradict each other about {about}; remove one of them")
