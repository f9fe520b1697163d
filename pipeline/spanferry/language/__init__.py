"""Everything that Spanferry knows about languages.

language_of("nl-BE") ──> Language(code="nl", articles={"de", "het", ...}, ...)

codes       BCP 47 codes: the primary subtag
profiles/   one module per language: function words, compounds, number words, question words, scoring
numbers     number words and digits
date_names  names of months and weekdays
scripts     the scripts of each language; unspaced and dense scripts; combining marks
words       tokens, and folding, which makes variants of a token equal
sentences   sentence boundaries
boundaries  word boundaries inside a text
"""

from dataclasses import replace
from functools import cache

from spanferry.language.codes import language_name, primary_subtag
from spanferry.language.profiles import PROFILES, SYNONYMS
from spanferry.language.profiles.base import BreakdownPatterns, DetectionWords, Language

NEUTRAL = Language()
"""The profile of a language that is not known."""


@cache
def language_of(code: str) -> Language:
    """Return the profile of a language.

    code: a BCP 47 code; its script and region are ignored. A language without a profile has only its code and number
    words.
    """
    primary = primary_subtag(code)
    return PROFILES.get(SYNONYMS.get(primary, primary)) or replace(NEUTRAL, code=primary)


@cache
def counting(language: Language) -> Language:
    """Return a language whose words for 1 do not count as articles, for answers in which they are numbers."""
    return replace(language, articles=language.articles - language.one_words)


__all__ = [
    "NEUTRAL",
    "BreakdownPatterns",
    "DetectionWords",
    "Language",
    "counting",
    "language_name",
    "language_of",
    "primary_subtag",
]
