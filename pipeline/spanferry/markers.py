"""Markers: what is put around an answer before its sentence is translated, to find it again in the translation."""

import re

Markers = tuple[str, str]
"""The marker before the answer, and the one behind it."""

STYLES: tuple[Markers, ...] = (("[", "]"), ("«", "»"), ('"', '"'))
"""The markers of every engine that has no list of its own, in the order in which rescue tries them."""

_TAG = re.compile(r"<([A-Za-z][\w.-]*)>")


def tag_name(markers: Markers) -> str | None:
    """Return the name of the tag if markers are XML-like, else None.

    >>> tag_name(("<a>", "</a>")), tag_name(("<a>", "</b>")), tag_name(("[", "]"))
    ('a', None, None)
    """
    match = _TAG.fullmatch(markers[0])
    return match[1] if match and markers[1] == f"</{match[1]}>" else None
