"""Language codes (BCP 47): one language under all its codes, and codes that are misspelled.

    iw, he, heb             he
    zh-CN, zh-Hans, cmn     zh
    no, nb                  nb

`language_name` has the name of a language for people. The package langcodes knows the registered codes and the data of
Unicode's CLDR: withdrawn codes (iw, in, tl), codes of three letters (nld, dut), languages that belong to a
macrolanguage (cmn, arb), and the usual script and territory of a language.
"""

from functools import cache

from langcodes import Language
from langcodes.tag_parser import LanguageTagError

# The macrolanguage Norwegian is nearly always Bokmål. Nynorsk (nn) differs, but has a profile with it.
_NORWEGIAN = {"no": "nb"}


@cache
def primary_subtag(code: str) -> str:
    """Return the language of a code without script and territory: "pt" for "pt-BR", "he" for "iw", "et" for "est".

    Letter case and underscores do not matter. A text that is no code is returned in lower case.
    """
    language = _parse(code)
    primary = language.prefer_macrolanguage().language if language else None
    primary = primary or code.lower()
    return _NORWEGIAN.get(primary, primary)


@cache
def script_subtag(code: str) -> str:
    """Return the script (ISO 15924) in which a language is usually written: "Hans" for "zh-CN"; "" if unknown."""
    language = _parse(code)
    return (language.maximize().script or "") if language else ""


def standard_code(code: str) -> str:
    """Return a code in its standard spelling, without synonyms: "he-IL" for "iw_il". A text that is no code stays."""
    language = _parse(code)
    return language.to_tag() if language else code


def language_name(code: str) -> str:
    """Return the English name of a language: "Portuguese (Brazil)" for "pt-BR". A code without a name stays."""
    from babel import Locale

    english, language = Locale("en"), _parse(code)
    name = english.languages.get(language.language or "") if language else None
    if language is None or name is None:
        return code
    parts = english.scripts.get(language.script or ""), english.territories.get(language.territory or "")
    return f"{name} ({', '.join(filter(None, parts))})" if any(parts) else name


@cache
def fits(code: str, wanted: str) -> bool:
    """Return whether texts in one code are texts in the wanted one, which may be less specific.

    "pt-BR", "zh-Hans" and "iw" fit "pt", "zh-CN" and "he". "pt-PT" does not fit "pt-BR". A language without territory
    is that of its usual territory: "pt" fits "pt-BR", and "nl" does not fit "nl-BE".
    """
    one, other = _parse(code), _parse(wanted)
    if one is None or other is None:
        return code.lower() == wanted.lower()
    if primary_subtag(code) != primary_subtag(wanted):
        return False
    one = one.maximize()
    return other.script in (None, one.script) and other.territory in (None, one.territory)


def find_code_problem(code: str) -> str | None:
    """Return what is wrong with a code that a user wrote, or None. A withdrawn code (iw) is right."""
    language = _parse(code, normalize=False)
    if language and language.is_valid():
        spelling = language.to_tag()
    else:  # a code of three letters may stand for one of two: nld is nl
        language = _parse(code)
        spelling = language.to_tag() if language and language.is_valid() else None
    if spelling is None:
        return f"{code!r} is no language code of BCP 47, such as nl or pt-BR"
    return None if spelling == code else f"{code!r} is misspelled; write {spelling}"


def _parse(code: str, *, normalize: bool = True) -> Language | None:
    """Return the parsed code; None for a text that is no code."""
    try:
        return Language.get(code, normalize=normalize)
    except LanguageTagError:
        return None
