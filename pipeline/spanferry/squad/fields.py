"""The fields of JSON objects: their names, what is found in them, and the texts among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from spanferry.records import Reason
from spanferry.squad.document import MAX_TEXT_LENGTH
from spanferry.squad.ids import MadeIds
from spanferry.squad.json_text import Doubled, describe_value, fields_of
from spanferry.squad.notes import NoteCollector, NoteKind
from spanferry.squad.reading import Fault, Position
from spanferry.surrogates import has_surrogate

Fields = Mapping[str, Any]


def capitalised(*keys: str) -> dict[str, str]:
    """Return {another spelling: key} for keys that a file may write with capital letters."""
    return {spelling: key for key in keys for spelling in (key.capitalize(), key.title(), key.upper())}


MRQA_ID = "qid"
ALIASES = {
    **capitalised("title", "paragraphs", "context", "qas", "id", "question", "answers"),
    **capitalised("is_impossible", "plausible_answers"),
    "QAs": "qas",
    MRQA_ID: "id",
    "query_id": "id",  # CMRC
    "guid": "id",  # KLUE
    "query_text": "question",
    "context_text": "context",
}
"""Other names of SQuAD's keys."""

ANSWER_ALIASES = capitalised("text", "answer_start")
"""Other names of the keys of an answer."""


@dataclass
class Findings:
    """What is found while one file is read."""

    notes: NoteCollector = field(default_factory=NoteCollector)
    faults: list[Fault] = field(default_factory=list[Fault])
    ids: MadeIds = field(default_factory=MadeIds)

    def note(self, kind: NoteKind, path: str, subject: str = "") -> None:
        """Count what was repaired or ignored."""
        self.notes.add(kind, path, subject)

    def fault(self, reason: Reason, at: Position | None, path: str, message: str = "") -> None:
        """Add something wrong."""
        self.faults.append(Fault(reason, at, path, message))

    def malformed(self, at: Position | None, path: str, message: str) -> None:
        """Add a value that is missing or of the wrong type."""
        self.fault(Reason.MALFORMED, at, path, message)


def rename_keys(value: object, path: str, found: Findings, aliases: Mapping[str, str] = ALIASES) -> object:
    """Return a JSON object with SQuAD's names of its keys, and with columns such as `answers.text` nested.

    aliases: {another name: key}.

    >>> rename_keys({"qid": "q1", "answers.text": ["x"], "answers.answer_start": [3]}, "row 0", Findings())
    {'id': 'q1', 'answers': {'text': ['x'], 'answer_start': [3]}}
    """
    fields = fields_of(value)
    if fields is None or (fields.keys().isdisjoint(aliases) and not any("." in key for key in fields)):
        return value
    names: dict[str, str] = {}
    for key, name in aliases.items():
        if key in fields and name not in fields and name not in names.values():
            names[key] = name
    for key, name in names.items():
        if key != MRQA_ID:
            found.note(NoteKind.OTHER_NAME, path, f"{key} for {name}")
    renamed = nest_columns({names.get(key, key): item for key, item in fields.items()})
    if not isinstance(value, Doubled):
        return renamed
    new_names = {key: name if (name := names.get(key, key)) in renamed else name.partition(".")[0] for key in fields}
    return Doubled(renamed, [new_names[key] for key in value.differing], [new_names[key] for key in value.same])


def nest_columns(fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields with columns such as `answers.text`, as `Dataset.flatten` names them, as objects."""
    nested: dict[str, Any] = {}
    for key, value in fields.items():
        outer, dot, inner = key.partition(".")
        if dot and outer not in fields and isinstance(column := nested.setdefault(outer, {}), dict):
            column[inner] = value
        else:
            nested[key] = value
    return nested


def open_object(
    value: object, needed: frozenset[str], at: Position | None, path: str, found: Findings
) -> dict[str, Any] | None:
    """Return the fields of a JSON object; None, with a fault, when it is none.

    A key of `needed` that occurs twice with different values is a fault too: only one of them would be read. Of two
    titles the last is read.
    """
    if isinstance(value, Doubled):
        for key in value.same:
            found.note(NoteKind.SAME_TWICE, path, key)
        for key in value.differing:
            if key in needed:
                found.malformed(at, path, f"has the key {key!r} twice, with different values")
            elif key == "title":
                found.note(NoteKind.LAST_OF_TWO, path, key)
    fields = fields_of(value)
    if fields is None:
        found.malformed(at, path, f"is {describe_value(value)}, not an object")
    return fields


def list_items(value: object, path: str, found: Findings) -> list[object] | None:
    """Return a list of objects, which may be a single object; None for anything else."""
    if isinstance(value, list):
        return cast("list[object]", value)
    if fields_of(value) is None:
        return None
    found.note(NoteKind.ONE_ITEM, path)
    return [value]


def name_extra_keys(fields: Fields, known: frozenset[str], path: str, found: Findings) -> None:
    """Note the keys that are not read."""
    if fields.keys() <= known:
        return
    for key in fields:
        if key not in known:
            found.note(NoteKind.EXTRA_KEY, path, key)


def find_text_problem(value: object) -> str | None:
    """Return what is wrong with a value that must be a text, None when nothing is."""
    if not isinstance(value, str):
        return f"is {describe_value(value)}, not a text"
    if len(value) > MAX_TEXT_LENGTH:
        return f"has more than {MAX_TEXT_LENGTH:,} characters"
    return "has a lone surrogate, which is no character" if has_surrogate(value) else None
