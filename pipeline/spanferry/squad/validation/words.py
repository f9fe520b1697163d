"""Whether a span cuts a word or a number in two."""

from functools import lru_cache

import regex

# Scripts where a word's end is not to be seen between two letters: those written without spaces, and those
# that write particles and articles together with the word (Korean, Arabic, Hebrew).
_JOINED_SCRIPTS = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Hangul}\p{Arabic}\p{Hebrew}]"
)
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_SEPARATORS = (".", ",")


@lru_cache(maxsize=1 << 14)
def kind(character: str) -> str:
    """Tells "letter" and "digit", which make words and numbers, from everything else ("")."""
    if character.isdecimal():
        return "digit"
    return "letter" if _LETTER.match(character) and not _JOINED_SCRIPTS.match(character) else ""


def same_word(text: str, at: int) -> bool:
    """Whether the characters before and at `at` belong to one word or one number.

    "19|91" and "foto|grafie" do, and so does "3,|5"; "1990|s" does not: a unit or an ending after a
    number is not the number's.
    """
    if not 0 < at < len(text):
        return False
    before, after = kind(text[at - 1]), kind(text[at])
    if before == after:
        return bool(before)
    if after == "digit" and text[at - 1] in _SEPARATORS:
        return at > 1 and kind(text[at - 2]) == "digit"
    if before == "digit" and text[at] in _SEPARATORS:
        return at + 1 < len(text) and kind(text[at + 1]) == "digit"
    return False


def cut(text: str, start: int, end: int) -> bool:
    """Whether the span starts or ends inside a word or a number."""
    return start < end and (same_word(text, start) or same_word(text, end))
