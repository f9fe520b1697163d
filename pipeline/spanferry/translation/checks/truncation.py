"""Detects answers whose end is missing."""

import regex

from spanferry.records import Kind
from spanferry.translation.checks.kinds import MARKED

SENTENCE_END = regex.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\u0964\u061f:;][\s\"'\u201d\u2019\u201c\u00bb\u203a)\]>}*_|]*\Z"
)
FULL_STOP = regex.compile(r"[.!?][\"'\u201d\u2019)\]]*\Z")
MIN_SENTENCE_WORDS = 4  # the full stop of a shorter text may belong to an abbreviation
BRACKET_PAIRS = ("()", "[]")


def is_truncated(text: str, answer: str, kind: str) -> bool:
    """Return whether an answer lacks the final full stop, a closing bracket, or the part of the text from a "<" on."""
    is_sentence = kind != Kind.ANSWER and len(text.split()) >= MIN_SENTENCE_WORDS and FULL_STOP.search(text)
    if is_sentence and not SENTENCE_END.search(answer):
        return True
    if kind == MARKED:
        return False
    if any(
        text.count(left) == text.count(right) and answer.count(left) > answer.count(right)
        for left, right in BRACKET_PAIRS
    ):
        return True
    # The package `mtranslate` cuts off a translation at the first "<" that is not escaped.
    return "<" in text and "<" not in answer and len(answer) < len(text) * 2 / 3
