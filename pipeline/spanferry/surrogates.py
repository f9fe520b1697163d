"""Lone surrogates: code points that are not characters and cannot be written to a file as UTF-8."""

import re

SURROGATES = r"\ud800-\udfff"
"""The surrogates, for the character class of a regular expression."""

_SURROGATE = re.compile(f"[{SURROGATES}]")


def has_surrogate(text: str) -> bool:
    """Return whether a text has a lone surrogate."""
    return not text.isascii() and _SURROGATE.search(text) is not None
