"""Decode JSON that msgspec refuses: NaN, lone surrogates, numbers of any length, and keys that occur twice."""

import json
from json import JSONDecodeError
from typing import Any, cast

SHOWN_CHARACTERS = 40  # of a value in a message
MAX_DIGITS = 400  # of a whole number; a longer one is decoded as infinity, which is no valid value anywhere


class Doubled:
    """A JSON object in which keys occur twice. fields: the last value of each key.

    differing: the doubled keys whose values differ. same: those whose values are equal.
    """

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        self.fields: dict[str, Any] = dict(pairs)
        self.differing: list[str] = []
        self.same: list[str] = []
        for key in self.fields:
            values = [value for name, value in pairs if name == key]
            if len(values) > 1:
                (self.same if all(value == values[0] for value in values) else self.differing).append(key)


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


def _make_object(pairs: list[tuple[str, Any]]) -> object:
    fields = dict(pairs)
    return fields if len(fields) == len(pairs) else Doubled(pairs)


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
