"""Answers that are still in the source language.

Names, numbers, terms and quoted titles may stay as they are; sentences and phrases may not.
"""

import regex

from spanferry.records import Kind

WORD = regex.compile(r"\p{L}[\p{L}\p{M}'\u2019-]*")
QUOTED = regex.compile(r"[\"\u201c\u201e\u00ab][^\"\u201d\u201c\u00bb]*[\"\u201d\u201c\u00bb]")


def words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# English words that prove that a text is English. Words that are also Dutch, German, French or part of a name are left
# out.
ENGLISH = words_of(
    "the and with from which that this to by his her their its it has have not but than who what when where why how"
    " many does did been for they she because between through during into would were are"
)
# English words that also occur in names of things and in other languages.
NEUTRAL = words_of("a an as at de in is of on or was")
# Those of ENGLISH that occur in no text of another language, except in titles.
UNMISTAKABLE = words_of("the and which with that from their were")

# An answer is left in English when it has this many unmistakable words, and they are this share of its words.
MIN_ENGLISH_WORDS, MIN_ENGLISH_SHARE = 3, 0.15
MAX_NAME_WORDS = 3  # "rock and roll": so short a phrase may be its own translation
MIN_FOREIGN_WORDS = 6  # "Ein neues Lied wir heben an" may stay; six lower-case words in one text may not


def is_untranslated(text: str, answer: str, kind: str, source: str) -> bool:
    """Return whether an answer is still in the source language, in whole or, for English, in large part."""
    is_english = source.split("-")[0] == "en"
    if " ".join(text.split()).casefold() != " ".join(answer.split()).casefold():
        return is_english and kind != Kind.ANSWER and is_mostly_english(text, answer)
    return must_change(text, kind, is_english)


def must_change(text: str, kind: str, is_english: bool) -> bool:
    """Return whether a text cannot be its own translation."""
    words = WORD.findall(text)
    if kind != Kind.ANSWER and words:
        words[0] = words[0].lower()  # it begins the sentence, so its capital proves no name
    lower_case = [word for word in words if word[0].islower()]
    english = [word for word in lower_case if word in ENGLISH] if is_english else []
    if kind != Kind.ANSWER:
        return len(words) >= MAX_NAME_WORDS and bool(english or len(lower_case) >= MAX_NAME_WORDS)
    if english == ["and"] and len(words) <= MAX_NAME_WORDS:
        return False
    content_words = [word for word in lower_case if word not in ENGLISH and word not in NEUTRAL]
    return bool(english and content_words) or len(lower_case) >= MIN_FOREIGN_WORDS


def is_mostly_english(text: str, answer: str) -> bool:
    """Return whether much of the answer was left in English, not counting titles that the text quotes."""
    if UNMISTAKABLE.isdisjoint(answer.split()):
        return False
    words = WORD.findall(answer)
    english = sum(word in UNMISTAKABLE for word in words) - sum(word in UNMISTAKABLE for word in quoted_words(text))
    return english >= MIN_ENGLISH_WORDS and english >= MIN_ENGLISH_SHARE * len(words)


def quoted_words(text: str) -> list[str]:
    """Return the words of a text between quotation marks: titles, which may stay in their language."""
    return [word for quote in QUOTED.findall(text) for word in WORD.findall(quote)]
