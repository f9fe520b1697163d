"""Word boundaries: the offsets at which a span may start or end, and spans that cut a word.

There are two rules, which differ on purpose:

    is_boundary       for spans that Spanferry chooses: strict, so that "19" is not found in "1990s" or "19e"
    is_inside_word    for spans in a file to be checked: lenient, so that only an obvious cut is reported

                                          is_boundary       is_inside_word
    between a number and letters: 1990|s  no boundary       not inside
    Hangul, Arabic, Hebrew letters        no boundary       not inside (particles are written together with the word)
    a number before Hangul: 1742|년       boundary          not inside
    no-break spaces between digits        no boundary       not inside
    a mark after its letter               no boundary       inside
    a Thai vowel beside its consonant     no boundary       not inside

Otherwise both rules treat every character of an unspaced script as a word (`is_unspaced`).
"""

from functools import lru_cache
from typing import Literal

import regex

from spanferry.language.scripts import are_one_syllable, attaches_particles, is_blank, is_mark, is_unspaced
from spanferry.language.words import SEPARATORS

_HANGUL = regex.compile(r"[\p{Hangul}--\p{M}]", regex.V1)
_LETTER = regex.compile(r"[\p{L}\p{M}]")
_DECIMAL_SIGNS = (".", ",")


def is_boundary(text: str, offset: int) -> bool:
    """Return whether a span may start or end at an offset: not between two letters or digits, nor inside a number."""
    if not 0 < offset < len(text):
        return True
    before, after = text[offset - 1], text[offset]
    if not (before.isascii() and after.isascii()):
        # Accents, vowel signs and points belong to the letter before them.
        if is_mark(after) or are_one_syllable(before, after):
            return False
        before = base_letter_before(text, offset)
    if before.isalnum() and after.isalnum():
        # A counter or a particle follows a Korean number: 1742|년에.
        return is_unspaced(before) or is_unspaced(after) or (before.isdigit() and keeps_particle_apart(after))
    # 1.250 and 3,5 are one number each.
    if before.isdigit() and after in SEPARATORS:
        return not text[offset + 1 : offset + 2].isdigit()
    if after.isdigit() and before in SEPARATORS:
        return not text[offset - 2 : offset - 1].isdigit() if offset > 1 else True
    return True


def keeps_particle_apart(character: str) -> bool:
    """Return whether a span may end inside a word after this letter: Korean particles follow the answer, joined to it.

    People mark answers without the particle, and scripts that score Korean count the difference.
    """
    return _HANGUL.match(character) is not None


def snap_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without blanks (`is_blank`) at its edges, extended to whole words; an empty one if it is all blank.

    "erda" in "in Amsterdam." -> "Amsterdam". The words are those of `is_boundary`, except that Hangul letters may
    follow the span (`keeps_particle_apart`).
    """
    while start < end and is_blank(text[start]):
        start += 1
    while start < end and is_blank(text[end - 1]):
        end -= 1
    if start == end:
        return start, start
    while not is_boundary(text, start):
        start -= 1
    while not (is_boundary(text, end) or _is_before_particle(text, end)):
        end += 1
    return start, end


def _is_before_particle(text: str, offset: int) -> bool:
    """Return whether an offset is between two Hangul letters."""
    return keeps_particle_apart(text[offset]) and keeps_particle_apart(base_letter_before(text, offset))


def base_letter_before(text: str, offset: int) -> str:
    """Return the character before an offset, skipping combining marks."""
    offset -= 1
    while offset and is_mark(text[offset]):
        offset -= 1
    return text[offset]


def cut_letters(text: str, start: int, end: int) -> tuple[str, str]:
    """Return the characters directly before and after a span, or "" where the span begins or ends at a word boundary.

    "Japan" in "Japanese" -> ("", "e"). Some answers of SQuAD cut words like this.
    """
    return (
        "" if is_boundary(text, start) else text[start - 1],
        "" if is_boundary(text, end) else text[end],
    )


def is_inside_word(text: str, offset: int) -> bool:
    """Return whether the characters before and at an offset belong to one word or one number.

    True for "19|91", "foto|grafie" and "3,|5". False for "1990|s", because a unit or ending is not part of the number.
    """
    if not 0 < offset < len(text):
        return False
    before, after = _character_class(text[offset - 1]), _character_class(text[offset])
    if before == after:
        return bool(before)
    if after == "digit" and text[offset - 1] in _DECIMAL_SIGNS:
        return offset > 1 and _character_class(text[offset - 2]) == "digit"
    if before == "digit" and text[offset] in _DECIMAL_SIGNS:
        return offset + 1 < len(text) and _character_class(text[offset + 1]) == "digit"
    return False


def cuts_word(text: str, start: int, end: int) -> bool:
    """Return whether a span starts or ends inside a word or a number. False for an empty span."""
    return start < end and (is_inside_word(text, start) or is_inside_word(text, end))


@lru_cache(maxsize=1 << 14)
def _character_class(character: str) -> Literal["letter", "digit", ""]:
    """Return the class of a character; "" for symbols, and for scripts that are unspaced or attach particles."""
    if character.isdecimal():
        return "digit"
    is_letter = _LETTER.match(character) and not is_unspaced(character) and not attaches_particles(character)
    return "letter" if is_letter else ""
