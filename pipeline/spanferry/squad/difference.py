"""Find the difference between two versions of a corpus: gained, lost and changed questions, and moved spans.

    two SQuAD files or folders ──read_version()──> two Versions ──compare_versions()──> Difference

Questions of the two versions are matched by id.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.squad.document import Answer, iterate_questions
from spanferry.squad.reader import SUFFIXES, NotSquad, find_squad_files, read_document, suffix_of

SPLIT_WORDS = {"train": "train", "dev": "dev", "validation": "dev", "test": "test"}
"""Words in a file's name -> its split."""


class ChangeKind(StrEnum):
    """The kinds of difference between two versions of a question."""

    ANSWERABLE = "answerable"  # it has answers in one version only
    QUESTION = "question"  # its text
    CONTEXT = "context"
    ANSWERS = "answers"  # the texts of its answers, or of its plausible answers
    SPANS = "spans"  # same answers, same context, other offsets
    SPLIT = "split"


class QuestionVersion(Struct, frozen=True):
    """A question in one version, with its answers, or its plausible answers when it has no answers."""

    split: str
    """"" where a single file was given."""

    question: str
    context: str
    impossible: bool
    answers: tuple[Answer, ...]


Version = dict[str, QuestionVersion]
"""A corpus: question id -> question."""


class Change(Struct, frozen=True, rename={"kinds": "what"}):
    """A question that differs between two versions."""

    id: str
    kinds: tuple[ChangeKind, ...]
    before: QuestionVersion
    after: QuestionVersion


class Difference(Struct, frozen=True):
    """The difference between two versions.

    gained, lost: question ids, in the order of the version that has them. changed: the questions that both versions
    have, but not alike. same: the number of questions that are equal in both.
    """

    gained: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[Change, ...]
    same: int


def compare_versions(before: Version, after: Version) -> Difference:
    """Return the difference between two versions."""
    shared = [id_ for id_ in before if id_ in after]
    changes = (Change(id_, tuple(find_changes(before[id_], after[id_])), before[id_], after[id_]) for id_ in shared)
    changed = tuple(change for change in changes if change.kinds)
    return Difference(
        gained=tuple(id_ for id_ in after if id_ not in before),
        lost=tuple(id_ for id_ in before if id_ not in after),
        changed=changed,
        same=len(shared) - len(changed),
    )


def find_changes(before: QuestionVersion, after: QuestionVersion) -> Iterator[ChangeKind]:
    """Yield the kinds of difference between two versions of a question."""
    if before.split and after.split and before.split != after.split:
        yield ChangeKind.SPLIT
    if before.impossible != after.impossible:
        yield ChangeKind.ANSWERABLE
    if before.question != after.question:
        yield ChangeKind.QUESTION
    if before.context != after.context:
        yield ChangeKind.CONTEXT
    if [answer.text for answer in before.answers] != [answer.text for answer in after.answers]:
        yield ChangeKind.ANSWERS
    elif before.context == after.context and before.answers != after.answers:
        yield ChangeKind.SPANS


def read_version(path: Path, say: Callable[[str], None] = lambda _: None) -> Version:
    """Read the questions of a file or folder. From a folder, read the JSON files; if it has none, the others.

    say: called with lines about what the reader repairs and leaves out. Raises InputError when a file cannot be read,
    and when two files have the same id.
    """
    if not path.is_dir():
        return dict(_read_questions(path, "", say))
    version: Version = {}
    files = find_squad_files(path)
    for suffix in SUFFIXES:
        for file in (file for file in files if suffix_of(file) == suffix):
            try:
                for id_, question in _read_questions(file, split_from_name(file), say):
                    if id_ in version:
                        raise InputError(f"{file}: the id {id_!r} is also in {version[id_].split or 'another file'}")
                    version[id_] = question
            except NotSquad:
                continue
        if version:
            return version
    raise InputError(f"{path}: no SQuAD file in it (.json, .jsonl or .parquet)")


def split_from_name(path: Path) -> str:
    """Return the split that a file's name contains, or the name without suffix when it contains none."""
    words = path.stem.replace("-", "_").split("_")
    return next((SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS), path.stem)


def _read_questions(path: Path, split: str, say: Callable[[str], None]) -> Iterator[tuple[str, QuestionVersion]]:
    """Yield the questions of a file, each with its id. Raises InputError."""
    reading = read_document(path)
    for line in reading.describe():
        say(f"{path}: {line}")
    for _, _, paragraph, question in iterate_questions(reading.repaired_document):
        answers = question.answers or question.plausible
        yield question.id, QuestionVersion(split, question.question, paragraph.context, question.impossible, answers)
