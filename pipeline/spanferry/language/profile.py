"""What a language's grammar says about where a span may start and end.

A language that nobody configured gets `NEUTRAL`: no articles, no compounds. Everything here is a
closed list of function words or a rule about letters; nothing is learned, nothing needs a lexicon.
"""

from dataclasses import dataclass, field, replace

from spanferry.language.numbers import number_words


@dataclass(frozen=True, slots=True)
class Language:
    """articles: lower-case words that may precede a noun phrase without belonging to the answer.
    determiners: other words that open a noun phrase and may come back as an article ("its" -> "het").
    one: words for 1; among them may be articles ("een"), which then count as articles only where the
    source does not say "one".
    loose: prepositions, conjunctions and relatives: at the edge of a span, where neither the
    translation nor the marked piece has them, they are the sentence's and not the answer's.
    compounds: nouns are written together, so that a translation may stand inside a longer word.
    numbers: folded number words -> folded digits, so that "twelve" meets "12".
    """

    articles: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    one: frozenset[str] = frozenset()
    compounds: bool = False
    numbers: dict[str, str] = field(default_factory=dict)


def words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


NEUTRAL = Language()

LANGUAGES = {
    "en": Language(
        articles=frozenset({"the", "a", "an"}),
        determiners=words("its his her their my our your this that these those"),
        loose=words("and or of in on at by for from with to as that which who whose where when while but than into"),
        one=frozenset({"one", "1"}),
    ),
    "nl": Language(
        articles=frozenset({"de", "het", "een", "'t", "den", "der"}),
        loose=words(
            "en of maar van in op aan bij door voor met uit om te naar tot als dan dat die wat waar wie toen omdat"
            " zoals over onder tegen tussen"
        ),
        one=frozenset({"een", "één", "1"}),
        compounds=True,
    ),
    "de": Language(
        articles=frozenset(
            {"der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines"}
        ),
        loose=words(
            "und oder aber von in auf an bei durch für mit aus um zu nach bis als dass welche wo wer weil wie über"
            " unter gegen zwischen im am vom zum zur"
        ),
        one=frozenset({"ein", "eine", "einen", "einem", "einer", "eines", "1"}),
        compounds=True,
    ),
    "es": Language(
        articles=frozenset({"el", "la", "los", "las", "un", "una", "unos", "unas"}),
        loose=words("y o pero de en a con por para que como donde cuando sin sobre entre del al"),
        one=frozenset({"un", "una", "uno", "1"}),
    ),
    "fr": Language(articles=frozenset({"le", "la", "les", "un", "une", "des"}), one=frozenset({"un", "une", "1"})),
    "it": Language(
        articles=frozenset({"il", "lo", "la", "i", "gli", "le", "un", "uno", "una"}),
        one=frozenset({"un", "uno", "una", "1"}),
    ),
    "pt": Language(
        articles=frozenset({"o", "a", "os", "as", "um", "uma", "uns", "umas"}), one=frozenset({"um", "uma", "1"})
    ),
    "sv": Language(
        articles=frozenset({"en", "ett", "den", "det", "de"}), one=frozenset({"en", "ett", "1"}), compounds=True
    ),
    "da": Language(
        articles=frozenset({"en", "et", "den", "det", "de"}), one=frozenset({"en", "et", "1"}), compounds=True
    ),
    "nb": Language(
        articles=frozenset({"en", "ei", "et", "den", "det", "de"}),
        one=frozenset({"en", "ei", "et", "1"}),
        compounds=True,
    ),
    "fi": Language(compounds=True),
}


def counting(language: Language) -> Language:
    """The same language where a word for 1 is meant as a number, and is no article."""
    return replace(language, articles=language.articles - language.one)


def language(code: str) -> Language:
    """The policy for a BCP 47 code, by its primary subtag; NEUTRAL when there is none."""
    primary = code.split("-")[0]
    return replace(LANGUAGES.get(primary, NEUTRAL), numbers=number_words(primary))
