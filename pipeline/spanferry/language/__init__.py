"""Everything known about languages; other modules ask here.

language_of("nl-BE") ──> Language(code="nl", articles={"de", "het", ...}, ...)

codes       BCP 47 codes: the primary subtag
profiles/   one module a language: function words, compounds, number words, question words, scoring
numbers     number words and digits
scripts     which scripts a language uses; unspaced and dense scripts; combining marks
words       tokens, and a folding under which variants are equal
sentences   sentence boundaries
boundaries  word boundaries inside a text
"""

from dataclasses import replace
from functools import cache

from spanferry.language.codes import primary_subtag
from spanferry.language.profiles import PROFILES, SYNONYMS
from spanferry.language.profiles.base import BreakdownPatterns, DetectionWords, Language

NEUTRAL = Language()
"""A language of which nothing is known."""


@cache
def language_of(code: str) -> Language:
    """Return what is known of a language.

    code: BCP 47; script and region are ignored. Of an unknown language only its code and number words are known.
    """
    primary = primary_subtag(code)
    return PROFILES.get(SYNONYMS.get(primary, primary)) or replace(NEUTRAL, code=primary)


@cache
def counting(language: Language) -> Language:
    """Return the language as it is where a word for 1 is meant as a number: those words are no articles."""
    return replace(language, articles=language.articles - language.one_words)


__all__ = ["NEUTRAL", "BreakdownPatterns", "DetectionWords", "Language", "counting", "language_of", "primary_subtag"]
