"""Detects answers that are still in the source language.

Names, numbers, terms and quoted titles may stay unchanged, but sentences and phrases may not. For source languages with
detection words (`spanferry.language`), partly untranslated answers are detected too.
"""

import regex

from spanferry.language import DetectionWords, language_of
from spanferry.records import Kind

WORD = regex.compile(r"\p{L}[\p{L}\p{M}'\u2019-]*")
QUOTED = regex.compile(r"[\"\u201c\u201e\u00ab][^\"\u201d\u201c\u00bb]*[\"\u201d\u201c\u00bb]")

# An answer counts as untranslated if it has at least this many unmistakable words of the source language, and they are
# at least this share of its words.
MIN_SOURCE_WORDS, MIN_SOURCE_SHARE = 3, 0.15
MAX_NAME_WORDS = 3  # a phrase of up to so many words may be its own translation
MIN_FOREIGN_WORDS = 6  # a text with this many lower-case words must change; "Ein neues Lied wir heben an" need not
NO_WORDS: frozenset[str] = frozenset()


def is_untranslated(text: str, answer: str, kind: str, source: str) -> bool:
    """Return whether an answer is wholly or, for languages with detection words, largely in the source language."""
    detection = language_of(source).detection
    if " ".join(text.split()).casefold() != " ".join(answer.split()).casefold():
        return detection is not None and kind != Kind.ANSWER and is_mostly_source(text, answer, detection)
    return must_change(text, kind, detection)


def must_change(text: str, kind: str, detection: DetectionWords | None) -> bool:
    """Return whether a text cannot be its own translation."""
    function_words = detection.translation_telling if detection else NO_WORDS
    shared_words = detection.translation_shared if detection else NO_WORDS
    words = WORD.findall(text)
    if kind != Kind.ANSWER and words:
        words[0] = words[0].lower()  # the first word of a sentence has a capital even if it is no name
    lower_case = [word for word in words if word[0].islower()]
    telling = [word for word in lower_case if word in function_words]
    if kind != Kind.ANSWER:
        return len(words) >= MAX_NAME_WORDS and bool(telling or len(lower_case) >= MAX_NAME_WORDS)
    if telling == ["and"] and len(words) <= MAX_NAME_WORDS:  # "rock and roll"
        return False
    content_words = [word for word in lower_case if word not in function_words and word not in shared_words]
    return bool(telling and content_words) or len(lower_case) >= MIN_FOREIGN_WORDS


def is_mostly_source(text: str, answer: str, detection: DetectionWords) -> bool:
    """Return whether a large part of the answer is untranslated, not counting titles that the text quotes."""
    unmistakable = detection.translation_unmistakable
    if unmistakable.isdisjoint(answer.split()):
        return False
    words = WORD.findall(answer)
    left = sum(word in unmistakable for word in words) - sum(word in unmistakable for word in quoted_words(text))
    return left >= MIN_SOURCE_WORDS and left >= MIN_SOURCE_SHARE * len(words)


def quoted_words(text: str) -> list[str]:
    """Return the words in quotation marks. They may be titles, which stay in their language."""
    return [word for quote in QUOTED.findall(text) for word in WORD.findall(quote)]
