"""The type of a language profile.

A field that a profile omits keeps its neutral default: an unknown language has no articles, no compounds and no
question words. All knowledge consists of lists of words and rules about letters; nothing is learned from data.
"""

from dataclasses import dataclass
from functools import cached_property

from spanferry.language.date_names import CalendarNames, calendar_names
from spanferry.language.numbers import NumberWords, number_words
from spanferry.language.scripts import is_written_without_spaces


def word_set(words: str) -> frozenset[str]:
    """Return the words of a text, which are separated by white space."""
    return frozenset(words.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionWords:
    """Function words that show that a text is in this language. All are in lower case.

    There are two detectors. The check of a translation knows the source text (`translation/checks/untranslated.py`);
    the validator sees only a finished file (`squad/validation/untranslated.py`). Each has its own lists, because its
    thresholds were set with them.
    """

    translation_telling: frozenset[str]
    """Words that prove the language. Words that also exist in Dutch, German, French or names are left out."""

    translation_shared: frozenset[str]
    """Words of the language that also occur in names and in other languages."""

    translation_unmistakable: frozenset[str]
    """The words of `translation_telling` that texts in other languages contain only in titles."""

    file_telling: frozenset[str]
    """Words that hardly any other language uses."""

    file_common: frozenset[str]
    """The words of `file_telling`, and words that count only near one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownPatterns:
    """Patterns by which the loss report groups questions and answers (`spanferry.breakdown`).

    Each pattern consists of alternatives separated by "|", for a group in a regular expression (RE2, which Arrow uses).
    """

    question_groups: tuple[tuple[str, str], ...] = ()
    """(group, alternatives). A form that is the beginning of another one comes after it."""

    months: str = ""
    periods: str = ""
    """Centuries, decades and weekdays."""

    before_year: str = ""
    """Words that may precede a year in a date: "in", "early"."""

    hedges: str = ""
    """Words that may precede a number: "about"."""

    numbers: str = ""
    clause_starts: str = ""
    """Words that begin a clause: "because"."""

    clause_words: str = ""
    """Finite verbs and conjunctions."""


# Without slots, so that what is computed of a profile is kept with it.
@dataclass(frozen=True, kw_only=True)
class Language:
    """The profile of a language. All words are in lower case.

    code: the primary subtag (BCP 47). synonyms: other primary subtags of the same language.
    """

    code: str = ""
    synonyms: tuple[str, ...] = ()

    articles: frozenset[str] = frozenset()
    """Articles, which may precede a noun phrase without being part of the answer."""

    determiners: frozenset[str] = frozenset()
    """Other words that begin a noun phrase, and that may be translated as an article ("its" -> "het")."""

    edge_words: frozenset[str] = frozenset()
    """Prepositions, conjunctions and relative pronouns. At the edge of a span they are not part of the answer, unless
    the translated answer has them too."""

    one_words: frozenset[str] = frozenset()
    """Words for 1. Those that are also articles ("een") are articles unless the source answer begins with "one"."""

    name_links: frozenset[str] = frozenset()
    """Words that link the capitalised words of one name: "of" in "University of Utrecht"."""

    capitalises_nouns: bool = False
    """True if all nouns begin with a capital, so that a capital does not show a name."""

    inflects_names: bool = True
    """True if a name may take another form inside a sentence (case endings, attached particles or articles)."""

    compounds: bool = False
    """True if compounds are written as one word, so that an answer may be part of a longer word."""

    number_code: str = ""
    """CLDR's code of the language for its number words, if it differs from `code`."""

    number_endings: tuple[tuple[str, str], ...] = ()
    """(ending of a number word, its ending in another case), folded, where CLDR has only the first case."""

    counters: frozenset[str] = frozenset()
    """Words that follow a number and make one word with it: 年 in "1946年" (the year 1946)."""

    year_words: frozenset[str] = frozenset()
    """Forms of the word for "year", where years hardly stand without it ("1998 году", "năm 1998"). People mark it with
    the number or not. Languages whose years stand alone have none: where they add the word ("im Jahr 1998"), people
    leave it out. In XQuAD it is part of 107 of 178 marks in Russian, Vietnamese and Arabic, and of 2 of 91 in German,
    Spanish, Romanian, Turkish and Hindi."""

    proclitics: frozenset[str] = frozenset()
    """Conjunctions and prepositions that are written together with the next word. A span may begin after them."""

    enclitics: frozenset[str] = frozenset()
    """Particles that are written together with the word before them. A span may end before them."""

    ordinal_endings: tuple[str, ...] = ()
    """Endings of ordinal numbers in digits: "th" of "17th"."""

    scoring_articles: frozenset[str] = frozenset()
    """Articles that EM and F1 in this language ignore: those of MLQA's script, which may be fewer than `articles`."""

    scoring_prefixes: frozenset[str] = frozenset()
    """Articles that are written together with the next word. Scoring removes them too."""

    f1_by_character: bool = False
    """True if F1 counts the characters of an answer, whatever their script, without spaces. Exact match keeps words."""

    question_words: frozenset[str] = frozenset()
    """Question words, by which scores are broken down."""

    detection: DetectionWords | None = None
    breakdown: BreakdownPatterns = BreakdownPatterns()

    @property
    def scored_by_character(self) -> bool:
        """True if scoring counts each character of an unspaced script as a word."""
        return is_written_without_spaces(self.code)

    @cached_property
    def numbers(self) -> NumberWords:
        """The number words of the language."""
        return number_words(self.number_code or self.code, self.ordinal_endings, self.number_endings)

    @cached_property
    def calendar(self) -> CalendarNames:
        """The names of months and weekdays in the language."""
        return calendar_names(self.code)

    @cached_property
    def outer_words(self) -> frozenset[str]:
        """Words that are hardly the first or the last word of an answer."""
        return self.edge_words | self.articles

    @cached_property
    def light_words(self) -> frozenset[str]:
        """Words that hardly show where an answer is."""
        return self.outer_words | self.determiners

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Words that are never a name on their own, also where a sentence begins with them."""
        listed = self.articles | self.determiners | self.edge_words | self.question_words
        if self.detection is None:
            return listed
        return listed | self.detection.translation_telling | self.detection.translation_shared
