"""The sentences that hold an answer: where it is looked for, and what rescue translates again."""

from bisect import bisect_right
from collections.abc import Sequence

from spanferry.language.text import Span


def window(sentences: Sequence[Span], start: int, end: int) -> tuple[int, int]:
    """The first and the last (inclusive) of the sentences that `[start, end)` touches.

    sentences: spans of one text, in order, not empty. An answer that touches none (it is white
    space, or stands between two) gets the sentence before it.
    """
    starts = [s for s, _ in sentences]
    first = max(bisect_right(starts, start) - 1, 0)
    if sentences[first][1] <= start and first + 1 < len(sentences) and sentences[first + 1][0] < end:
        first += 1
    last = max(bisect_right(starts, max(end - 1, start)) - 1, first)
    return first, last


def mark(text: str, sentences: Sequence[Span], start: int, end: int, markers: tuple[str, str]) -> str:
    """The window's text with `[start, end)` put between the markers.

    mark("It is so. Paris is big.", [(0, 9), (10, 23)], 10, 15, ("[", "]")) -> "[Paris] is big."
    """
    first, last = window(sentences, start, end)
    low, high = min(sentences[first][0], start), max(sentences[last][1], end)
    left, right = markers
    return f"{text[low:start]}{left}{text[start:end]}{right}{text[end:high]}"
