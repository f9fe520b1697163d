"""What changed between two versions of a corpus: questions gained, lost and changed, spans moved.

    SQuAD file or folder, twice ──> Difference

Versions are matched by question id.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.squad import Answer
from spanferry.squad.validation.sources import NotSquad, opened
from spanferry.squad.validation.validator import squad_files

SPLITS = {"train": "train", "dev": "dev", "validation": "dev", "test": "test"}
"""Words in a file's name that tell its split."""


class What(StrEnum):
    ANSWERABLE = "answerable"  # it had answers and has none now, or the other way round
    QUESTION = "question"  # its text
    CONTEXT = "context"
    ANSWERS = "answers"  # the texts of its answers, or of its plausible ones
    SPANS = "spans"  # the same answers in the same context, elsewhere
    SPLIT = "split"


class Held(Struct, frozen=True):
    """A question as a version holds it."""

    split: str
    """"" in a file that was given by itself."""

    question: str
    context: str
    impossible: bool
    answers: tuple[Answer, ...]


class Change(Struct, frozen=True):
    id: str
    what: tuple[What, ...]
    before: Held
    after: Held


class Difference(Struct, frozen=True):
    """gained, lost: ids, in the order of the version that has them. changed: of questions that both have."""

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[Change, ...]
    same: int


def compare(before: dict[str, Held], after: dict[str, Held]) -> Difference:
    shared = [id_ for id_ in before if id_ in after]
    changes = (Change(id_, tuple(changed(before[id_], after[id_])), before[id_], after[id_]) for id_ in shared)
    differing = tuple(change for change in changes if change.what)
    return Difference(
        gained=tuple(id_ for id_ in after if id_ not in before),
        lost=tuple(id_ for id_ in before if id_ not in after),
        changed=differing,
        same=len(shared) - len(differing),
    )


def changed(before: Held, after: Held) -> Iterator[What]:
    """In what two versions of a question differ."""
    if before.split and after.split and before.split != after.split:
        yield What.SPLIT
    if before.impossible != after.impossible:
        yield What.ANSWERABLE
    if before.question != after.question:
        yield What.QUESTION
    if before.context != after.context:
        yield What.CONTEXT
    if [answer.text for answer in before.answers] != [answer.text for answer in after.answers]:
        yield What.ANSWERS
    elif before.context == after.context and before.answers != after.answers:
        yield What.SPANS


def read(path: Path) -> dict[str, Held]:
    """Question id -> what a file or folder holds of it. Of a folder: its JSON files, its parquet files if it has none.

    Raises InputError: unreadable, malformed, or an id twice.
    """
    if not path.is_dir():
        return dict(_questions(path, ""))
    held: dict[str, Held] = {}
    for suffix in (".json", ".parquet"):
        for file in (file for file in squad_files(path) if file.suffix == suffix):
            try:
                for id_, question in _questions(file, split_of(file)):
                    if id_ in held:
                        raise InputError(f"{file}: {id_!r} stands in {held[id_].split or 'another file'} too")
                    held[id_] = question
            except NotSquad:
                continue
        if held:
            return held
    raise InputError(f"{path}: no SQuAD file in it (.json or .parquet)")


def split_of(path: Path) -> str:
    """The split that a file's name tells; the name where it tells none."""
    words = path.stem.replace("-", "_").split("_")
    return next((SPLITS[word] for word in words if word in SPLITS), path.stem)


def _questions(path: Path, split: str) -> Iterator[tuple[str, Held]]:
    seen: set[str] = set()
    for piece in opened(path).pieces():
        if piece.malformed:
            place, told = piece.malformed[0]
            raise InputError(f"{path}: {place}: {told}; `spanferry validate` tells all of it")
        for paragraph in piece.article.paragraphs:
            for question in paragraph.qas:
                if question.id in seen:
                    raise InputError(f"{path}: the id {question.id!r} stands there twice")
                seen.add(question.id)
                answers = question.answers or question.plausible
                yield question.id, Held(split, question.question, paragraph.context, question.impossible, answers)
