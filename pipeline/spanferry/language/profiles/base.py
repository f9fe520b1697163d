"""The record that a language's profile fills in.

A field that a profile leaves out keeps its neutral value, so an unknown language has no articles, no compounds and no
question words. Everything is a closed list of words or a rule about letters; nothing is learned.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from spanferry.language.numbers import number_words


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text that separates them by white space."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionWords:
    """Function words that show that a text is in this language. All are lower-case.

    Two detectors use them, and each has lists of its own because their thresholds were set with them: the check of a
    translation knows the source text (`translation/checks/untranslated.py`), the validator only sees a finished file
    (`squad/validation/untranslated.py`).
    """

    translation_telling: frozenset[str]
    """Words that prove the language. Those of Dutch, German, French and parts of names are left out."""

    translation_shared: frozenset[str]
    """Words of the language that also occur in names and in other languages."""

    translation_unmistakable: frozenset[str]
    """Those of `translation_telling` that occur in no text of another language, except in titles."""

    file_telling: frozenset[str]
    """Words that hardly any other language has."""

    file_common: frozenset[str]
    """The words above, and words that count where one of those is near."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownPatterns:
    """What the groups of the loss report need to know of a language (`spanferry.breakdown`).

    Each pattern is the inside of a regular expression's group (RE2, as Arrow uses it): alternatives separated by "|".
    """

    question_groups: tuple[tuple[str, str], ...] = ()
    """(group, alternatives); where one form begins another, the longer is listed first."""

    months: str = ""
    periods: str = ""
    """Centuries, decades and weekdays."""

    before_year: str = ""
    """What may precede a year in a date: "in", "early"."""

    hedges: str = ""
    """What may precede a number: "about"."""

    numbers: str = ""
    clause_starts: str = ""
    """Words that begin a clause: "because"."""

    clause_words: str = ""
    """Finite verbs and conjunctions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Everything that is known about a language. Words are lower-case.

    code: the primary subtag (BCP 47). synonyms: other primary subtags of the same language.
    """

    code: str = ""
    synonyms: tuple[str, ...] = ()

    articles: frozenset[str] = frozenset()
    """Words that may precede a noun phrase without belonging to the answer."""

    determiners: frozenset[str] = frozenset()
    """Other words that open a noun phrase, and that a translation may turn into an article ("its" -> "het")."""

    edge_words: frozenset[str] = frozenset()
    """Prepositions, conjunctions and relatives. At the edge of a span they belong to the sentence, not to the answer,
    unless the translated answer has them too."""

    one_words: frozenset[str] = frozenset()
    """Words for 1. Some are articles as well ("een"); they count as articles unless the source says "one"."""

    compounds: bool = False
    """True where nouns are written together, so that an answer may be part of a longer word."""

    num2words_code: str = ""
    """The code that num2words has for the language, where it is not `code`."""

    ordinal_endings: tuple[str, ...] = ()
    """Endings of ordinal numbers in digits: "th" of "17th"."""

    scoring_articles: frozenset[str] = frozenset()
    """Articles that the language's own EM and F1 ignore: those of MLQA's script, which may be fewer than `articles`."""

    scoring_prefixes: frozenset[str] = frozenset()
    """Articles that are written together with the next word; scoring removes them as well."""

    scored_by_character: bool = False
    """True where scoring counts each character of an unspaced script as a word."""

    question_words: frozenset[str] = frozenset()
    """Words that ask, by which scores are broken down."""

    detection: DetectionWords | None = None
    breakdown: BreakdownPatterns = BreakdownPatterns()

    @property
    def numbers(self) -> Mapping[str, str]:
        """Folded number words -> digits, as `number_words` gives them."""
        return number_words(self.num2words_code or self.code, self.ordinal_endings)
