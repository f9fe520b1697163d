"""Which letters belong into a language."""

import regex

# Languages that are not written in Latin letters; names may always be.
SCRIPTS = {
    "Arabic": "ar ckb fa ps sd ug ur",
    "Armenian": "hy",
    "Bengali": "as bn",
    "Cyrillic": "be bg kk ky mk mn ru sr tg tt uk",
    "Devanagari": "hi mr ne sa",
    "Ethiopic": "am ti",
    "Georgian": "ka",
    "Greek": "el",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Han": "ja ko yue zh",
    "Hangul": "ko",
    "Hebrew": "he iw yi",
    "Hiragana": "ja",
    "Kannada": "kn",
    "Katakana": "ja",
    "Khmer": "km",
    "Lao": "lo",
    "Malayalam": "ml",
    "Myanmar": "my",
    "Sinhala": "si",
    "Tamil": "ta",
    "Telugu": "te",
    "Thai": "th",
}
_LETTERS = {script: regex.compile(rf"\p{{Script={script}}}") for script in SCRIPTS}
_NOT_LATIN = regex.compile(r"[^\P{L}\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]")
# Scripts whose characters are syllables or words, and the first of them: Hangul's.
FIRST_DENSE = "\u1100"
DENSE = regex.compile(r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]")



def non_latin_letters(text: str) -> str:
    """Return the letters of a text that are not Latin, in order."""
    return "".join(_NOT_LATIN.findall(text))


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts other than Latin among a text's letters."""
    return frozenset(script for script, letters in _LETTERS.items() if letters.search(text))
