"""Read questions from plain values, in all the ways in which files write them.

    {"id": 262, "answers": {"text": ["x"], "answer_start": ["3"]}} ──read_question──> Question, notes, faults

A value that is written otherwise is repaired, with a note. A value that is missing or wrong is a fault, and a
placeholder takes its place. `answers` reads the answers.
"""

from collections.abc import Mapping
from typing import Any, cast

from msgspec import UNSET, UnsetType

from spanferry.records import Field, Reason
from spanferry.squad.answers import (
    AnswerSlot,
    answer_keys,
    find_answers_key,
    keep_slots,
    read_answers,
)
from spanferry.squad.document import Answer, Question
from spanferry.squad.fields import Fields, Findings, find_text_problem, name_extra_keys, open_object, rename_keys
from spanferry.squad.ids import make_id
from spanferry.squad.json_text import describe_value, fields_of
from spanferry.squad.notes import NoteKind
from spanferry.squad.reading import Position

QUESTION_KEYS = frozenset({"id", "question", "answers", "is_impossible", "plausible_answers"})
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_question(
    value: object, context: str, at: Position, path: str, found: Findings, *, row_keys: frozenset[str] | None = None
) -> Question:
    """Read a question. at, path: its position in the document and its place in the file.

    row_keys: the further keys of the row of a table; None for a question of a SQuAD file. Tables often have no
    `is_impossible`: a question without answers is unanswerable there.
    """
    value = rename_keys(value, path, found)
    given = fields_of(value) or {}
    key = find_answers_key(given)
    own_keys = QUESTION_KEYS | answer_keys(given, key)
    fields = open_object(value, own_keys, at, path, found)
    if fields is None:
        return Question(add_made_id(context, "", found), "", ())
    text = read_text(fields, "question", at, path, found)
    if text is not None and not text.strip():
        found.fault(Reason.EMPTY_QUESTION, at, path)
    id_ = read_id(fields, context, text or "", at, path, found)
    flag = read_flag(fields, at, path, found)
    is_row = row_keys is not None
    slots = read_answers(fields, key, Field.ANSWERS, context, at, path, found, is_row=is_row)
    has_column = key in fields
    name_extra_keys(fields, own_keys | (row_keys or frozenset()), path, found)
    if slots is None:
        return Question(id_, text or "", (), flag)
    flag, slots = settle_answerable(flag, slots, path, found)
    if flag is UNSET and is_row and has_column and not slots:
        flag = True
    if not has_column and flag is True:
        found.note(NoteKind.NO_ANSWERS, path)
    if flag is not True and not slots:
        found.fault(Reason.ANSWERABLE_WITHOUT_ANSWERS, at, path, "" if has_column else "has no `answers`")
    if flag is True and slots:
        found.fault(Reason.IMPOSSIBLE_WITH_ANSWERS, at, path)
    answers = keep_slots(slots, at, Field.ANSWERS, found)
    plausible = read_plausible(fields, flag is True, context, at, path, found, is_row=is_row)
    return Question(id_, text or "", answers, flag, plausible)


def read_text(fields: Fields, key: str, at: Position | None, path: str, found: Findings) -> str | None:
    """Return a text. None, with a fault, when it is missing or no text that can be used."""
    value = fields.get(key)
    problem = find_text_problem(value) if key in fields else "is missing"
    if problem:
        found.malformed(at, f"{path}.{key}", problem)
        return None
    return cast("str", value)


def read_title(fields: Mapping[str, Any], path: str, found: Findings) -> str:
    """Return the title, "" where there is none that can be used."""
    title = fields.get("title", "")
    if title is None:
        found.note(NoteKind.NULL, f"{path}.title", "title")
        return ""
    if isinstance(title, int) and not isinstance(title, bool):
        found.note(NoteKind.NUMBER_TEXT, f"{path}.title")
        return str(title)
    if find_text_problem(title):
        found.note(NoteKind.TITLE, f"{path}.title")
        return ""
    return cast("str", title)


def read_id(fields: Fields, context: str, question: str, at: Position, path: str, found: Findings) -> str:
    """Return the id of a question: made where it is missing. Another question may have the same; see `settle_ids`."""
    value = fields.get("id")
    if value is None or value == "":
        found.note(NoteKind.MADE_ID, path)
        return add_made_id(context, question, found)
    if isinstance(value, int | float) and not isinstance(value, bool):
        found.note(NoteKind.NUMBER_ID, f"{path}.id")
        value = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if problem := find_text_problem(value):
        found.malformed(at, f"{path}.id", problem)
        return add_made_id(context, question, found)
    found.ids.add(is_made=False)
    return cast("str", value)


def add_made_id(context: str, question: str, found: Findings) -> str:
    """Make the id of a question, and count the question."""
    found.ids.add(is_made=True)
    return make_id(context, question)


def read_flag(fields: Fields, at: Position, path: str, found: Findings) -> bool | UnsetType:
    """Return `is_impossible`."""
    value = fields.get("is_impossible", UNSET)
    if value is UNSET or isinstance(value, bool):
        return value
    if value is None:
        found.note(NoteKind.NULL, f"{path}.is_impossible", "is_impossible")
        return UNSET
    flag = BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None
    if isinstance(value, int | float) and value in (0, 1):
        flag = value == 1
    if flag is None:
        found.malformed(at, f"{path}.is_impossible", f"is {describe_value(value)}, not true or false")
        return UNSET
    found.note(NoteKind.BOOLEAN, f"{path}.is_impossible")
    return flag


def settle_answerable(
    flag: bool | UnsetType, slots: list[AnswerSlot], path: str, found: Findings
) -> tuple[bool | UnsetType, list[AnswerSlot]]:
    """Leave the answers without text of an unanswerable question out.

    A question is unanswerable when `is_impossible` or the category of all its answers says so. That its answers have no
    text says nothing: test sets are published so.
    """
    without = [slot for slot in slots if not slot.is_given]
    if not without:
        return flag, slots
    if all(slot.is_marked_absent and not slot.is_given for slot in slots):
        flag = True
    if flag is not True:
        return flag, slots
    for slot in without:
        found.note(NoteKind.NO_ANSWER_GIVEN, slot.path)
    return flag, [slot for slot in slots if slot.is_given]


def read_plausible(
    fields: Fields, is_impossible: bool, context: str, at: Position, path: str, found: Findings, *, is_row: bool
) -> tuple[Answer, ...] | UnsetType:
    """Return the plausible answers; only an unanswerable question has them."""
    key = "plausible_answers"
    if fields.get(key, None) is None:
        if key in fields:
            found.note(NoteKind.NULL, f"{path}.{key}", key)
        return UNSET
    if not is_impossible:
        if fields[key]:
            found.note(NoteKind.PLAUSIBLE, path)
        return UNSET
    slots = read_answers(fields, key, Field.PLAUSIBLE, context, at, path, found, is_row=is_row)
    return UNSET if slots is None else keep_slots(slots, at, Field.PLAUSIBLE, found)
