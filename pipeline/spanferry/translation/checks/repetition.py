"""Detects answers with endless repetitions, which neural networks produce when decoding fails."""

import re
from collections.abc import Sequence

REPEATED_CHARACTER = re.compile(r"([^\s\d])\1{5,}")
# A loop is a group of at most MAX_PERIOD words that occurs MIN_REPEATS times in a row.
MIN_REPEATS, MAX_PERIOD = 4, 8


def repeats_itself(text: str, answer: str) -> bool:
    """Return whether an answer repeats a character or a group of words that its text does not repeat."""
    if (run := REPEATED_CHARACTER.search(answer)) and run[0] not in text:
        return True
    return has_loop(answer.casefold().split()) and not has_loop(text.casefold().split())


def has_loop(words: Sequence[str]) -> bool:
    """Return whether a group of words occurs MIN_REPEATS times in a row."""
    if len(words) - len(set(words)) < MIN_REPEATS - 1:
        return False
    for period in range(1, min(MAX_PERIOD, len(words) // MIN_REPEATS) + 1):
        run = 0
        for word, previous in zip(words[period:], words, strict=False):
            run = run + 1 if word == previous else 0
            if run == (MIN_REPEATS - 1) * period:
                return True
    return False
