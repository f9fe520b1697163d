"""Splits texts into tokens, and folds tokens so that their variants are equal.

Offsets count code points of the original text.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

import regex

from spanferry.language.scripts import POSTPOSED, PREPOSED, STACKER, UNSPACED, is_mark
from spanferry.records import Span

SEPARATORS = ".,\u00a0\u202f\u066b\u066c"
"""Characters that may separate the digits of a number: 1.250,5 or 10 000 or ۱٬۲۵۰٫۵."""

_UNSPACED = f"[{UNSPACED}]"
_LETTER, _INNER = rf"[[\p{{L}}\p{{M}}\p{{N}}_]--{_UNSPACED}]", rf"[[\p{{L}}\p{{M}}]--{_UNSPACED}]"
# A character with its marks. Thai vowels and stacked consonants stay with it.
_SYLLABLE = rf"{PREPOSED}*{_UNSPACED}\p{{M}}*(?:(?:{POSTPOSED}|(?<={STACKER}){_UNSPACED})\p{{M}}*)*"

# In this order: a number with its separators; a number before Hangul, where a counter or a particle follows; a run of
# letters, marks and digits, which may be joined by apostrophes (foto's); a syllable of an unspaced script; any other
# visible character. The possessive quantifiers ("++") prevent
# backtracking, which halves the time.
_TOKEN = regex.compile(
    rf"(\d++(?:[{SEPARATORS}]\d++)+(?!\w)|\d++(?:[{SEPARATORS}]\d++)*+(?=\p{{Hangul}})|{_LETTER}++(?:['’]{_INNER}++)*+|{_SYLLABLE}|\S)",
    regex.V1,
)

# The same with the standard library, three times as fast. It is for texts of common signs and of Latin, Greek,
# Cyrillic, Hebrew and Arabic letters without marks.
_SIMPLE_TOKEN = re.compile(rf"(\d+(?:[{SEPARATORS}]\d+)+(?!\w)|\w+(?:['’][^\W\d_]+)*|\S)")
_NOT_SIMPLE = re.compile(
    r"[^\t\n\r -~\u00a0-\u00b1\u00b4-\u00b8\u00ba\u00bb\u00bf-\u02ff\u2010-\u206f\u20a0-\u20cf"
    r"\u0384-\u0482\u048a-\u052f\u05be\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066f\u0671-\u06d5\u06f0-\u06fc]"
)

# Single and double quotes fold to the same character, because engines exchange them and write apostrophes differently.
_QUOTES = dict.fromkeys("'\"“”„‟«»″〝〞‘’‚‛′`´‹›", "'")
_DASHES = dict.fromkeys("‐‑‒–—―−", "-")
_FOLDED_SIGNS = str.maketrans(_QUOTES | _DASHES)
# Groups of three digits; in India the groups before the last have two (1,50,000).
_GROUPED = regex.compile(rf"(?<=\d)[{SEPARATORS}](?=(?:\d\d,)*\d{{3}}(?!\d))")
_DECIMAL = regex.compile(r"(?<=\d)[.,\u066b](?=\d)")


def tokens(text: str) -> list[Span]:
    """Return the spans of words, numbers and single symbols, in order. White space is not part of any span.

    "In 1.250 v.Chr., foto's" -> In | 1.250 | v | . | Chr | . | , | foto's
    """
    bounds = split_tokens(text)[1]
    return list(zip(bounds[::2], bounds[1::2], strict=True))


def split_tokens(text: str) -> tuple[list[str], list[int]]:
    """Return the tokens of a text, and their bounds in one list: start, end, start, end, ..."""
    # White space and tokens alternate. This takes half the time of a match object for each token.
    pieces: list[str] = _pattern_of(text).split(text)
    return pieces[1::2], list(accumulate(map(len, pieces)))[:-1]


def list_tokens(text: str) -> list[str]:
    """Return the tokens of a text without their bounds, which takes a third less time."""
    return _pattern_of(text).findall(text)


def _pattern_of(text: str) -> "re.Pattern[str] | regex.Pattern[str]":
    is_simple = (text.isascii() and text.isprintable()) or not _NOT_SIMPLE.search(text)
    return _SIMPLE_TOKEN if is_simple else _TOKEN


@lru_cache(maxsize=1 << 16)
def is_word(token: str) -> bool:
    """Return whether a token is a word or a number rather than a symbol."""
    return token[0].isalnum() or is_mark(token[0]) or len(token) > 1


def fold(token: str) -> str:
    """Return a token without case and diacritics, and with uniform quotes, dashes, digits and number formats.

    fold("Coördinatie") == "coordinatie"; fold("1.250") == fold("1,250") == "1250"; fold("3,5") == "3.5";
    fold("۱۷۴۲") == "1742"
    """
    return _folded[token]


def fold_all(tokens: Iterable[str]) -> list[str]:
    """Return the folded form of each token."""
    return list(map(_folded.__getitem__, tokens))


class _FoldedForms(dict[str, str]):
    """Token -> folded form, computed on first use. It answers in half the time of `lru_cache`."""

    MOST = 1 << 16

    def __missing__(self, token: str) -> str:
        if len(self) >= self.MOST:
            self.clear()
        folded = self[token] = _fold(token)
        return folded


_folded = _FoldedForms()


def _fold(token: str) -> str:
    """Return the folded form of a token."""
    # Most tokens consist of letters, without signs or digits. Not looking for these takes less than half the time.
    is_letters = token.isalpha()
    if is_letters and token.isascii():
        return token.lower()
    text = token if is_letters else _fold_signs(token)
    text = text.casefold()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    if not any(map(unicodedata.combining, decomposed)):
        return decomposed
    return "".join(character for character in decomposed if not unicodedata.combining(character)) or text


def _fold_signs(token: str) -> str:
    """Return a token with uniform quotes, dashes, digits and number formats."""
    text = _with_ascii_digits(token.translate(_FOLDED_SIGNS))
    return _DECIMAL.sub(".", _GROUPED.sub("", text)) if text[:1].isdigit() else text


def _with_ascii_digits(text: str) -> str:
    """Return a text with the decimal digits of all scripts (Unicode's category Nd) in ASCII."""
    if text.isascii() or not any(map(str.isdecimal, text)):
        return text
    return "".join(str(unicodedata.decimal(character)) if character.isdecimal() else character for character in text)
