"""Makes text safe to print.

A terminal interprets control sequences, and texts from corpora, files and services may contain them.
"""

import codecs
import json
import re
import sys
from io import TextIOWrapper

MAX_PRINTED = 2000  # characters
_JSON_UNSAFE = re.compile(r"[\x7f-\uffff\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Return a text on one line, with control characters written as Python escapes.

    Texts of more than MAX_PRINTED characters are truncated.
    """
    if len(text) > MAX_PRINTED:
        text = f"{text[:MAX_PRINTED]}… ({len(text):,} characters)"
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def printable_json(text: str) -> str:
    """Return JSON with all unprintable characters escaped. JSON itself requires this only below U+0020."""
    return _JSON_UNSAFE.sub(lambda m: m[0] if m[0].isprintable() else json.dumps(m[0])[1:-1], text)


def plural(n: int, noun: str) -> str:
    """Format a count with its noun: 2, "answer" -> "2 answers"."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Replace characters that an encoding lacks with JSON escapes such as `\\u2192` (a codec error handler)."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("json_escape", escape_unencodable)


def escape_output() -> None:
    """Make stdout escape characters that its encoding lacks (Latin-1 has no arrow), as stderr does by default."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="json_escape")


def show_amount(amount: float) -> str:
    """Return an amount of money in digits: 1234.5 -> "1,234.50", 0.01234 -> "0.0123"."""
    return f"{amount:,.2f}" if amount >= 1 or not amount else f"{amount:.4f}"
