"""Text as the projection needs it: sentences, words, and a folding under which variants are equal.

All offsets count code points of the text that was given; spans are (start, end), end exclusive.
"""

import re
import unicodedata
from functools import lru_cache

import regex
import sentencex

Span = tuple[int, int]

# Scripts written without spaces: every character is a word of its own, so that any run of
# characters can be a span (Unicode script names).
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_LETTER, _INNER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--{_UNSPACED}]", rf"[[\p{{L}}\p{{M}}]--{_UNSPACED}]"

SEPARATORS = ".,\u00a0\u202f"
"""What stands between the digits of one number: 1.250,5 or 10 000."""

# In this order: a number with its separators, a run of letters, marks and digits
# (joined by inner apostrophes: foto's, 's), a character of an unspaced script, or one other visible
# character. Nothing is tried twice (possessive "++"), which halves the time.
_TOKEN = regex.compile(
    rf"\d++(?:[{SEPARATORS}]\d++)+(?!\w)|{_LETTER}++(?:['’]{_INNER}++)*+|{_UNSPACED}\p{{M}}*|\S", regex.V1
)

_WIDE_SPACE = regex.compile(r"[^\S \t\n\r\f\v]")

# The same for texts of Latin letters and common signs only, by the standard library: three times as quick.
_LATIN_TOKEN = re.compile(rf"\d+(?:[{SEPARATORS}]\d+)+(?!\w)|\w+(?:['’][^\W\d_]+)*|\S")
_NOT_LATIN = re.compile(r"[^\t\n\r -~\u00a0-\u00b1\u00b4-\u00b8\u00ba\u00bb\u00bf-\u02ff\u2010-\u206f\u20a0-\u20cf]")

# Single and double quotes are one: engines change them freely, and apostrophes change on both sides.
_QUOTES = dict.fromkeys("'\"“”„‟«»″〝〞‘’‚‛′`´‹›", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_SAME = str.maketrans(_QUOTES | _DASHES)
_GROUPED = regex.compile(rf"(?<=\d)[{SEPARATORS}](?=\d{{3}}(?!\d))")
_DECIMAL = regex.compile(r"(?<=\d)[.,](?=\d)")


def sentences(text: str, language: str) -> list[Span]:
    """Cuts a text into sentences: spans in order, without the white space around them.

    Everything outside the spans is white space, so that `text` can be put together again exactly.
    The rules for each language are those of `sentencex` (Wikimedia's).
    """
    spans, at = [], 0
    # sentencex 1.0.32 panics on white space of several bytes before a full stop.
    for piece in sentencex.segment(language, _WIDE_SPACE.sub(" ", text)):
        start, end = at + len(piece) - len(piece.lstrip()), at + len(piece.rstrip())
        if start < end:
            spans.append((start, end))
        at += len(piece)
    return spans


def tokens(text: str) -> list[Span]:
    """Words, numbers and single symbols, in order; white space is in none.

    "In 1.250 v.Chr., foto's" -> In | 1.250 | v | . | Chr | . | , | foto's
    """
    pattern = _TOKEN if _NOT_LATIN.search(text) else _LATIN_TOKEN
    return [match.span() for match in pattern.finditer(text)]


@lru_cache(maxsize=1 << 16)
def is_word(token: str) -> bool:
    """Whether a token is a word or a number rather than a symbol."""
    return token[0].isalnum() or is_mark(token[0]) or len(token) > 1


def is_mark(character: str) -> bool:
    """Whether a character belongs to the letter before it: an accent, a vowel sign, a point."""
    return unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=1 << 16)
def fold(token: str) -> str:
    """What stays of a token when case, diacritics, and the form of quotes, dashes and numbers do not count.

    fold("Coördinatie") == "coordinatie"; fold("1.250") == fold("1,250") == "1250"; fold("3,5") == "3.5"
    """
    if token.isascii() and token.isalpha():
        return token.lower()
    text = token.translate(_SAME)
    if text[:1].isdigit():
        text = _DECIMAL.sub(".", _GROUPED.sub("", text))
    text = text.casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch)) or text
