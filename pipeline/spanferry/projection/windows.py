"""The window of an answer: the sentences that contain it.

The answer is searched for in the translation of these sentences, and rescue translates them again.
"""

from bisect import bisect_right
from collections.abc import Sequence

from spanferry.records import Span


def find_window(sentences: Sequence[Span], start: int, end: int) -> tuple[int, int]:
    """Return the indices of the first and the last (inclusive) sentence that overlap `[start, end)`.

    sentences: spans of one text, in order, at least one. For a span between two sentences, such as white space, the
    sentence before it is returned.
    """
    starts = [sentence_start for sentence_start, _ in sentences]
    first = max(bisect_right(starts, start) - 1, 0)
    if sentences[first][1] <= start and first + 1 < len(sentences) and sentences[first + 1][0] < end:
        first += 1
    last = max(bisect_right(starts, max(end - 1, start)) - 1, first)
    return first, last


def mark_window(text: str, sentences: Sequence[Span], start: int, end: int, markers: tuple[str, str]) -> str:
    """Return the text of the window of `[start, end)`, with this span between markers.

    mark_window("It is so. Paris is big.", [(0, 9), (10, 23)], 10, 15, ("[", "]")) -> "[Paris] is big."
    """
    first, last = find_window(sentences, start, end)
    low, high = min(sentences[first][0], start), max(sentences[last][1], end)
    left, right = markers
    return f"{text[low:start]}{left}{text[start:end]}{right}{text[end:high]}"
