"""Answers that are implausibly short or long."""

from spanferry.language.scripts import DENSE, FIRST_DENSE
from spanferry.records import Kind

# 12 letters may become 3 ("Construction", "Bau"), 3 may become 31 ("low", "een lage plaats"). So the length of an
# answer is at least MIN_RATIO of the text's, less a margin, and at most MAX_RATIO of it, plus a margin.
MIN_RATIO, MIN_MARGIN = 1 / 3.5, 5
MAX_RATIO, MAX_MARGIN = 3, 30
# Of 6,500 sentences and questions the shortest translation had 0.49 of the length; answers may be terser.
LONG_SENTENCE, LONG_ANSWER, MIN_RATIO_OF_LONG = 25, 60, 0.45
# A Chinese, Japanese or Korean character says about as much as three Latin ones.
DENSE_WEIGHT = 3


def has_implausible_length(text: str, answer: str, kind: str) -> bool:
    """Return whether the lengths of a text and its answer are implausibly far apart."""
    source, target = latin_length(text), latin_length(answer)
    if source >= (LONG_ANSWER if kind == Kind.ANSWER else LONG_SENTENCE) and target < MIN_RATIO_OF_LONG * source:
        return True
    return target < MIN_RATIO * source - MIN_MARGIN or target > MAX_RATIO * source + MAX_MARGIN


def latin_length(text: str) -> int:
    """Return the length of a text in Latin letters."""
    dense = 0 if max(text, default="") < FIRST_DENSE else len(DENSE.findall(text))
    return len(text) + (DENSE_WEIGHT - 1) * dense
