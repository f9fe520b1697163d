"""Makes text safe to print.

A terminal executes the control sequences it receives, and corpora, files and services may contain any.
"""

import codecs
import json
import re
import sys
from io import TextIOWrapper

MAX_PRINTED = 2000  # characters
_JSON_UNSAFE = re.compile(r"[\x7f-\uffff\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text on one line, with control characters (escape sequences too) written as Python escapes.

    A text of more than MAX_PRINTED characters is truncated.
    """
    if len(text) > MAX_PRINTED:
        text = f"{text[:MAX_PRINTED]}… ({len(text):,} characters)"
    return "".join(ch if ch.isprintable() else ch.encode("unicode_escape").decode() for ch in text)


def printable_json(text: str) -> str:
    """The same JSON with every unprintable character escaped; JSON itself requires that below U+0020 only."""
    return _JSON_UNSAFE.sub(lambda m: m[0] if m[0].isprintable() else json.dumps(m[0])[1:-1], text)


def escape_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Codec error handler: replaces characters that an encoding lacks by JSON escapes such as `\\u2192`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("json_escape", escape_unencodable)


def escape_output() -> None:
    """Make stdout escape characters that its encoding lacks (Latin-1 has no arrow), as stderr always does."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="json_escape")
