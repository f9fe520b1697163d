"""Names: runs of capitalised words, in languages that write names, but not all nouns, with capitals.

"Who led Martin Luther King's march in the United States of America?"
         ^^^^^^^^^^^^^^^^^^                 ^^^^^^^^^^^^^^^^^^^^^^^^
"""

import regex

from spanferry.language.profiles.base import Language
from spanferry.language.words import tokens
from spanferry.records import Span

_CAPITAL = regex.compile(r"[\p{Lu}\p{Lt}]")
_NUMBER = regex.compile(r"\p{N}+")
_POSSESSIVE = regex.compile(r"['’]s?$")
# What may stand between two words of one name: "Super Bowl 50", "Guinea-Bissau"; after an abbreviation also "St. Paul".
_GAP = regex.compile(r" |-")
_ABBREVIATION = regex.compile(r"\p{Lu}\p{Ll}{0,2}")
MOST_LINKS = 2  # linking words in a row: "of the"


def find_names(text: str, language: Language) -> list[Span]:
    """Return the spans of the names in a text, in order. A function word at the beginning of a run is not part of it.

    A possessive ending is not part of a name either. There are no names in a language without capitals, or in one that
    writes all nouns with them.
    """
    if language.capitalises_nouns:
        return []
    words = [(start, end) for start, end in tokens(text) if text[start].isalnum()]
    names: list[Span] = []
    at = 0
    while at < len(words):
        last = last_of_name(text, words, at, language)
        while at <= last and text[slice(*words[at])].lower() in language.function_words:
            at += 1
        if at <= last and _CAPITAL.match(text[words[at][0]]):
            names.append((words[at][0], end_of_name(text, words[last])))
        at = max(at, last) + 1
    return [(start, end) for start, end in names if end - start > 1]


def last_of_name(text: str, words: list[Span], first: int, language: Language) -> int:
    """Return the index of the last word of the name that begins with the word `first`; first - 1 if none does."""
    if not is_capitalised(text, words[first]):
        return first - 1
    last = at = first
    while at + 1 < len(words) and at - last <= MOST_LINKS and are_joined(text, words[at], words[at + 1]):
        at += 1
        word = text[slice(*words[at])]
        if is_capitalised(text, words[at]) or (at == last + 1 and _NUMBER.fullmatch(word)):
            last = at
        elif word not in language.name_links:
            break
        if _POSSESSIVE.search(word):
            break
    return last


def are_joined(text: str, word: Span, following: Span) -> bool:
    """Return whether two words may belong to one name, by what stands between them."""
    gap = text[word[1] : following[0]]
    return bool(_GAP.fullmatch(gap)) or (gap == ". " and bool(_ABBREVIATION.fullmatch(text[slice(*word)])))


def is_capitalised(text: str, word: Span) -> bool:
    """Return whether a word begins with a capital."""
    return _CAPITAL.match(text, word[0]) is not None


def end_of_name(text: str, word: Span) -> int:
    """Return the end of the last word of a name, without a possessive ending."""
    ending = _POSSESSIVE.search(text[slice(*word)])
    return word[0] + ending.start() if ending else word[1]
