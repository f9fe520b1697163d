"""Read the answers of a question from plain values, in all the ways in which files write them.

[{"text": "1612", "answer_start": 19}]                   SQuAD
{"text": ["1612"], "answer_start": [19]}                 tables, as `datasets` writes them
{"text": "1612", "answer_start": 19}                     one answer
["1612"], "1612"                                         texts without offsets
[{"text": "1612", "char_spans": [[19, 22]]}]             MRQA
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from spanferry.records import Field, Reason
from spanferry.squad.document import Answer
from spanferry.squad.fields import (
    ANSWER_ALIASES,
    Fields,
    Findings,
    find_text_problem,
    name_extra_keys,
    open_object,
    rename_keys,
)
from spanferry.squad.json_text import Doubled, cut, describe_value, fields_of
from spanferry.squad.notes import NoteKind
from spanferry.squad.offsets.places import find_only_place, find_places
from spanferry.squad.reading import Position

ANSWER_KEYS = frozenset({"text", "answer_start"})
MARKED_ANSWER_KEYS = ANSWER_KEYS | {"answer_category"}
MRQA_ANSWERS, MRQA_SPANS = "detected_answers", "char_spans"
MRQA_ANSWER_KEYS = frozenset({"text", MRQA_SPANS, "token_spans"})
SINGLE_ANSWERS = ("answer", "answer_text")
"""The names under which a question has one answer."""

NOT_GIVEN = "NOT_GIVEN"  # haystack's `answer_category` of a question without an answer
MIN_OFFSET, MAX_OFFSET = -(2**31), 2**31 - 1

_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,15})(?:\.0*)?\s*")


class AnswerSlot(NamedTuple):
    """An answer as a file has it. problem: the path and description of a wrong value. is_given: has text, right or not.

    is_marked_absent: its category says that the question has no answer.
    """

    answer: Answer
    path: str
    is_given: bool
    is_marked_absent: bool
    problem: tuple[str, str] | None


def find_answers_key(fields: Fields) -> str:
    """Return the key under which a question has its answers."""
    if MRQA_ANSWERS in fields:
        return MRQA_ANSWERS
    if "answers" in fields:
        return "answers"
    return next((key for key in SINGLE_ANSWERS if key in fields), "answers")


def answer_keys(fields: Fields, key: str) -> frozenset[str]:
    """Return the keys of a question that have its answers. Texts alone have their offsets beside them."""
    return frozenset({key, "answer_start"}) if has_offsets_beside(fields, key) else frozenset({key})


def has_offsets_beside(fields: Fields, key: str) -> bool:
    """Return whether the answers are a text, or a list of texts for which a list of offsets is beside it."""
    value = fields.get(key)
    if isinstance(value, list) and isinstance(fields.get("answer_start"), list):
        return all(isinstance(text, str) for text in cast("list[object]", value))
    return isinstance(value, str)


def read_answers(
    fields: Fields, key: str, field: Field, context: str, at: Position, path: str, found: Findings, *, is_row: bool
) -> list[AnswerSlot] | None:
    """Return the answers of a question as the file has them; None, with a fault, when they cannot be read.

    is_row: an object of lists is how tables write answers, and needs no note.
    """
    value = fields.get(key)
    if value is None:
        if key in fields:
            found.note(NoteKind.NULL, f"{path}.{key}", key)
        return []
    if key in SINGLE_ANSWERS:
        found.note(NoteKind.ANSWERS_NAME, path, key)
    if has_offsets_beside(fields, key):
        value = {"text": value} | {name: fields[name] for name in ("answer_start",) if name in fields}
    try:
        items = list_answers(value, f"{path}.{key}", found, is_row=is_row)
    except ValueError as error:
        found.malformed(at, f"{path}.{key}", str(error))
        return None
    slots: list[AnswerSlot] = []
    for n, item in enumerate(items):
        place = Position(at.article, at.paragraph, at.question, field, len(slots))
        slots += read_slots(item, context, place, f"{path}.{key}[{n}]", found)
    return slots


def list_answers(value: object, path: str, found: Findings, *, is_row: bool) -> Sequence[object]:
    """Return the answers as a list of objects, however they are grouped. Raises ValueError."""
    if isinstance(value, Doubled):
        raise ValueError(f"has the key {cut((value.differing + value.same)[0])!r} twice")
    if isinstance(value, list):
        items = cast("list[object]", value)
        only = items[0] if len(items) == 1 and not isinstance(items[0], Doubled) else None
        columns = fields_of(only) or {}
        if not all(isinstance(columns.get(key), list) for key in ANSWER_KEYS):
            return items
        value = columns
    if not isinstance(value, dict):
        raise ValueError(f"is {describe_value(value)}, not a list of answers")
    columns = cast("dict[str, object]", value)
    if columns and not isinstance(columns.get("text"), list):
        found.note(NoteKind.ANSWERS_OBJECT, path)
        return [columns]
    if not is_row:
        found.note(NoteKind.ANSWERS_COLUMNS, path)
    texts = cast("list[object]", columns.get("text", []))
    others = {key: cast("list[object]", items) for key, items in columns.items() if isinstance(items, list)}
    if wrong := next((key for key in ("answer_start", MRQA_SPANS) if len(others.get(key, texts)) != len(texts)), None):
        raise ValueError(f"has {len(texts):,} texts, but {len(others[wrong]):,} of {wrong}")
    usable = {key: items for key, items in others.items() if len(items) == len(texts)}
    for key in columns.keys() - usable.keys():
        found.note(NoteKind.EXTRA_KEY, path, key)
    return [{key: items[n] for key, items in usable.items()} for n in range(len(texts))]


def read_slots(item: object, context: str, at: Position, path: str, found: Findings) -> Iterator[AnswerSlot]:
    """Yield the answers of one object: one, or in MRQA's form one for each of its spans."""
    if isinstance(item, str):
        found.note(NoteKind.ANSWERS_TEXTS, path)
        item = {"text": item}
    item = rename_keys(item, path, found, ANSWER_ALIASES)
    fields = open_object(item, ANSWER_KEYS | {MRQA_SPANS}, at, path, found)
    if fields is None:
        yield AnswerSlot(Answer("", 0), path, True, False, None)
        return
    if MRQA_SPANS in fields and "answer_start" not in fields:
        yield from read_mrqa_slots(fields, context, path, found)
        return
    is_marked_absent = fields.get("answer_category") == NOT_GIVEN
    name_extra_keys(fields, MARKED_ANSWER_KEYS if is_marked_absent else ANSWER_KEYS, path, found)
    text, problem = read_answer_text(fields, path, found)
    is_given = problem is not None or bool(text.strip())
    answer = Answer("", 0)
    if is_given and problem is None:
        answer, message = read_place(text, fields, context, path, found)
        problem = (f"{path}.answer_start", message) if message else None
    yield AnswerSlot(answer, path, is_given, is_marked_absent, problem)


def read_place(text: str, fields: Fields, context: str, path: str, found: Findings) -> tuple[Answer, str]:
    """Return an answer, and what is wrong with its offset: "" when nothing is.

    Without an offset it is at the only place of its text.
    """
    given = fields.get("answer_start")
    if given is not None:
        start, message = read_offset(given, f"{path}.answer_start", found)
        return Answer("" if message else text, start), message
    if place := find_only_place(context, text):
        found.note(NoteKind.FOUND_OFFSET, path)
        return Answer(context[place.start : place.end], place.start), ""
    missing = "is null" if "answer_start" in fields else "is missing"
    return Answer("", 0), f"{missing}, and {describe_places(context, text)}"


def describe_places(context: str, text: str) -> str:
    """Say why a text has no only place in its context."""
    match len(find_places(context, text)):
        case 0:
            return "the text is not in the context"
        case 1:
            return "the text stands only within a word of the context"
        case number:
            return f"the text stands {number:,} times in the context"


def read_answer_text(fields: Fields, path: str, found: Findings) -> tuple[str, tuple[str, str] | None]:
    """Return the text of an answer, "" for null, and the path and description of what is wrong with it."""
    text = fields.get("text")
    if isinstance(text, int) and not isinstance(text, bool):
        found.note(NoteKind.NUMBER_TEXT, f"{path}.text")
        return str(text), None
    if text is None and "text" in fields:
        return "", None
    problem = find_text_problem(text) if "text" in fields else "is missing"
    return ("", (f"{path}.text", problem)) if problem else (cast("str", text), None)


def read_mrqa_slots(fields: Fields, context: str, path: str, found: Findings) -> Iterator[AnswerSlot]:
    """Yield the spans of a detected answer: `char_spans` has (first, last) characters, the last included.

    A span whose text differs from the answer's only in case or white space is read as the context has it.
    """
    name_extra_keys(fields, MRQA_ANSWER_KEYS, path, found)
    text, problem = read_answer_text(fields, path, found)
    spans = fields[MRQA_SPANS]
    if isinstance(spans, dict):  # as `datasets` stores them: {"start": [...], "end": [...]}
        columns = cast("dict[str, Any]", spans)
        edges = [columns.get(key) for key in ("start", "end")]
        spans = list(zip(*edges, strict=False)) if all(isinstance(edge, list) for edge in edges) else []
    if not isinstance(spans, list) or not spans:
        yield AnswerSlot(Answer(text, 0), path, True, False, problem or (f"{path}.{MRQA_SPANS}", "is no list of spans"))
        return
    for n, span in enumerate(cast("list[Any]", spans)):
        place = f"{path}.{MRQA_SPANS}[{n}]"
        wrong, start, as_written = problem, 0, text
        if isinstance(span, dict):  # as parquet stores them: {"start": 19, "end": 22}
            edges = cast("dict[str, Any]", span)
            span = [edges.get("start"), edges.get("end")]
        if not isinstance(span, list | tuple) or len(cast("list[Any]", span)) != 2:
            wrong = wrong or (place, "is no pair of offsets")
        else:
            (start, first), (last, second) = (read_offset(edge, place, found) for edge in cast("list[Any]", span))
            wrong = wrong or ((place, first or second) if first or second else None)
            piece = context[start : last + 1] if 0 <= start <= last else ""
            if piece != text and fold(piece) == fold(text):
                found.note(NoteKind.ANSWER_CASE, place)
                as_written = piece
        is_given = wrong is not None or bool(as_written.strip())
        yield AnswerSlot(Answer(as_written, start), place, is_given, False, wrong)


def fold(text: str) -> str:
    """Return a text without its case and white space."""
    return "".join(text.casefold().split())


def read_offset(value: object, path: str, found: Findings) -> tuple[int, str]:
    """Return an offset, and what is wrong with it: "" when nothing is."""
    if isinstance(value, str) and (match := _WHOLE_NUMBER.fullmatch(value)):
        found.note(NoteKind.OFFSET, path)
        value = int(match[1])
    elif isinstance(value, float) and value.is_integer():
        found.note(NoteKind.OFFSET, path)
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0, f"is {describe_value(value)}, not a whole number"
    if not MIN_OFFSET <= value <= MAX_OFFSET:
        return 0, f"is {describe_value(value)}, outside every text"
    return value, ""


def keep_slots(slots: Sequence[AnswerSlot], at: Position, field: Field, found: Findings) -> tuple[Answer, ...]:
    """Return the answers, with a fault for each that is wrong or empty. at: the position of the question."""
    for n, slot in enumerate(slots):
        if slot.problem:
            found.malformed(at._replace(field=field, answer=n), *slot.problem)
        elif not slot.is_given:
            found.fault(Reason.EMPTY_ANSWER, at._replace(field=field, answer=n), slot.path)
    return tuple(slot.answer for slot in slots)
