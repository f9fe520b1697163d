"""Whether a translated question still asks: its question mark and its question word."""

from collections.abc import Sequence
from functools import cache

from spanferry.language import Language
from spanferry.language.scripts import is_mark

# The marks of all scripts: Latin, fullwidth, Arabic, Greek, Armenian, Ethiopic, Vai, Coptic, and the inverted one.
MARKS = frozenset("?？؟;\u037e՞፧꘏⳺")
LONGEST_JOINED = 4  # "waar" begins "waarmee", but "wie" does not begin every longer word


def has_mark(text: str) -> bool:
    """Return whether a text has a question mark near its end."""
    return not MARKS.isdisjoint(text.rstrip()[-3:]) or "¿" in text


def has_question_word(text: str, tokens: Sequence[str], language: Language) -> bool:
    """Return whether a text has a question word, on its own or as the beginning of a longer one ("waarmee").

    tokens: of the text. In a script without spaces a question word is several of them.
    """
    words = set(map(str.lower, tokens))
    if not words.isdisjoint(language.question_words):
        return True
    # The vowel signs of Arabic and Hebrew are written now and then: "مَن" is "من".
    if not text.isascii() and not {_without_marks(word) for word in words}.isdisjoint(language.question_words):
        return True
    if language.scored_by_character:
        return any(word in text for word in language.question_words)
    long = _long_words(language.question_words)
    return any(word.startswith(long) for word in words) if long else False


def _without_marks(word: str) -> str:
    return word if word.isalpha() else "".join(letter for letter in word if not is_mark(letter))


@cache
def _long_words(question_words: frozenset[str]) -> tuple[str, ...]:
    return tuple(word for word in question_words if len(word) >= LONGEST_JOINED)
