"""Warnings about titles, contexts and questions: leftovers of translation, markup, and damaged characters."""

import re
import unicodedata
from html.entities import html5

from spanferry.squad.validation.registry import Level, RuleList, Severity

TEXT_RULES = RuleList()

# Each pattern starts with a fixed character, which `in` finds 10 times faster than `re` finds one of several patterns.
_MARKERS = tuple(
    (pattern.lstrip("\\")[0], re.compile(pattern))
    for pattern in (r"\[(?:\d+\]|\[)", r"\]\]", r"\{\{", r"\}\}", "⟦", "⟧", "••", "@@@", r"</?[a-z]?\d+/?>")
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"</?(?:a|b|br|div|em|i|img|li|ol|p|ref|small|span|strong|su[bp]|t[dhr]|table|u|ul)(?:\s[^<>]*)?/?>")
_ENGINE_ERROR = re.compile(r"Error [45]\d\d \(|unusual traffic from your computer")
# Controls except tab and line feed, soft hyphen, zero-width and bidirectional controls, private use. The joiners U+200C
# and U+200D are allowed: Arabic and Indic scripts and emoji need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ue000-\uf8ff]"
)
_DIRECTION_MARKS = "\u200e\u200f\u061c"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_REPLACEMENT = re.compile("\ufffd")
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€[\u0080-\u2122]")
SUSPICIOUS = re.compile("|".join(pattern.pattern for pattern in (_INVISIBLE, _REPLACEMENT, _MOJIBAKE)))
"""Matches every text in which one of the CHARACTERS checks may find something."""


@TEXT_RULES.add(Severity.WARNING, Level.TEXT)
def leftover_marker(text: str) -> str | None:
    """A marker of a translation method, or a numbered reference: `[0]`, `[[`, `{{`, `••`, `<1>`."""
    return next((repr(m[0]) for first, pattern in _MARKERS if first in text and (m := pattern.search(text))), None)


@TEXT_RULES.add(Severity.WARNING, Level.TEXT)
def html_entity(text: str) -> str | None:
    """An HTML entity, such as `&quot;`."""
    if "&" not in text:
        return None
    known = (m for m in _ENTITY.finditer(text) if m[0][1] == "#" or m[0][1:] in html5)
    return _quote_match(next(known, None))


@TEXT_RULES.add(Severity.WARNING, Level.TEXT)
def html_tag(text: str) -> str | None:
    """An HTML tag."""
    return _quote_match(_TAG.search(text))


@TEXT_RULES.add(Severity.WARNING, Level.TEXT)
def engine_message(text: str) -> str | None:
    """A translation engine's error message in place of a translation."""
    return _quote_match(_ENGINE_ERROR.search(text)) if "Error " in text or "unusual traffic" in text else None


@TEXT_RULES.add(Severity.WARNING, Level.CHARACTERS)
def invisible_character(text: str) -> str | None:
    """An invisible character: zero-width space, soft hyphen, private use; a control other than tab and line feed (a
    carriage return shifts offsets in some readers); a direction mark in a text without right-to-left letters."""
    for match in _INVISIBLE.finditer(text):
        if match[0] not in _DIRECTION_MARKS or not _RIGHT_TO_LEFT.search(text):
            return _name_character(match)
    return None


@TEXT_RULES.add(Severity.WARNING, Level.CHARACTERS)
def damaged_encoding(text: str) -> str | None:
    """Text that was decoded wrongly: the replacement character U+FFFD, or UTF-8 read as Latin-1 (`Ã©`)."""
    return _name_character(_REPLACEMENT.search(text)) or _quote_match(_MOJIBAKE.search(text))


@TEXT_RULES.add(Severity.WARNING, Level.TEXT)
def mixed_normalisation(text: str) -> str | None:
    """Letters with separate marks (Unicode NFD) in a file that otherwise has composed ones (NFC)."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return None
    # Composing letters shortens the text. NFC may also reorder marks or split letters that it excludes (Devanagari);
    # then the text had no decomposed letters.
    composed = unicodedata.normalize("NFC", text)
    return "" if len(composed) < len(text) else None


def _quote_match(match: re.Match[str] | None) -> str | None:
    return repr(match[0]) if match else None


def _name_character(match: re.Match[str] | None) -> str | None:
    """Return the code point, name and offset of a character that is not visible."""
    if not match:
        return None
    return f"U+{ord(match[0]):04X} {unicodedata.name(match[0], '')} at {match.start()}".replace("  ", " ")
