"""The keys of services: read from the environment, and kept out of every message and every answer.

`read_key` remembers each key of this process. `hide_keys` removes them from messages (`support.shorten` calls it before
it cuts a message, so that no part of a key is left), and `contains_key` finds them in answers
(`client.asking` refuses these).
"""

import os
from urllib.parse import quote

import regex

from spanferry.errors import TranslationError

HIDDEN = "..."
# Shorter keys are those of servers that check none, such as "none" or "EMPTY". They may be words of a translation.
SECRET_CHARACTERS = 8

_patterns: dict[str, regex.Pattern[str]] = {}
"""By key: what it looks like in a text, in any case, as it is or quoted in a URL."""


def read_key(variable: str) -> str:
    """Read a service's key from the environment. Raises TranslationError when it is not set, or cannot be a key.

    A library that refuses a key prints it, for example one with a line break in a header.
    """
    if not (key := os.environ.get(variable, "").strip()):
        raise TranslationError(f"the key of the service is missing: set the environment variable {variable}")
    if not key.isascii() or not key.isprintable() or " " in key:
        raise TranslationError(
            f"the environment variable {variable} is no key: use printable ASCII without white space"
        )
    remember_key(key)
    return key


def remember_key(key: str) -> None:
    """Keep a key out of all messages and answers from now on."""
    forms = "|".join(map(regex.escape, dict.fromkeys((key, quote(key, safe="")))))
    is_word = len(key) < SECRET_CHARACTERS
    _patterns[key] = regex.compile(rf"(?<!\w)(?:{forms})(?!\w)" if is_word else forms, regex.IGNORECASE)


def hide_keys(text: str) -> str:
    """Return a text with each key replaced by HIDDEN."""
    for pattern in _patterns.values():
        text = pattern.sub(HIDDEN, text)
    return text


def contains_key(text: str) -> bool:
    """Return whether a text contains a key that nobody would write by chance."""
    return any(len(key) >= SECRET_CHARACTERS and pattern.search(text) for key, pattern in _patterns.items())
