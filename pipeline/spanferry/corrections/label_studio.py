"""Read the exports of Label Studio (JSON and JSON-MIN) of the tasks that `report.review_tasks` writes.

In JSON a task has annotations, and each has results with the name of their control. In JSON-MIN each annotation is an
object with the data of its task, and the values of its controls by their names. A single choice or text stands there
without the list around it.

Label Studio counts code points since version 1.5. Before, it counted UTF-16 units, and counts of both kinds occur in
one project. The text beside the position tells which it is; in it, Label Studio writes line ends as \\n.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from spanferry.corrections.editing import Edit
from spanferry.corrections.files import Order, PlacedItem, ReviewedItem, SelectedSpan
from spanferry.errors import InputError, plain_problem
from spanferry.records import Span, Split, Verdict

SPAN, VERDICT, QUESTION, CONTEXT = "answer_span", "verdict", "corrected_question", "corrected_paragraph"
"""The names of the controls: Labels, Choices, TextArea, TextArea."""

LABEL = "answer"

_LINE_END = re.compile(r"\\n|[\r\n]")


class TaskData(Struct, frozen=True):
    """The data of a task. What is not read back is left out.

    target, translation: the paragraph and the question in the target language, as the reviewer saw them.
    """

    split: Split
    question_id: str
    seen: str
    order: Order
    target: str
    translation: str


class Result(Struct, frozen=True):
    """A value of a control in JSON."""

    value: dict[str, Any] = {}
    from_name: str = ""


class Annotation(Struct, frozen=True):
    """What one person says about a task. was_cancelled: the person skipped it."""

    result: tuple[Result, ...] = ()
    was_cancelled: bool = False


class Task(Struct, frozen=True):
    """A task in JSON."""

    data: TaskData
    annotations: tuple[Annotation, ...] = ()


class Region(Struct, frozen=True):
    """A marked span, with or without its text."""

    start: int
    end: int
    text: str | None = None


class Answers(Struct, frozen=True, kw_only=True):
    """The values of all controls in one annotation."""

    regions: tuple[Region, ...] = ()
    choices: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()


def is_export(raw: bytes) -> bool:
    """Return whether a file may be an export of Label Studio: a JSON list."""
    return raw.lstrip()[:1] == b"["


def read_export(raw: bytes, location: str) -> Iterator[PlacedItem]:
    """Yield the items of an export. location: its name in messages. Raises InputError and msgspec.DecodeError."""
    for n, entry in enumerate(msgspec.json.decode(raw, type=list[dict[str, Any]]), 1):
        place = f"{location} task {n}"
        try:
            if "annotations" in entry:
                task = msgspec.convert(entry, Task)
                given = [annotation_answers(each) for each in task.annotations if not each.was_cancelled]
                data = task.data
            else:
                data, given = msgspec.convert(entry, TaskData), [min_answers(entry)]
        except msgspec.ValidationError as error:
            raise InputError(
                f"{place}: not from the tasks of `spanferry review`: {plain_problem(str(error))}"
            ) from error
        for answers in given:
            yield PlacedItem(location, place, data.order == "random", reviewed_item(place, data, answers))


def annotation_answers(annotation: Annotation) -> Answers:
    """Return the values of an annotation in JSON."""

    def of(name: str) -> list[dict[str, Any]]:
        return [result.value for result in annotation.result if result.from_name == name]

    return Answers(
        regions=msgspec.convert(of(SPAN), tuple[Region, ...]),
        choices=join_texts(of(VERDICT), "choices"),
        questions=join_texts(of(QUESTION), "text"),
        contexts=join_texts(of(CONTEXT), "text"),
    )


def min_answers(entry: dict[str, Any]) -> Answers:
    """Return the values of an annotation in JSON-MIN."""

    def of(name: str, key: str) -> tuple[str, ...]:
        values = as_list(entry.get(name, ()))
        return join_texts([value if isinstance(value, dict) else {key: value} for value in values], key)

    return Answers(
        regions=msgspec.convert(entry.get(SPAN, ()), tuple[Region, ...]),
        choices=of(VERDICT, "choices"),
        questions=of(QUESTION, "text"),
        contexts=of(CONTEXT, "text"),
    )


def join_texts(values: Iterable[dict[str, Any]], key: str) -> tuple[str, ...]:
    """Return the texts of all values. Each has one text, or a list of them. Raises msgspec.ValidationError."""
    return msgspec.convert([text for value in values for text in as_list(value.get(key, ()))], tuple[str, ...])


def as_list(value: Any) -> list[Any]:
    """Return a value that stands alone as a list of one."""
    return list(value) if isinstance(value, list | tuple) else [value]


def reviewed_item(place: str, data: TaskData, answers: Answers) -> ReviewedItem:
    """Return what an annotation says. Raises InputError when it says several things of one kind."""
    for name, found in (("span", answers.regions), ("verdict", answers.choices)):
        if len(found) > 1:
            raise InputError(f"{place}: has {len(found)} {name}s; keep one")
    verdict = answers.choices[0] if answers.choices else None
    if verdict is not None and verdict not in set(Verdict):
        raise InputError(f"{place}: verdict {verdict!r} is not one of {', '.join(Verdict)}")
    # A text area holds its texts one after another; the last one is the newest.
    question = changed(answers.questions, data.translation)
    context = changed(answers.contexts, data.target)
    span = read_region(place, data.target, answers.regions[0]) if answers.regions else None
    if span and context is not None:
        span = Edit(data.target, context).carry(span)
        if span is None:
            raise InputError(
                f"{place}: {CONTEXT} changes the text of the marked answer; mark it again in the next review"
            )
    text = data.target if context is None else context
    return ReviewedItem(
        split=data.split,
        question_id=data.question_id,
        seen=data.seen,
        verdict=Verdict(verdict) if verdict else None,
        span=SelectedSpan(span[0], text[slice(*span)]) if span else None,
        question=question,
        context=context,
    )


def changed(texts: tuple[str, ...], before: str) -> str | None:
    """Return the newest text, None if there is none or it is as before."""
    return texts[-1].strip() if texts and texts[-1].strip() != before.strip() else None


def read_region(place: str, context: str, region: Region) -> Span:
    """Return a marked span in code points. Raises InputError when its text is not at its position."""
    readings = [span for span in ((region.start, region.end), from_utf16(context, region)) if span]
    valid = [span for span in readings if 0 <= span[0] < span[1] <= len(context)]
    if region.text is not None:
        wanted = plain(region.text)
        valid = [span for span in valid if plain(context[slice(*span)]) == wanted]
    if not valid:
        raise InputError(f"{place}: its paragraph does not have {region.text!r} at {region.start}")
    if region.text is None and len(set(valid)) > 1:
        raise InputError(f"{place}: its span has no text, which must tell how positions after an emoji are counted")
    return trim(context, valid[0])


def from_utf16(context: str, region: Region) -> Span | None:
    """Convert a span in UTF-16 units to code points; None if it cuts a character in two or is out of range."""
    raw = context.encode("utf-16-le", "surrogatepass")
    if not 0 <= region.start <= region.end <= len(raw) // 2:
        return None
    try:
        before, text = raw[: 2 * region.start].decode("utf-16-le"), raw[2 * region.start : 2 * region.end]
        return len(before), len(before) + len(text.decode("utf-16-le"))
    except UnicodeDecodeError:
        return None


def plain(text: str) -> str:
    """Return a text without the differences that Label Studio makes: in line ends, and in white space around it."""
    return _LINE_END.sub("\n", text).strip()


def trim(context: str, span: Span) -> Span:
    """Return a span without white space around it."""
    text = context[slice(*span)]
    start = span[0] + len(text) - len(text.lstrip())
    return start, start + len(text.strip())
