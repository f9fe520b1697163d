"""The one place that makes text safe to print: a terminal obeys what it is sent, and corpora, files and services say
what they like."""

import codecs
import json
import re
import sys
from io import TextIOWrapper

LONGEST = 2000  # characters
_JSON_UNSAFE = re.compile(r"[\x7f-\uffff\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """One line that a terminal shows as it is: control characters (escape sequences too) written out.

    A text that is longer than a person reads is cut.
    """
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}… ({len(text):,} characters)"
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def printable_json(text: str) -> str:
    """JSON that means the same, with every character escaped that is not printable; JSON asks it below U+0020 only."""
    return _JSON_UNSAFE.sub(lambda m: m[0] if m[0].isprintable() else json.dumps(m[0])[1:-1], text)


def escaped(error: UnicodeEncodeError) -> tuple[str, int]:
    """What stands for characters that an output cannot hold: `\\u2192`, which in JSON means the same."""
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("escaped", escaped)


def escape_output() -> None:
    """Lets stdout escape what its encoding lacks (Latin-1 has no arrow) instead of failing, as stderr always does."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="escaped")
