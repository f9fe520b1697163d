"""Ways to spoil input: the values of a document, and the bytes of a file. All chance comes from a Random.

value ──spoilt_value──> value ──as_json──> bytes ──spoilt_bytes──> bytes
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
    "ſKİßﬃ",  # letters that change their number when case is folded
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


class Twice(list):
    """As the value of a key: the key stands there once for each of these."""


def places(value: Any, at: Path = ()) -> Iterator[Path]:
    """The path of every value in a document, the document's own first."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in items:
        yield from places(held, (*at, key))


def deep(depth: int, chance: Random) -> Any:
    value: Any = None
    listed = chance.random() < 0.5
    for _ in range(depth):
        value = [value] if listed else {"a": value}
    return value


def hostile(chance: Random) -> Any:
    """A value of any type that nobody would write."""
    return copy.deepcopy(chance.choice(chance.choice((TEXTS, NUMBERS, OTHERS))))


def altered(value: Any, chance: Random) -> Any:
    """A value of the same type, other than it was."""
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
            doubled = value | {key: Twice([value[key], hostile(chance)])}
            return chance.choice((renamed, doubled, value | {chance.choice(TEXTS[:8]): hostile(chance)}))
    return hostile(chance)


def spoilt_value(value: Any, chance: Random, texts: Sequence[str] = ()) -> Any:
    """A document with one to three of its values dropped, replaced, altered, exchanged or nested.

    texts: further strings to put in the place of a value.
    """
    value = copy.deepcopy(value)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.choice(list(places(value)))
        if not at:
            value = chance.choice((value, hostile(chance), altered(value, chance)))
            continue
        holder = value
        for key in at[:-1]:
            holder = holder[key]
        key = at[-1]
        match chance.choice(("drop", "hostile", "alter", "alter", "exchange", "nest", "text")):
            case "drop":
                del holder[key]
            case "hostile":
                holder[key] = hostile(chance)
            case "alter":
                holder[key] = altered(holder[key], chance)
            case "exchange":
                other = value
                for step in chance.choice(list(places(value))):
                    other = other[step]
                holder[key] = copy.deepcopy(other)
            case "nest":
                holder[key] = deep(chance.choice(DEPTHS[:2]), chance)
            case "text":
                holder[key] = chance.choice([*texts, *TEXTS])
    return value


def as_json(value: Any, ascii_only: bool = True) -> bytes:
    """JSON that may be wrong on purpose: NaN, lone surrogates, the same key twice."""

    def told(value: Any) -> str:
        match value:
            case dict():
                pairs = ((k, one) for k, v in value.items() for one in (v if isinstance(v, Twice) else (v,)))
                return "{" + ",".join(f"{json.dumps(k, ensure_ascii=ascii_only)}:{told(v)}" for k, v in pairs) + "}"
            case list():
                return "[" + ",".join(map(told, value)) + "]"
        return json.dumps(value, ensure_ascii=ascii_only)

    return told(value).encode("utf-8", "surrogatepass")


def spoilt_bytes(raw: bytes, chance: Random, words: Sequence[bytes] = ()) -> bytes:
    """The bytes of a file with one to four changes. words: pieces of the format, to be put anywhere."""

    def cut() -> slice:
        at = chance.randint(0, len(raw))
        return slice(at, min(len(raw), at + chance.choice((0, 1, 1, 2, 8, 64, 1024))))

    def flip() -> bytes:
        at = chance.randrange(max(1, len(raw)))
        return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :] if raw else b"\0"

    def put(piece: bytes) -> bytes:
        place = cut()
        return raw[: place.start] + piece + raw[place.stop :]

    changes: dict[str, Callable[[], bytes]] = {
        "flip": flip,
        "random": lambda: put(chance.randbytes(chance.choice((1, 2, 8)))),
        "delete": lambda: put(b""),
        "repeat": lambda: put(raw[cut()] * chance.choice((2, 3, 50))),
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
