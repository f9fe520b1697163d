"""Detects answers that are implausibly short or long."""

from spanferry.language.scripts import DENSE, FIRST_DENSE
from spanferry.records import Kind

# 12 letters may become 3 ("Construction", "Bau"), and 3 may become 31 ("low", "een lage plaats"). The length of an
# answer must therefore be at least MIN_RATIO times that of the text, less MIN_MARGIN, and at most MAX_RATIO times it,
# plus MAX_MARGIN.
MIN_RATIO, MIN_MARGIN = 1 / 3.5, 5
MAX_RATIO, MAX_MARGIN = 3, 30
# Of 6,500 sentences and questions, the shortest translation had 0.49 of the length of its text. Answers may be shorter.
LONG_SENTENCE, LONG_ANSWER, MIN_RATIO_OF_LONG = 25, 60, 0.45
# A Chinese, Japanese or Korean character carries about as much information as three Latin letters.
DENSE_WEIGHT = 3


def has_implausible_length(text: str, answer: str, kind: str) -> bool:
    """Return whether an answer is implausibly short or long for its text."""
    source, target = latin_length(text), latin_length(answer)
    if source >= (LONG_ANSWER if kind == Kind.ANSWER else LONG_SENTENCE) and target < MIN_RATIO_OF_LONG * source:
        return True
    return target < MIN_RATIO * source - MIN_MARGIN or target > MAX_RATIO * source + MAX_MARGIN


def latin_length(text: str) -> int:
    """Return the length of a text, with dense characters weighted as DENSE_WEIGHT Latin letters."""
    dense = 0 if max(text, default="") < FIRST_DENSE else len(DENSE.findall(text))
    return len(text) + (DENSE_WEIGHT - 1) * dense
