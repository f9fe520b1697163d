"""Find where the items of a JSON file begin and end, so that each can be decoded on its own.

    raw ──find_outline──> Outline(fields, starts, ends)

msgspec skips over values faster than it decodes them. So a file of which one item is wrong is read as fast as a clean
one, and its plain values are never in memory as a whole.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

import msgspec
import numpy as np

from spanferry.squad.json_text import Doubled, decode_json, fields_of

_BETWEEN_ITEMS = b" \t\r\n,"
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LIST = msgspec.json.Decoder(list[msgspec.Raw])

# What Python's decoder takes and msgspec does not: these numbers, and halves of surrogate pairs.
_NUMBER = re.compile(rb"NaN|Infinity")
_SURROGATE = re.compile(rb"\\u[dD]")


@dataclass(frozen=True)
class Outline:
    """The items of a list in JSON. fields: the decoded object that has the list, which is empty in it.

    key: that of the list, None where the list is the whole text. starts, ends: the offsets of the items in bytes.
    """

    fields: object
    key: str | None
    starts: "array[int]" = field(default_factory=lambda: array("q"))
    ends: "array[int]" = field(default_factory=lambda: array("q"))

    def spans(self) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each item."""
        return zip(self.starts, self.ends, strict=True)


def find_outline(raw: bytes, *keys: str) -> Outline | None:
    """Return the items of the list that JSON is, or that a JSON object has under the first of `keys` that it has.

    None where there is no such list, or two of them, or no JSON. The items are not decoded, and may be damaged.
    Raises NotJson, UnicodeDecodeError for what is outside the list.

    >>> raw = b'{"version": "1.1", "data": [{"title": "Lock"}, 7]}'
    >>> outline = find_outline(raw, "data")
    >>> outline.fields, [raw[start:end] for start, end in outline.spans()]
    ({'version': '1.1', 'data': []}, [b'{"title": "Lock"}', b'7'])
    """
    try:
        return _find_outline(raw, keys, raw)
    except (msgspec.DecodeError, RecursionError):
        pass
    # Only the structure matters here, so texts may change as long as their lengths stay.
    skipped = _SURROGATE.sub(rb"\\u0", _NUMBER.sub(lambda number: b"0".ljust(len(number[0])), raw))
    if skipped == raw:
        return None
    try:
        return _find_outline(raw, keys, skipped)
    except (msgspec.DecodeError, RecursionError):
        return None


def _find_outline(raw: bytes, keys: tuple[str, ...], skipped: bytes) -> Outline | None:
    """Do the same. skipped: the bytes that msgspec reads."""
    if raw.lstrip()[:1] == b"[":
        start = raw.index(b"[")
        return _with_items(Outline([], None), raw, start, _LIST.decode(skipped))
    parts = _OBJECT.decode(skipped)
    key = next((key for key in keys if key in parts), None)
    if key is None or bytes(memoryview(parts[key])[:1]) != b"[":
        return None
    start = _address(parts[key]) - _address(skipped)
    end = start + memoryview(parts[key]).nbytes
    around: object = decode_json((raw[:start] + b"NaN" + raw[end:]).decode())
    if isinstance(around, Doubled) and key in around.differing:  # as NaN differs from everything
        return None
    fields = cast("dict[str, object]", fields_of(around))
    fields[key] = []
    return _with_items(Outline(around, key), raw, start, _LIST.decode(parts[key]))


def _with_items(outline: Outline, raw: bytes, start: int, parts: list[msgspec.Raw]) -> Outline:
    """Add the offsets of items, of a list that begins at `start`."""
    end = start + 1
    for part in parts:
        while raw[end] in _BETWEEN_ITEMS:
            end += 1
        outline.starts.append(end)
        end += memoryview(part).nbytes
        outline.ends.append(end)
    return outline


def _address(part: msgspec.Raw | bytes) -> int:
    """Return the address of a text in memory. The parts that msgspec gives are views of the text that they are from."""
    return int(np.frombuffer(part, np.uint8).ctypes.data)
