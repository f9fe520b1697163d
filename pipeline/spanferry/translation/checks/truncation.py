"""Answers whose end is missing."""

import regex

from spanferry.records import Kind
from spanferry.translation.checks.kinds import MARKED

SENTENCE_END = regex.compile(
    r"[.!?\u2026\u3002\uff01\uff1f\u0964\u061f:;][\s\"'\u201d\u2019\u201c\u00bb\u203a)\]>}*_|]*\Z"
)
FULL_STOP = regex.compile(r"[.!?][\"'\u201d\u2019)\]]*\Z")
MIN_SENTENCE_WORDS = 4  # a shorter text may end with an abbreviation's full stop
BRACKET_PAIRS = ("()", "[]")


def is_truncated(text: str, answer: str, kind: str) -> bool:
    """Return whether a sentence has lost its full stop, a bracket its other half, or a comparison its `<`."""
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
    # The client of `mtranslate` cuts its page at the first "<" that is not written as an entity.
    return "<" in text and "<" not in answer and len(answer) < len(text) * 2 / 3
