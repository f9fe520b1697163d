"""Decode JSON that msgspec refuses: NaN, lone surrogates, numbers of any length, and keys that occur twice."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from json import JSONDecodeError
from typing import Any, cast

SHOWN_CHARACTERS = 40  # of a value in a message
MAX_DIGITS = 400  # of a whole number; a longer one is decoded as infinity, which is no valid value anywhere


@dataclass(frozen=True)
class Doubled:
    """A JSON object in which keys occur twice. fields: the last value of each key.

    differing: the doubled keys whose values differ. same: those whose values are equal.
    """

    fields: dict[str, Any]
    differing: list[str]
    same: list[str]


def fields_of(value: object) -> dict[str, Any] | None:
    """Return the fields of a decoded JSON object, with the last value of a doubled key; None for any other value."""
    if isinstance(value, Doubled):
        return value.fields
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


class NotJson(ValueError):
    """A text is not JSON. The message says where. is_extra: a whole value is followed by something else."""

    def __init__(self, message: str, is_extra: bool = False) -> None:
        super().__init__(message)
        self.is_extra = is_extra


def decode_json(text: str) -> Any:
    """Decode JSON to plain values; an object with a doubled key becomes `Doubled`. Raises NotJson."""
    try:
        return json.loads(text, object_pairs_hook=_make_object, parse_int=_parse_int)
    except JSONDecodeError as error:
        place = f"line {error.lineno:,}, column {error.colno:,}"
        raise NotJson(f"{error.msg} at {place}", is_extra=error.msg == "Extra data") from None
    except RecursionError:
        raise NotJson("nested too deeply") from None


def decode_many(text: str) -> Iterator[tuple[int, Any]]:
    """Yield the values of JSON that follow each other, each with the number of its first line. Raises NotJson."""
    decoder = json.JSONDecoder(object_pairs_hook=_make_object, parse_int=_parse_int)
    at, line, counted = _skip_space(text, 0), 1, 0
    while at < len(text):
        line += text.count("\n", counted, at)
        counted = at
        try:
            value, end = decoder.raw_decode(text, at)
        except JSONDecodeError as error:
            raise NotJson(f"{error.msg} at line {error.lineno:,}, column {error.colno:,}") from None
        except RecursionError:
            raise NotJson("nested too deeply") from None
        yield line, value
        at = _skip_space(text, end)


def _skip_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _make_object(pairs: list[tuple[str, Any]]) -> object:
    fields = dict(pairs)
    if len(fields) == len(pairs):
        return fields
    values: dict[str, list[Any]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    doubled = {key: all(value == given[0] for value in given) for key, given in values.items() if len(given) > 1}
    return Doubled(fields, [key for key in doubled if not doubled[key]], [key for key in doubled if doubled[key]])


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= MAX_DIGITS else float("inf")


def cut(text: str) -> str:
    """Return the beginning of a text, for a message."""
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def describe_value(value: object) -> str:
    """Describe a JSON value for a message."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {cut(str(value))}"
        case str():
            return f"the text {cut(value)!r}"
        case list():
            return "a list"
        case _:
            return "an object"
