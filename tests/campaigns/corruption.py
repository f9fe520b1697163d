"""Corrupt input: the values of a document, and the bytes of a file. All random choices come from a Random.

value ──corrupt_value──> value ──as_json──> bytes ──corrupt_bytes──> bytes
"""

import copy
import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

TEXTS = (
    "",
    " \u00a0\n",
    "\0",
    "a\0b",
    "\ud800",
    "x\udfff\ud800x",
    "\ufeff",
    "\ufffe\uffff",
    "\u202eevil\u202c",
    "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "\r",
    "\u2028",
    "e\u0301" * 40,
    "ſKİßﬃ",  # case folding changes the number of letters
    "𐐷🧀👩‍👩‍👧",
    '=HYPERLINK("http://x.invalid","y")',
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}{% for x in y %}",
    "| a | `b` |\n---\n",
    "../../outside",
    "/dev/zero",
    "a/b",
    "CON",
    "null",
    "NaN",
    "1e999",
    "9" * 5000,
    "the " * 500,
    "x" * 70_000,
)
NUMBERS = (
    *(0, 1, -1, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**63, -(2**63), 2**64, 10**400),
    *(0.5, -0.0, 5e-324, 1e308, float("nan"), float("inf"), float("-inf")),
)
OTHERS = (None, True, False, [], {}, [[]], {"": None}, {"a": {"a": {}}}, [None])
DEPTHS = (3, 90, 1100)
Path = tuple[Any, ...]


class Duplicated(list[Any]):
    """The values of a duplicate key: the key is written once for each of them."""


def list_paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in a document, the document itself first."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from list_paths(inner, (*at, key))


def nest(depth: int, chance: Random) -> Any:
    """Return arrays in arrays, or objects in objects."""
    value: Any = None
    is_list = chance.random() < 0.5
    for _ in range(depth):
        value = [value] if is_list else {"a": value}
    return value


def hostile_value(chance: Random) -> Any:
    """Return a value of any type that nobody would write."""
    return copy.deepcopy(chance.choice(chance.choice((TEXTS, NUMBERS, OTHERS))))


def alter(value: Any, chance: Random) -> Any:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return chance.choice((value + 1, -value, value * 1000, chance.choice(NUMBERS)))
        case str():
            at = chance.randint(0, len(value))
            return chance.choice((value[:at], value[:at] + chance.choice(TEXTS) + value[at:], chance.choice(TEXTS)))
        case list() if value:
            more = [*value, *(copy.deepcopy(chance.choice(value)) for _ in range(chance.choice((1, 2, 40))))]
            return chance.choice((more, value[::-1], value[: len(value) // 2]))
        case dict() if value:
            key = chance.choice(list(value))
            renamed = {chance.choice((key.upper(), key + "_", "")) if k == key else k: v for k, v in value.items()}
            duplicated = value | {key: Duplicated([value[key], hostile_value(chance)])}
            return chance.choice((renamed, duplicated, value | {chance.choice(TEXTS[:8]): hostile_value(chance)}))
    return hostile_value(chance)


def corrupt_value(value: Any, chance: Random, texts: Sequence[str] = ()) -> Any:
    """Return a document in which one to three values are dropped, replaced, altered, exchanged or nested.

    texts: further strings to replace values with.
    """
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.choice(list(list_paths(value)))
        if not at:
            value = chance.choice((value, hostile_value(chance), alter(value, chance)))
            continue
        holder = value
        for key in at[:-1]:
            holder = holder[key]
        key = at[-1]
        match chance.choice(("drop", "hostile", "alter", "alter", "exchange", "nest", "text")):
            case "drop":
                del holder[key]
            case "hostile":
                holder[key] = hostile_value(chance)
            case "alter":
                holder[key] = alter(holder[key], chance)
            case "exchange":
                other = value
                for step in chance.choice(list(list_paths(value))):
                    other = other[step]
                holder[key] = copy.deepcopy(other)
            case "nest":
                holder[key] = nest(chance.choice(DEPTHS[:2]), chance)
            case "text":
                holder[key] = chance.choice([*texts, *TEXTS])
    return value


def as_json(value: Any, ascii_only: bool = True) -> bytes:
    """Return JSON that can be invalid on purpose: NaN, lone surrogates, duplicate keys."""

    def encode(value: Any) -> str:
        match value:
            case dict():
                pairs = ((k, one) for k, v in value.items() for one in (v if isinstance(v, Duplicated) else (v,)))
                return "{" + ",".join(f"{json.dumps(k, ensure_ascii=ascii_only)}:{encode(v)}" for k, v in pairs) + "}"
            case list():
                return "[" + ",".join(map(encode, value)) + "]"
        return json.dumps(value, ensure_ascii=ascii_only)

    return encode(value).encode("utf-8", "surrogatepass")


def corrupt_bytes(raw: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """Return the bytes of a file with one to four changes. words: tokens of the format, inserted anywhere."""

    def random_slice() -> slice:
        at = chance.randint(0, len(raw))
        return slice(at, min(len(raw), at + chance.choice((0, 1, 1, 2, 8, 64, 1024))))

    def flip() -> bytes:
        at = chance.randrange(max(1, len(raw)))
        return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :] if raw else b"\0"

    def put(piece: bytes) -> bytes:
        part = random_slice()
        return raw[: part.start] + piece + raw[part.stop :]

    changes: dict[str, Callable[[], bytes]] = {
        "flip": flip,
        "random": lambda: put(chance.randbytes(chance.choice((1, 2, 8)))),
        "delete": lambda: put(b""),
        "repeat": lambda: put(raw[random_slice()] * chance.choice((2, 3, 50))),
        "truncate": lambda: raw[: chance.randint(0, len(raw))],
        "nul": lambda: put(b"\0"),
        "word": lambda: put(chance.choice(words)) if words else flip(),
        "whole": lambda: chance.choice(
            (
                lambda: raw + raw,
                lambda: raw + b"\n" + chance.randbytes(8),
                lambda: b"\xef\xbb\xbf" + raw,
                lambda: raw.decode("utf-8", "replace").encode("utf-16"),
                lambda: raw.decode("utf-8", "replace").encode("utf-32"),
                lambda: gzip.compress(raw, mtime=0),
                lambda: b"",
            )
        )(),
    }
    for _ in range(chance.choice((1, 1, 2, 4))):
        kind = "whole" if chance.random() < 0.05 else chance.choice([name for name in changes if name != "whole"])
        raw = changes[kind]()
    return raw
