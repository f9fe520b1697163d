"""What scoring and its breakdowns need to know of a language: articles, question words, its name in ids.

The official SQuAD scores take off English articles whatever the language. MLQA's script (Lewis et al.
2020, https://github.com/facebookresearch/MLQA) takes off each language's own, and Unicode punctuation;
`normalise` follows it, for more languages.
"""

import string

import regex

ARTICLES = {
    "da": ("en", "et", "den", "det", "de"),
    "de": ("ein", "eine", "einen", "einem", "eines", "einer", "der", "die", "das", "den", "dem", "des"),
    "en": ("a", "an", "the"),
    "es": ("un", "una", "unos", "unas", "el", "la", "los", "las"),
    "fr": ("un", "une", "des", "le", "la", "les"),
    "it": ("un", "uno", "una", "il", "lo", "la", "i", "gli", "le"),
    "nl": ("de", "het", "een"),
    "no": ("en", "ei", "et", "den", "det", "de"),
    "pt": ("um", "uma", "uns", "umas", "o", "a", "os", "as"),
    "sv": ("en", "ett", "den", "det", "de"),
    "vi": ("của", "là", "cái", "chiếc", "những"),
}

QUESTION_WORDS = {
    "de": ("wer", "was", "wo", "wann", "warum", "welche", "welcher", "welches", "wie", "wieviele"),
    "en": ("who", "what", "where", "when", "why", "which", "whose", "how"),
    "es": ("quién", "qué", "dónde", "cuándo", "cuál", "cuánto", "cuántos", "cómo"),
    "fr": ("qui", "que", "quoi", "où", "quand", "pourquoi", "quel", "quelle", "combien", "comment"),
    "nl": ("wie", "wat", "waar", "wanneer", "waarom", "welk", "welke", "hoe", "hoeveel"),
}

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
"""TyDi QA's languages: its question ids begin with the name and a hyphen."""

_PUNCTUATION = regex.compile(rf"[\p{{P}}{regex.escape(string.punctuation)}]+")
_ARABIC_ARTICLE = regex.compile(r"\bال")
_UNSPACED = regex.compile(r"([\p{Han}\p{Hiragana}\p{Katakana}])")
_ARTICLES = {code: regex.compile(rf"\b(?:{'|'.join(words)})\b") for code, words in ARTICLES.items()}


def language_of(question_id: str) -> str | None:
    """The language code that an id of TyDi QA carries ("finnish-7633-0" -> "fi"), else None."""
    name, hyphen, _ = question_id.rpartition("/")[2].partition("-")
    return NAMES.get(name) if hyphen else None


def normalise(text: str, language: str) -> str:
    """Lower case, without punctuation and the language's articles, single spaces. language: "pt", or "pt-BR".

    Chinese and Japanese characters count as words. Two differences to MLQA's script: the Arabic
    article goes at the start of a word only (there: wherever its letters stand), and an answer that is
    nothing but an article keeps it (there: it becomes empty, and any other article matches it).
    """
    primary = language.split("-")[0]
    plain = _PUNCTUATION.sub("", text.lower())
    bare = _ARTICLES[primary].sub(" ", plain) if primary in _ARTICLES else plain
    if primary == "ar":
        bare = _ARABIC_ARTICLE.sub(" ", bare)
    elif primary in ("zh", "ja"):
        bare = _UNSPACED.sub(r" \1 ", bare)
    return " ".join((bare if bare.strip() else plain).split())


def question_word(question: str, language: str) -> str:
    """The first word of the question that asks, in lower case; "other" when none does."""
    known = QUESTION_WORDS.get(language.split("-")[0], ())
    words = regex.findall(r"\w+", question.lower())
    return next((word for word in words if word in known), "other")
