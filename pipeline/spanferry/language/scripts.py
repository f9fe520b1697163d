"""Unicode scripts: the scripts of each language, and those that are unspaced, dense, or attach particles."""

import unicodedata
from functools import cache, lru_cache
from itertools import chain

import regex

from spanferry.language.codes import script_subtag

# The usual script of a language (ISO 15924, `codes.script_subtag`) -> its scripts in Unicode. Latin is left out,
# because any language may have Latin names.
SCRIPTS = {
    "Arab": ("Arabic",),
    "Armn": ("Armenian",),
    "Beng": ("Bengali",),
    "Cyrl": ("Cyrillic",),
    "Deva": ("Devanagari",),
    "Ethi": ("Ethiopic",),
    "Geor": ("Georgian",),
    "Grek": ("Greek",),
    "Gujr": ("Gujarati",),
    "Guru": ("Gurmukhi",),
    "Hans": ("Han",),
    "Hant": ("Han",),
    "Hebr": ("Hebrew",),
    "Jpan": ("Han", "Hiragana", "Katakana"),
    "Khmr": ("Khmer",),
    "Knda": ("Kannada",),
    "Kore": ("Han", "Hangul"),
    "Laoo": ("Lao",),
    "Mlym": ("Malayalam",),
    "Mymr": ("Myanmar",),
    "Orya": ("Oriya",),
    "Sinh": ("Sinhala",),
    "Taml": ("Tamil",),
    "Telu": ("Telugu",),
    "Thaa": ("Thaana",),
    "Thai": ("Thai",),
    "Tibt": ("Tibetan",),
}
# Those of living languages (ISO 15924).
RIGHT_TO_LEFT = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
_LETTERS = {
    script: regex.compile(rf"\p{{Script={script}}}") for script in sorted({*chain.from_iterable(SCRIPTS.values())})
}
_NOT_LATIN = regex.compile(r"[^\P{L}\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]")

# The characters of unspaced scripts, as the content of a character class. Unicode properties cover the supplementary
# planes (U+20000 is Han). The characters listed one by one belong to several scripts, so their own property is Common:
# U+3006 closing mark, U+3031-3035 and U+303C repeat and masu marks, U+30FC and U+FF70 prolonged sound marks,
# U+FF9E-FF9F halfwidth sound marks.
EAST_ASIAN = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}\p{Yi}\u3006\u3031-\u3035\u303c\u30fc\uff70\uff9e\uff9f"
# The scripts of Unicode's line breaking class SA, in which only a dictionary shows where words end.
SOUTH_EAST_ASIAN = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tai_Le}\p{New_Tai_Lue}\p{Tai_Tham}\p{Tai_Viet}\p{Ahom}"
UNSPACED = EAST_ASIAN + SOUTH_EAST_ASIAN
# Letters of these scripts that belong to a neighbour. Thai and Lao write some vowels before their consonant, and others
# after it; a stacker, as in Khmer, joins the next consonant.
PREPOSED = r"\p{Logical_Order_Exception}"
POSTPOSED = rf"[[\p{{InSC=Vowel_Dependent}}&&\p{{L}}]--{PREPOSED}]"
STACKER = r"\p{InSC=Invisible_Stacker}"
_UNSPACED_NAMES = regex.compile("|".join(regex.findall(r"\\p\{(\w+)\}", UNSPACED)))

_FIRST_UNSPACED = "\u0e00"
_UNSPACED = regex.compile(f"[{UNSPACED}]")
_JOINS_NEXT = regex.compile(f"{PREPOSED}|{STACKER}", regex.V1)
_JOINS_PREVIOUS = regex.compile(POSTPOSED, regex.V1)
# Letters and marks are parts of words. Some words end with a joiner, as in Malayalam.
_INVISIBLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}--[\p{L}\p{M}\u200c\u200d]]", regex.V1)
# Also the blocks of East Asian symbols and punctuation, and of fullwidth and halfwidth forms.
_EAST_ASIAN_TEXT = regex.compile(rf"[{EAST_ASIAN}\u3000-\u9fff\uff00-\uffef]")
# Scripts that write particles and articles together with the word.
_ATTACHED = regex.compile(r"[\p{Hangul}\p{Arabic}\p{Hebrew}]")

# Scripts whose characters are syllables or words. FIRST_DENSE is their first character, which is Hangul.
FIRST_DENSE = "\u1100"
DENSE = regex.compile(rf"[{EAST_ASIAN}\p{{Hangul}}]")


def non_latin_letters(text: str) -> str:
    """Return the letters of a text that are not Latin, in order."""
    return "".join(_NOT_LATIN.findall(text))


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts other than Latin among a text's letters."""
    return frozenset(script for script, letters in _LETTERS.items() if letters.search(text))


def scripts_written_in(code: str) -> frozenset[str]:
    """Return the scripts other than Latin that a language uses; empty for a language that is written in Latin."""
    return frozenset(SCRIPTS.get(script_subtag(code), ()))


def direction(code: str) -> str:
    """Return the direction of a language for HTML's `dir`: "rtl" for Arabic, "ltr", or "auto" if it is not known.

    A text may start with a name in another script, so its first letter does not tell.
    """
    script = script_subtag(code)
    if not script:
        return "auto"
    return "rtl" if script in RIGHT_TO_LEFT else "ltr"


@cache
def is_written_without_spaces(code: str) -> bool:
    """Return whether a language is written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer."""
    return any(_UNSPACED_NAMES.fullmatch(script) for script in scripts_written_in(code))


@lru_cache(maxsize=1 << 14)
def is_unspaced(character: str) -> bool:
    """Return whether a character belongs to a script that is written without spaces (Chinese, Japanese, Thai).

    Each character of such a script counts as a word, so that any run of characters can be a span. Characters that write
    one syllable stay together (`are_one_syllable`).
    """
    return character >= _FIRST_UNSPACED and _UNSPACED.match(character) is not None


@lru_cache(maxsize=1 << 14)
def are_one_syllable(before: str, after: str) -> bool:
    """Return whether two neighbouring characters of an unspaced script belong to one syllable: เ|ก, น|า.

    Marks are not considered (`is_mark`).
    """
    return is_unspaced(before) and is_unspaced(after) and (joins_next(before) or joins_previous(after))


def joins_next(character: str) -> bool:
    """Return whether a character is in one syllable with the next one of its script: เ of เก."""
    return _JOINS_NEXT.match(character) is not None


def joins_previous(character: str) -> bool:
    """Return whether a character is in one syllable with the one before it, of its script: า of นา."""
    return _JOINS_PREVIOUS.match(character) is not None


@lru_cache(maxsize=1 << 14)
def attaches_particles(character: str) -> bool:
    """Return whether a character belongs to a script that writes particles or articles together with the word."""
    return _ATTACHED.match(character) is not None


def is_east_asian(character: str) -> bool:
    """Return whether a letter or punctuation mark is Chinese or Japanese, and so needs no space after a sentence.

    False for the empty string.
    """
    return _EAST_ASIAN_TEXT.match(character) is not None


def is_blank(character: str) -> bool:
    """Return whether a character shows nothing: white space, a zero-width space, a byte order mark, a soft hyphen."""
    return character.isspace() or _INVISIBLE.match(character) is not None


def is_mark(character: str) -> bool:
    """Return whether a character is a mark on the letter before it: an accent, a vowel sign or a point."""
    return unicodedata.category(character)[0] == "M"
