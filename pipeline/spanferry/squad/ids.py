"""The ids of a file's questions: made where there are none, and unique.

A question that is left out has no claim to its id. Of two usable questions with one id the first keeps it.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from spanferry.records import Reason
from spanferry.squad.document import Document, Question
from spanferry.squad.json_text import cut
from spanferry.squad.notes import NoteCollector, NoteKind
from spanferry.squad.reading import Fault, Places, Position, is_left_out, merge_reasons

Hashes = npt.NDArray[np.int64]


class Holder(NamedTuple):
    """A question whose id another one has too. is_made: its id was made from its texts."""

    position: Position
    question: Question
    is_made: bool
    is_usable: bool


def make_id(context: str, question: str) -> str:
    """Return an id made from the texts, so that it stays the same when questions are added."""
    return sha256(f"{context}\0{question}".encode(errors="surrogatepass")).hexdigest()[:24]


@dataclass
class MadeIds:
    """Which questions of a file have ids that were made, by their number in it."""

    questions: int = 0
    numbers: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, *, is_made: bool) -> None:
        """Count a question."""
        if is_made:
            self.numbers.append(self.questions)
        self.questions += 1

    def add_all(self, count: int, made: Iterable[int]) -> None:
        """Count the questions of a paragraph. made: the indices of those whose ids were made."""
        self.numbers.extend([self.questions + q for q in made])
        self.questions += count


def settle_ids(
    source: Document, made: Sequence[int], place: Places, faults: list[Fault], notes: NoteCollector
) -> Document:
    """Return a document with unique ids. made: the numbers of the questions whose ids were made.

    Adds the faults of the questions whose id another one has. Such a question gets a number: "q1#2".
    """
    hashes = hash_ids(source)
    ordered = np.sort(hashes)
    shared = frozenset(ordered[1:][ordered[1:] == ordered[:-1]].tolist())
    if not shared:
        return source
    holders = list(find_holders(source, shared, frozenset(made), merge_reasons(faults)))
    renamed = rename_holders(holders, ordered, place, faults, notes)
    return replace_ids(source, renamed)


def hash_ids(source: Document) -> Hashes:
    """Return the hash of each id; a set of the ids takes 60 times the memory."""
    hashes = array("q")
    for article in source.data:
        for paragraph in article.paragraphs:
            hashes.extend([hash(question.id) for question in paragraph.qas])
    return np.frombuffer(hashes, np.int64) if hashes else np.zeros(0, np.int64)


def find_holders(
    source: Document, shared: frozenset[int], made: frozenset[int], reasons: Mapping[Position, Reason]
) -> Iterator[Holder]:
    """Yield the questions whose ids have one of the hashes, in order."""
    number = 0
    for a, article in enumerate(source.data):
        for p, paragraph in enumerate(article.paragraphs):
            for q, question in enumerate(paragraph.qas):
                if hash(question.id) in shared:
                    position = Position(a, p, q)
                    yield Holder(position, question, number in made, not is_left_out(question, position, reasons))
                number += 1


def rename_holders(
    holders: Sequence[Holder], ordered: Hashes, place: Places, faults: list[Fault], notes: NoteCollector
) -> dict[Position, str]:
    """Return the new ids of the questions that do not keep theirs. ordered: the hashes of all ids of the file."""
    keepers: dict[str, Holder] = {}
    for holder in sorted(holders, key=lambda holder: not holder.is_usable):
        keepers.setdefault(holder.question.id, holder)
    renamed: dict[Position, str] = {}
    numbers: dict[str, int] = {}
    earlier: dict[str, Holder] = {}
    for holder in holders:
        id_, path = holder.question.id, place(*holder.position[:3])
        if holder is keepers[id_]:
            if id_ in earlier:
                notes.add(NoteKind.FREED_ID, path)
            earlier[id_] = holder
            continue
        if id_ in earlier and not holder.is_made:
            message = f"{cut(id_)!r} is already the id of {place(*earlier[id_].position[:3])}"
            faults.append(Fault(Reason.DUPLICATE_ID, holder.position, path, message))
        earlier.setdefault(id_, holder)
        renamed[holder.position] = find_free(id_, numbers, ordered)
    return renamed


def find_free(id_: str, numbers: dict[str, int], ordered: Hashes) -> str:
    """Return the id with the next number that gives an id which the file does not have."""
    while True:
        numbers[id_] = numbers.get(id_, 1) + 1
        free = f"{id_}#{numbers[id_]}"
        at = int(np.searchsorted(ordered, hash(free)))
        if at == len(ordered) or ordered[at] != hash(free):
            return free


def replace_ids(source: Document, renamed: Mapping[Position, str]) -> Document:
    """Return a document with other ids for some questions."""
    of_paragraph: dict[tuple[int, int], dict[int, str]] = {}
    for position, id_ in renamed.items():
        of_paragraph.setdefault(position[:2], {})[cast("int", position.question)] = id_
    articles = list(source.data)
    for (a, p), ids in of_paragraph.items():
        paragraphs = list(articles[a].paragraphs)
        questions = list(paragraphs[p].qas)
        for q, id_ in ids.items():
            questions[q] = replace(questions[q], id=id_)
        paragraphs[p] = replace(paragraphs[p], qas=tuple(questions))
        articles[a] = replace(articles[a], paragraphs=tuple(paragraphs))
    return replace(source, data=tuple(articles))
