"""Normalise answers by their language, and find the language and the question word of a question.

The official SQuAD scores remove English articles in every language. MLQA's script (Lewis et al. 2020,
https://github.com/facebookresearch/MLQA) removes the articles of each language, and Unicode punctuation.
`normalise_answer` does the same for more languages.
"""

import string
from functools import cache

import regex

from spanferry.language import language_of
from spanferry.language.scripts import UNSPACED

NAMES = {
    "arabic": "ar",
    "bengali": "bn",
    "english": "en",
    "finnish": "fi",
    "indonesian": "id",
    "japanese": "ja",
    "korean": "ko",
    "russian": "ru",
    "swahili": "sw",
    "telugu": "te",
    "thai": "th",
}
"""TyDi QA's languages; its question ids begin with the language name and a hyphen."""

_PUNCTUATION = regex.compile(rf"[\p{{P}}{regex.escape(string.punctuation)}]+")
_UNSPACED = regex.compile(rf"([{UNSPACED}]\p{{M}}*)")


@cache
def _article_patterns(language: str) -> tuple[regex.Pattern[str], ...]:
    """Return patterns of the words, and of the beginnings of words, that scoring ignores."""
    known = language_of(language)
    words, prefixes = "|".join(sorted(known.scoring_articles)), "|".join(sorted(known.scoring_prefixes))
    patterns = (rf"\b(?:{words})\b" if words else "", rf"\b(?:{prefixes})" if prefixes else "")
    return tuple(regex.compile(pattern) for pattern in patterns if pattern)


def question_language(question_id: str) -> str | None:
    """Return the language code that a TyDi QA id states ("finnish-7633-0" -> "fi"), None for other ids."""
    name, hyphen, _ = question_id.rpartition("/")[2].partition("-")
    return NAMES.get(name) if hyphen else None


def normalise_answer(text: str, language: str) -> str:
    """Normalise an answer: lower case, no punctuation, none of the language's articles, single spaces.

    language: a BCP 47 code, such as "pt" or "pt-BR". Chinese, Japanese and Thai characters count as words.

    There are two differences from MLQA's script. The Arabic article is removed only at the start of a word; MLQA
    removes its letters everywhere. An answer that consists of an article keeps it; in MLQA it becomes empty, and any
    other article matches it.
    """
    plain = bare = _PUNCTUATION.sub("", text.lower())
    for pattern in _article_patterns(language):
        bare = pattern.sub(" ", bare)
    return " ".join(split_words(bare if bare.strip() else plain, language))


def split_words(text: str, language: str) -> list[str]:
    """Split a text at white space; in Chinese, Japanese and Thai each character is a word.

    >>> split_words("東京 2020", "ja")
    ['東', '京', '2020']
    """
    return (_UNSPACED.sub(r" \1 ", text) if language_of(language).scored_by_character else text).split()


def split_answer(normalised: str, language: str) -> list[str]:
    """Return what F1 counts of a normalised answer: its words, or in Korean its characters, as KorQuAD's script does.

    Korean particles are written onto the word, so that by words an answer with a particle would be wrong altogether.
    """
    words = normalised.split()
    return list("".join(words)) if language_of(language).f1_by_character else words


def find_question_word(question: str, language: str) -> str:
    """Return the first question word of a question, in lower case; "other" when it has none."""
    question_words = language_of(language).question_words
    words = regex.findall(r"\w+", question.lower())
    return next((word for word in words if word in question_words), "other")
