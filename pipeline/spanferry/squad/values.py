"""Read questions and answers from plain values, in all the ways in which files write them.

    {"id": 262, "answers": {"text": ["x"], "answer_start": ["3"]}} ──read_question──> Question, notes, faults

A value that is written otherwise is repaired, with a note. A value that is missing or wrong is a fault, and a
placeholder takes its place.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, NamedTuple, cast

from msgspec import UNSET, UnsetType

from spanferry.records import Field, Reason
from spanferry.squad.document import MAX_TEXT_LENGTH, Answer, Question
from spanferry.squad.json_text import Doubled, cut, describe_value, fields_of
from spanferry.squad.notes import NoteCollector, NoteKind
from spanferry.squad.reading import Fault, Position
from spanferry.surrogates import has_surrogate

QUESTION_KEYS = frozenset({"id", "question", "answers", "is_impossible", "plausible_answers"})
ANSWER_KEYS = frozenset({"text", "answer_start"})
MARKED_ANSWER_KEYS = ANSWER_KEYS | {"answer_category"}
ID_KEYS = ("id", "qid")
"""The names of a question's id; `qid` is that of MRQA."""

MRQA_ANSWERS, MRQA_SPANS, SINGLE_ANSWER = "detected_answers", "char_spans", "answer"
NOT_GIVEN = "NOT_GIVEN"  # haystack's `answer_category` of a question without an answer
MIN_OFFSET, MAX_OFFSET = -(2**31), 2**31 - 1
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}

Fields = Mapping[str, Any]
_WHOLE_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,15})(?:\.0*)?\s*")


@dataclass
class Findings:
    """What is found while one file is read. ids: the id of each question so far -> its path."""

    notes: NoteCollector = field(default_factory=NoteCollector)
    faults: list[Fault] = field(default_factory=list[Fault])
    ids: dict[str, str] = field(default_factory=dict[str, str])

    def note(self, kind: NoteKind, path: str, subject: str = "") -> None:
        """Count what was repaired or ignored."""
        self.notes.add(kind, path, subject)

    def fault(self, reason: Reason, at: Position | None, path: str, message: str = "") -> None:
        """Add something wrong."""
        self.faults.append(Fault(reason, at, path, message))

    def malformed(self, at: Position | None, path: str, message: str) -> None:
        """Add a value that is missing or of the wrong type."""
        self.fault(Reason.MALFORMED, at, path, message)


class AnswerSlot(NamedTuple):
    """An answer as a file has it. problem: the path and description of a wrong value. is_given: has text, right or not.

    is_marked_absent: its category says that the question has no answer.
    """

    answer: Answer
    path: str
    is_given: bool
    is_marked_absent: bool
    problem: tuple[str, str] | None


def read_question(
    value: object, context: str, at: Position, path: str, found: Findings, *, row_keys: frozenset[str] | None = None
) -> Question:
    """Read a question. at, path: its position in the document and its place in the file.

    row_keys: the further keys of the row of a table; None for a question of a SQuAD file. Tables often have no
    `is_impossible`: a question without answers is unanswerable there.
    """
    fields = open_object(value, QUESTION_KEYS, at, path, found)
    if fields is None:
        return Question(make_id(context, "", path, found), "", ())
    text = read_text(fields, "question", at, path, found)
    if text is not None and not text.strip():
        found.fault(Reason.EMPTY_QUESTION, at, path)
    id_ = read_id(fields, context, text or "", at, path, found)
    flag = read_flag(fields, at, path, found)
    key = find_answers_key(fields)
    is_row = row_keys is not None
    slots = read_answers(fields, key, Field.ANSWERS, context, at, path, found, is_row=is_row)
    has_column = key in fields
    own_keys = {key, "answer_start"} if key == SINGLE_ANSWER else {key}
    name_extra_keys(fields, QUESTION_KEYS | own_keys | {*ID_KEYS} | (row_keys or frozenset()), path, found)
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


def open_object(
    value: object, needed: frozenset[str], at: Position | None, path: str, found: Findings
) -> dict[str, Any] | None:
    """Return the fields of a JSON object; None, with a fault, when it is none.

    A key of `needed` that occurs twice with different values is a fault too: only one of them would be read.
    """
    if isinstance(value, Doubled):
        for key in value.same:
            found.note(NoteKind.SAME_TWICE, path, key)
        for key in value.differing:
            if key in needed:
                found.malformed(at, path, f"has the key {key!r} twice, with different values")
    fields = fields_of(value)
    if fields is None:
        found.malformed(at, path, f"is {describe_value(value)}, not an object")
    return fields


def name_extra_keys(fields: Fields, known: frozenset[str], path: str, found: Findings) -> None:
    """Note the keys that are not read."""
    if fields.keys() <= known:
        return
    for key in fields:
        if key not in known:
            found.note(NoteKind.EXTRA_KEY, path, key)


def read_text(fields: Fields, key: str, at: Position | None, path: str, found: Findings) -> str | None:
    """Return a text. None, with a fault, when it is missing or no text that can be used."""
    value = fields.get(key)
    problem = find_text_problem(value) if key in fields else "is missing"
    if problem:
        found.malformed(at, f"{path}.{key}", problem)
        return None
    return cast("str", value)


def find_text_problem(value: object) -> str | None:
    """Return what is wrong with a value that must be a text, None when nothing is."""
    if not isinstance(value, str):
        return f"is {describe_value(value)}, not a text"
    if len(value) > MAX_TEXT_LENGTH:
        return f"has more than {MAX_TEXT_LENGTH:,} characters"
    return "has a lone surrogate, which is no character" if has_surrogate(value) else None


def read_title(fields: Fields, path: str, found: Findings) -> str:
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
    """Return the id of a question: made where it is missing, extended where an earlier question has it."""
    key = next((key for key in ID_KEYS if key in fields), "id")
    value = fields.get(key)
    if value is None or value == "":
        found.note(NoteKind.MADE_ID, path)
        return make_id(context, question, path, found)
    if isinstance(value, int | float) and not isinstance(value, bool):
        found.note(NoteKind.NUMBER_ID, f"{path}.{key}")
        value = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if problem := find_text_problem(value):
        found.malformed(at, f"{path}.{key}", problem)
        return make_id(context, question, path, found)
    id_ = cast("str", value)
    if first := found.ids.get(id_):
        found.fault(Reason.DUPLICATE_ID, at, path, f"{cut(id_)!r} is already the id of {first}")
        return claim_id(id_, path, found)
    found.ids[id_] = path
    return id_


def make_id(context: str, question: str, path: str, found: Findings) -> str:
    """Return an id made from the texts, so that it stays the same when questions are added."""
    content = f"{context}\0{question}".encode(errors="surrogatepass")
    return claim_id(sha256(content).hexdigest()[:24], path, found)


def claim_id(id_: str, path: str, found: Findings) -> str:
    """Return the id, with a number if an earlier question has it."""
    number, unique = 1, id_
    while unique in found.ids:
        number += 1
        unique = f"{id_}#{number}"
    found.ids[unique] = path
    return unique


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


def find_answers_key(fields: Fields) -> str:
    """Return the key under which a question has its answers."""
    if MRQA_ANSWERS in fields:
        return MRQA_ANSWERS
    return SINGLE_ANSWER if SINGLE_ANSWER in fields and "answers" not in fields else "answers"


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
    if key == SINGLE_ANSWER:
        found.note(NoteKind.ANSWERS_NAME, path, SINGLE_ANSWER)
        if isinstance(value, str):
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
        return cast("list[object]", value)
    if not isinstance(value, dict):
        raise ValueError(f"is {describe_value(value)}, not a list of answers")
    columns = cast("dict[str, object]", value)
    if not isinstance(columns.get("text"), list):
        found.note(NoteKind.ANSWERS_OBJECT, path)
        return [columns]
    if not is_row:
        found.note(NoteKind.ANSWERS_COLUMNS, path)
    texts = cast("list[object]", columns["text"])
    others = {key: cast("list[object]", items) for key, items in columns.items() if isinstance(items, list)}
    if wrong := next((key for key in ("answer_start", MRQA_SPANS) if len(others.get(key, texts)) != len(texts)), None):
        raise ValueError(f"has {len(texts):,} texts, but {len(others[wrong]):,} of {wrong}")
    usable = {key: items for key, items in others.items() if len(items) == len(texts)}
    for key in columns.keys() - usable.keys():
        found.note(NoteKind.EXTRA_KEY, path, key)
    return [{key: items[n] for key, items in usable.items()} for n in range(len(texts))]


def read_slots(item: object, context: str, at: Position, path: str, found: Findings) -> Iterator[AnswerSlot]:
    """Yield the answers of one object: one, or in MRQA's form one for each of its spans."""
    fields = open_object(item, ANSWER_KEYS, at, path, found)
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
    start = 0
    if is_given and problem is None:
        start, message = read_offset(fields.get("answer_start"), path, found)
        if message:
            problem = f"{path}.answer_start", message if "answer_start" in fields else "is missing"
    yield AnswerSlot(Answer("" if problem else text, start), path, is_given, is_marked_absent, problem)


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
    name_extra_keys(fields, frozenset({"text", MRQA_SPANS, "token_spans"}), path, found)
    text, problem = read_answer_text(fields, path, found)
    spans = fields[MRQA_SPANS]
    if isinstance(spans, dict):  # as `datasets` stores them: {"start": [...], "end": [...]}
        columns = cast("dict[str, Any]", spans)
        spans = list(zip(columns.get("start") or (), columns.get("end") or (), strict=False))
    if not isinstance(spans, list) or not spans:
        yield AnswerSlot(Answer(text, 0), path, True, False, problem or (f"{path}.{MRQA_SPANS}", "is no list of spans"))
        return
    for n, span in enumerate(cast("list[Any]", spans)):
        place = f"{path}.{MRQA_SPANS}[{n}]"
        wrong, start, as_written = problem, 0, text
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
        found.note(NoteKind.OFFSET, f"{path}.answer_start")
        value = int(match[1])
    elif isinstance(value, float) and value.is_integer():
        found.note(NoteKind.OFFSET, f"{path}.answer_start")
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return 0, f"is {describe_value(value)}, not a whole number"
    if not MIN_OFFSET <= value <= MAX_OFFSET:
        return 0, f"is {describe_value(value)}, outside every text"
    return value, ""


def settle_answerable(
    flag: bool | UnsetType, slots: list[AnswerSlot], path: str, found: Findings
) -> tuple[bool | UnsetType, list[AnswerSlot]]:
    """Decide what answers without text mean: that the question is unanswerable, unless it is said to have an answer."""
    without = [slot for slot in slots if not slot.is_given]
    if not without:
        return flag, slots
    if len(without) == len(slots) and (flag is not False or all(slot.is_marked_absent for slot in slots)):
        flag = True
    if flag is not True:
        return flag, slots
    for slot in without:
        found.note(NoteKind.NO_ANSWER_GIVEN, slot.path)
    return flag, [slot for slot in slots if slot.is_given]


def keep_slots(slots: Sequence[AnswerSlot], at: Position, field: Field, found: Findings) -> tuple[Answer, ...]:
    """Return the answers, with a fault for each that is wrong or empty. at: the position of the question."""
    for n, slot in enumerate(slots):
        if slot.problem:
            found.malformed(at._replace(field=field, answer=n), *slot.problem)
        elif not slot.is_given:
            found.fault(Reason.EMPTY_ANSWER, at._replace(field=field, answer=n), slot.path)
    return tuple(slot.answer for slot in slots)


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
