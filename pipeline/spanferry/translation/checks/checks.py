"""What is wrong with an answer, before it may enter the memory.

    fault("How many?", "Error 500 (Server Error)!!1500.", Kind.QUESTION, "en", "nl") -> CheckFailure.ERROR_PAGE

Each check is there for a failure that was seen (see the names below), and none is a judgement of
quality. The figures were set on 7,700 translations by people and good engines (English into Dutch,
German and Spanish), of which they refuse practically none; `benchmarks/translation.py` measures
both sides.
"""

import re
from collections.abc import Sequence

import regex

from spanferry.language.scripts import DENSE, FIRST_DENSE, foreign_letters
from spanferry.records import CheckFailure, Kind

MARKED = "marked"
"""Kind of a segment that is a sentence with one answer between markers; they may be lost or moved."""


# What services say in place of a translation: a word of it, by which most answers are passed quickly, and the whole.
# deep-translator #282: "Error 500 (Server Error)!!1500.That's an error." was returned as the translation.
SERVICE = (
    (
        CheckFailure.CAPTCHA,
        ("captcha", "traffic", "robot", "systems", "before you", "verify", "javascript"),
        regex.compile(
            r"captcha|unusual traffic|not a robot|our systems have detected|before you continue to"
            r"|verify you are human|enable javascript"
        ),
    ),
    (
        CheckFailure.ERROR_PAGE,
        ("error", "all we know", "gateway", "unavailable", "too many", "<!doctype", "<html"),
        regex.compile(
            r"\berror \d{3}\b|\(server error\)|that.s an error|that.s all we know|bad gateway|service unavailable"
            r"|internal server error|gateway time-?out|too many requests|<!doctype|<html"
        ),
    ),
    # benchmarks/injection.py: what a model says that has been talked out of translating.
    (
        CheckFailure.CHAT,
        ("translat", "note:", "sorry", "cannot", "can't", "can\u2019t", "unable", "language model", "an ai"),
        regex.compile(
            r"here(?:.s| is)(?: the| your| a)? translat|\btranslat\w+:|\(note:|\bi.m sorry|\bi am sorry|\bas an ai\b"
            r"|\bi (?:cannot|can.t|am unable to) (?:help|assist|translate|comply)|large language model"
        ),
    ),
)
TAG = regex.compile(r"<\s*(/?)\s*([A-Za-z!][^\s<>/]*)[^<>]*>")
ENTITY = regex.compile(r"&\s?(?:[A-Za-z][A-Za-z0-9]{1,30}|#\s?[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
BRACKETS = "<>[]{}"
# Controls but tab and line ends, and those that turn the direction of what follows.
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
PAIRS = ("()", "[]")


def words_of(text: str) -> frozenset[str]:
    return frozenset(text.split())


WORD = regex.compile(r"\p{L}[\p{L}\p{M}'\u2019-]*")
# English words that tell a text is English; not those that are Dutch, German, French or a name's part as well.
ENGLISH = words_of("""
    the and with from which that this to by his her their its it has have not but than who what when where why how
    many does did been for they she because between through during into would were are
""")
# English, but in the names of things and in other languages, too.
NEUTRAL = words_of("a an as at de in is of on or was")
# Those among ENGLISH that stand in no text of another language, titles apart.
UNMISTAKABLE = words_of("the and which with that from their were")
LEFT_ENGLISH, LEFT_ENGLISH_SHARE = 3, 0.15
QUOTED = regex.compile(r"[\"\u201c\u201e\u00ab][^\"\u201d\u201c\u00bb]*[\"\u201d\u201c\u00bb]")
NAMELIKE_WORDS = 3  # "rock and roll": so short a phrase may be its own translation
FOREIGN_WORDS = 6  # "Ein neues Lied wir heben an" may stay; six small words in a row may not

# 12 letters may become 3 ("Construction", "Bau"), 3 may become 31 ("low", "een lage plaats").
SHORTEST, SHORTEST_LESS = 1 / 3.5, 5
LONGEST, LONGEST_MORE = 3, 30
# Of 6,500 sentences and questions the shortest translation had 0.49 of the length; answers may be terser.
SENTENCE_LENGTH, LONG_ANSWER, SHORTEST_LONG = 25, 60, 0.45
# A Chinese, Japanese or Korean character says about as much as three Latin ones.
DENSE_WEIGHT = 3

NUMBER = regex.compile(r"\d(?:[\d.,\u00a0\u202f\u2009]*\d)?")
HOUR = regex.compile(r"\d\s?[ap]\.?m\b", regex.I)
SPELLED_DIGITS = 2  # "12" may become "twaalf"

END = regex.compile(r"[.!?\u2026\u3002\uff01\uff1f\u0964\u061f:;][\s\"'\u201d\u2019\u201c\u00bb\u203a)\]>}*_|]*\Z")
FULL_STOP = regex.compile(r"[.!?][\"'\u201d\u2019)\]]*\Z")
LEAST_WORDS = 4  # a shorter text may end with an abbreviation's full stop

SAME_SIGN = re.compile(r"([^\s\d])\1{5,}")
LOOPS, LONGEST_LOOP = 4, 8


def fault(text: str, answer: str, kind: str, source: str, target: str) -> CheckFailure | None:
    """What is wrong with an answer to a text of that kind (Kind or MARKED); None when it may be kept.

    source, target: language codes.
    """
    if not answer.strip():
        return CheckFailure.EMPTY
    lowered = answer.lower()
    for found, words, pattern in SERVICE:
        if any(word in lowered for word in words) and pattern.search(lowered) and not pattern.search(text.lower()):
            return found
    if unchanged(text, answer, kind, source):
        return CheckFailure.UNCHANGED
    if markup(text, answer, kind):
        return CheckFailure.MARKUP
    if foreign_letters(text, answer, target):
        return CheckFailure.SCRIPT
    if repeats(text, answer):
        return CheckFailure.REPETITION
    if truncated(text, answer, kind):
        return CheckFailure.TRUNCATED
    if length(text, answer, kind):
        return CheckFailure.LENGTH
    if numbers(text, answer):
        return CheckFailure.NUMBERS
    return None


def unchanged(text: str, answer: str, kind: str, source: str) -> bool:
    """Whether the answer is still in the source language; names, numbers and terms may be."""
    english = source.split("-")[0] == "en"
    if " ".join(text.split()).casefold() != " ".join(answer.split()).casefold():
        return english and kind != Kind.ANSWER and mostly_english(text, answer)
    words = WORD.findall(text)
    if kind != Kind.ANSWER and words:
        words[0] = words[0].lower()  # capital or not, it begins the sentence
    small = [word for word in words if word[0].islower()]
    telling = [word for word in small if word in ENGLISH] if english else []
    if kind != Kind.ANSWER:
        return len(words) >= NAMELIKE_WORDS and bool(telling or len(small) >= NAMELIKE_WORDS)
    if telling == ["and"] and len(words) <= NAMELIKE_WORDS:
        return False
    meaningful = [word for word in small if word not in ENGLISH and word not in NEUTRAL]
    return bool(telling and meaningful) or len(small) >= FOREIGN_WORDS


def mostly_english(text: str, answer: str) -> bool:
    """Whether much of the answer was left in English, quoted titles apart."""
    if UNMISTAKABLE.isdisjoint(answer.split()):
        return False
    words = WORD.findall(answer)
    left = sum(word in UNMISTAKABLE for word in words) - sum(word in UNMISTAKABLE for word in quoted_words(text))
    return left >= LEFT_ENGLISH and left >= LEFT_ENGLISH_SHARE * len(words)


def quoted_words(text: str) -> list[str]:
    """The words of a text between quotation marks: titles, which may stay in their language."""
    return [word for quote in QUOTED.findall(text) for word in WORD.findall(quote)]


def markup(text: str, answer: str, kind: str) -> bool:
    """Whether the answer has tags, entities, brackets, addresses or controls that the text does not explain."""
    times = 2 if kind == MARKED else 1  # an engine may double the markers
    if any(answer.count(bracket) > times * text.count(bracket) for bracket in BRACKETS):
        return True
    if "<" in answer and tags(answer) - tags(text):
        return True
    if "://" in answer and answer.count("://") > text.count("://"):
        return True
    if not answer.isprintable() and set(CONTROL.findall(answer)) - set(text):
        return True
    return "&" in answer and bool(set(ENTITY.findall(answer)) - set(ENTITY.findall(text)))


def tags(text: str) -> set[str]:
    """Names of the tags in a text, whatever white space an engine has put into them."""
    return {name.lower() for _, name in TAG.findall(text)}


def repeats(text: str, answer: str) -> bool:
    """Whether the answer says the same thing over and over, as networks do when they lose the thread."""
    if (sign := SAME_SIGN.search(answer)) and sign[0] not in text:
        return True
    return loops(answer.casefold().split()) and not loops(text.casefold().split())


def loops(words: Sequence[str]) -> bool:
    """Whether some words, up to LONGEST_LOOP, stand there LOOPS times in a row."""
    if len(words) - len(set(words)) < LOOPS - 1:
        return False
    for period in range(1, min(LONGEST_LOOP, len(words) // LOOPS) + 1):
        run = 0
        for word, before in zip(words[period:], words, strict=False):
            run = run + 1 if word == before else 0
            if run == (LOOPS - 1) * period:
                return True
    return False


def truncated(text: str, answer: str, kind: str) -> bool:
    """Whether the end is missing: of a sentence its full stop, of a bracket its other half, of a comparison its `<`."""
    if kind != Kind.ANSWER and len(text.split()) >= LEAST_WORDS and FULL_STOP.search(text) and not END.search(answer):
        return True
    if kind == MARKED:
        return False
    if any(text.count(left) == text.count(right) and answer.count(left) > answer.count(right) for left, right in PAIRS):
        return True
    # The client cuts its page at the first "<" that is not written as an entity.
    return "<" in text and "<" not in answer and len(answer) < len(text) * 2 / 3


def length(text: str, answer: str, kind: str) -> bool:
    """Whether the lengths are implausibly apart."""
    long, short = weight(text), weight(answer)
    if long >= (LONG_ANSWER if kind == Kind.ANSWER else SENTENCE_LENGTH) and short < SHORTEST_LONG * long:
        return True
    return short < SHORTEST * long - SHORTEST_LESS or short > LONGEST * long + LONGEST_MORE


def weight(text: str) -> int:
    """A text's length in Latin letters."""
    dense = 0 if max(text, default="") < FIRST_DENSE else len(DENSE.findall(text))
    return len(text) + (DENSE_WEIGHT - 1) * dense


def digits(number: str) -> str:
    """A number's digits in ASCII, without separators: '1.000,5' -> '10005'."""
    return "".join(str(int(ch)) for ch in number if ch.isdecimal())


def numbers(text: str, answer: str) -> bool:
    """Whether a number of the text is missing from the answer, beyond being spelled out or written otherwise.

    Passed: 1,000 as 1.000; 1,160,000 as 1,16 miljoen; 1990s as jaren 90; 7 pm as 19 uur; 12 as twaalf
    unless another number stands in its place; 1000 as duizend.
    """
    if not (said := NUMBER.findall(text)):
        return False
    held = digits(answer)
    missing = [number for number in said if digits(number) not in held and not rewritten(number, text, held)]
    if not missing or HOUR.search(text):
        return False
    if any(len(digits(number).lstrip("0")) > SPELLED_DIGITS for number in missing):
        return True
    all_said = digits(text)
    return any(digits(number) not in all_said for number in NUMBER.findall(answer))


def rewritten(number: str, text: str, held: str) -> bool:
    """Whether a number may be there in another form: a decade, a round one, a power of ten in letters."""
    plain = digits(number)
    stem = plain.rstrip("0")
    decade = regex.search(rf"{regex.escape(number)}['\u2019]?s\b", text)
    return bool(decade) or stem in ("", "1") or (len(plain) - len(stem) >= 3 and stem in held)
