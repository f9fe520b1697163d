"""Read files of predictions and of null odds, in the forms that other tools write.

    {"id": "answer"}                                               the official script
    {"id": [{"text": "answer", "probability": 0.9}, ...]}          n-best files
    [{"id": "id", "prediction_text": "answer",                     the metrics squad and squad_v2 of `datasets` and
      "no_answer_probability": 0.1}, ...]                          `evaluate`; also as JSON lines

Errors name the question.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.squad import MAX_TEXT_LENGTH
from spanferry.squad.fields import Findings
from spanferry.squad.json_text import Doubled, NotJson, cut, decode_json, describe_value, fields_of
from spanferry.squad.unpack import NotReadable, unpack
from spanferry.surrogates import has_surrogate

TEXT_KEYS = ("prediction_text", "text", "answer", "prediction")
SCORE_KEYS = ("probability", "score")
NO_ANSWER_KEY = "no_answer_probability"
SHOWN_PROBLEMS = 3
FORMS = (
    '{"ID": "ANSWER"}, {"ID": [{"text": "ANSWER", "probability": 0.9}]} or [{"id": "ID", "prediction_text": "ANSWER"}]'
)
ODDS_FORMS = '{"ID": 0.1} or [{"id": "ID", "no_answer_probability": 0.1}]'

Value = TypeVar("Value")
Row = tuple[str, Any]
"""A question id and what a file has for it: an answer, candidates, a number, or the row of a list."""


@dataclass(frozen=True)
class Predictions:
    """The predictions of a file. answers: question id -> answer text, "" for no answer.

    no_answer_probability: question id -> probability of no answer; None if the file has none.
    """

    answers: dict[str, str]
    no_answer_probability: dict[str, float] | None = None


class ValueProblem(ValueError):
    """A value is not of the expected kind. The message is the end of a sentence that begins with the question."""


def read_predictions(path: Path) -> Predictions:
    """Read predictions in any form. Raises InputError.

    Of the candidates of an n-best file the most probable one is the answer; without probabilities, the first one.
    """
    rows = _read_rows(path, FORMS)
    answers = _read_values(path, rows, _find_answer)
    if any(isinstance(value, dict) and NO_ANSWER_KEY in value for _, value in rows):
        return Predictions(answers, _read_values(path, rows, _find_odds))
    return Predictions(answers)


def read_null_odds(path: Path) -> dict[str, float]:
    """Read odds or probabilities of no answer by question id. Raises InputError."""
    return _read_values(path, _read_rows(path, ODDS_FORMS), _find_odds)


def _read_values(path: Path, rows: Sequence[Row], read: Callable[[Any], Value]) -> dict[str, Value]:
    """Read the value of each row. Raises InputError that names the first questions with a wrong value."""
    values: dict[str, Value] = {}
    problems: list[str] = []
    for question, value in rows:
        try:
            if question in values:
                raise ValueProblem("occurs twice")
            values[question] = read(value)
        except ValueProblem as error:
            problems.append(f"question {cut(question)!r} {error}")
    if problems:
        more = f" (and {len(problems) - SHOWN_PROBLEMS:,} more)" if len(problems) > SHOWN_PROBLEMS else ""
        raise InputError(f"{path}: {'; '.join(problems[:SHOWN_PROBLEMS])}{more}")
    return values


def _find_answer(value: Any) -> str:
    """Return the answer that a file has for a question."""
    _refuse_doubled(value)
    if isinstance(value, str):
        if len(value) > MAX_TEXT_LENGTH:
            raise ValueProblem(f"has an answer of more than {MAX_TEXT_LENGTH:,} characters")
        if has_surrogate(value):
            raise ValueProblem("has a lone surrogate in its answer")
        return value
    if isinstance(value, list):
        return _find_best(value)
    if isinstance(value, dict):
        return _find_answer_of_object(value)
    hint = ' (for no answer, write "")' if value is None else ""
    raise ValueProblem(f"needs a text as its answer, not {_describe(value)}{hint}")


def _find_answer_of_object(value: dict[str, Any]) -> str:
    """Return the answer in the row of a list, or in a candidate."""
    key = next((key for key in TEXT_KEYS if key in value), None)
    if key is None:
        raise ValueProblem(f"has none of the keys {', '.join(TEXT_KEYS)}")
    if isinstance(value[key], list | dict):
        raise ValueProblem(f"needs a text as its {key}, not {_describe(value[key])}")
    return _find_answer(value[key])


def _find_best(candidates: list[Any]) -> str:
    """Return the answer among the candidates of an n-best file."""
    if not candidates:
        raise ValueProblem("has an empty list of answers")
    if any(isinstance(candidate, list) for candidate in candidates):
        raise ValueProblem("has a list within its list of answers")
    answers = [_find_answer(candidate) for candidate in candidates]
    for key in SCORE_KEYS:
        if all(isinstance(candidate, dict) and key in candidate for candidate in candidates):
            scores = [_find_number(candidate[key], key) for candidate in candidates]
            return answers[scores.index(max(scores))]
    return answers[0]


def _find_odds(value: Any) -> float:
    """Return the odds or the probability of no answer that a file has for a question."""
    _refuse_doubled(value)
    if not isinstance(value, dict):
        return _find_number(value, "null odds")
    if NO_ANSWER_KEY not in value:
        raise ValueProblem(f"has no {NO_ANSWER_KEY}")
    return _find_number(value[NO_ANSWER_KEY], NO_ANSWER_KEY)


def _find_number(value: Any, name: str) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueProblem(f"needs a number as its {name}, not {_describe(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = float("inf")
    if not isfinite(number):
        raise ValueProblem(f"needs a finite number as its {name}, not {number}")
    return number


def _read_rows(path: Path, forms: str) -> list[Row]:
    """Read the rows of a file. forms: what it should look like, for errors. Raises InputError."""
    value = _read_value(path)
    if isinstance((fields_of(value) or {}).get("data"), list):
        raise InputError(f"{path}: a SQuAD file, not predictions or null odds; expected {forms}")
    if doubled := _find_doubled(value):
        raise InputError(f"{path}: question {cut(doubled)!r} occurs twice")
    if not isinstance(value, dict | list):
        raise InputError(f"{path}: expected {forms}, not {_describe(value)}")
    rows = list(value.items() if isinstance(value, dict) else _rows_of_list(path, value, forms))
    if not rows:
        raise InputError(f"{path}: no questions; expected {forms}")
    for number, (question, _) in enumerate(rows, 1):
        if has_surrogate(question):
            raise InputError(f"{path}: the id of question {number:,} has a lone surrogate")
    return rows


def _rows_of_list(path: Path, values: Sequence[Any], forms: str) -> Iterator[Row]:
    """Yield the rows of a list. Ids may be numbers. Raises InputError."""
    for number, value in enumerate(values, 1):
        fields = fields_of(value)
        if fields is None:
            raise InputError(f"{path}: row {number:,} is {_describe(value)}; expected {forms}")
        question = fields.get("id")
        if isinstance(question, bool) or not isinstance(question, str | int):
            found = f"not {_describe(question)}" if "id" in fields else "and has none"
            raise InputError(f'{path}: row {number:,} needs a text or a whole number as its "id", {found}')
        yield str(question), value


def _read_value(path: Path) -> Any:
    """Read JSON or JSON lines, packed with gzip or not. Raises InputError."""
    try:
        raw = regular_file(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    try:
        text = unpack(raw, Findings()).decode()
    except NotReadable as error:
        raise InputError(f"{path}: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not JSON: not text in UTF-8 at byte {error.start:,}") from None
    try:
        return decode_json(text)
    except NotJson as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) > 1 and lines[0][1].rstrip().endswith("}"):
            return [_decode_line(path, number, line) for number, line in lines]
        raise InputError(f"{path}: not JSON: {error}") from None


def _decode_line(path: Path, number: int, line: str) -> Any:
    try:
        return decode_json(line)
    except NotJson as error:
        raise InputError(f"{path}: line {number:,}: not JSON: {error}") from None


def _refuse_doubled(value: object) -> None:
    """Raise ValueProblem for a JSON object that has a key twice."""
    if doubled := _find_doubled(value):
        raise ValueProblem(f"has the key {cut(doubled)!r} twice")


def _find_doubled(value: object) -> str | None:
    """Return the key that a JSON object has twice, None if it has none."""
    return next(iter((*value.differing, *value.same)), None) if isinstance(value, Doubled) else None


def _describe(value: Any) -> str:
    """Describe a JSON value for a message. NaN and infinite numbers are spelled as in JSON files."""
    if isinstance(value, float) and not isfinite(value):
        return f"the number {json.dumps(value)}"
    return describe_value(value)
