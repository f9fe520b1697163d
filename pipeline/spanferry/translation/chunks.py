"""Splitting a segment into chunks that an engine can take, so that they can be joined again exactly.

    "  First line.\\nSecond\\tline " ──> ["  ", "First line.", "\\n", "Second", "\\t", "line", " "]
                                             translate          translate       translate

The free services drop or collapse line breaks, tabs and outer white space, so these are not sent.
"""

from collections.abc import Callable

import regex

# Not sent: white space at the ends, and around each line break or control character within.
_BREAK = regex.compile(r"\A\s+|\s*[\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029]\s*|\s+\Z")
_CONTENT = regex.compile(r"[\p{L}\p{N}]")
# Where a long line may be split, best first: after a sentence, a clause, a word, a character as a reader sees it.
_BOUNDARIES = tuple(
    regex.compile(pattern)
    for pattern in (
        r"[.!?\u2026\u3002\uff01\uff1f\u0964][\"'\u201d\u2019)\]]*(?:\s+|(?<=[\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*))",
        r"[,;:\u2013\u2014)\]\u3001\uff0c\uff1b](?:\s+|(?<=[\u3001\uff0c\uff1b]))",
        r"\s+",
        r"\X",
    )
)
# Characters read beyond the limit, to see whether the last one before it continues: the longest emoji sequences have
# ten.
LOOK_AHEAD = 32

Size = Callable[[str], int]


def split_text(text: str, size: Size, limit: int) -> list[str]:
    """Split a text into parts, alternately separators, which are kept, and chunks, which are translated.

    The parts joined make the text again. The chunks are the parts with an odd index: each is one line without outer
    white space, contains a letter or digit, and is no larger than the limit (as `size` measures it).
    """
    parts = [""]
    position = 0
    for gap in _BREAK.finditer(text):
        append_line(parts, text[position : gap.start()], size, limit)
        parts[-1] += gap[0]
        position = gap.end()
    append_line(parts, text[position:], size, limit)
    return parts


def append_line(parts: list[str], line: str, size: Size, limit: int) -> None:
    """Append the chunks of a line to the parts, whose last element is a separator before and after."""
    while line:
        end = len(line) if size(line) <= limit else find_split(line, size, limit)
        chunk, line = line[:end], line[end:]
        if _CONTENT.search(chunk):
            stripped = chunk.strip()
            start = chunk.index(stripped)
            parts[-1] += chunk[:start]
            parts += [stripped, chunk[start + len(stripped) :]]
        else:
            parts[-1] += chunk


def find_split(line: str, size: Size, limit: int) -> int:
    """Return where to split a line that is too large: at the best boundary that uses at least half of the limit."""
    longest = largest_fitting(len(line), lambda end: size(line[:end]) <= limit)
    for boundary, shortest in zip(_BOUNDARIES, (longest // 2, longest // 2, 0, 0), strict=True):
        matches = boundary.finditer(line, 0, longest + LOOK_AHEAD)
        ends = [match.end() for match in matches if shortest < match.end() <= longest]
        if ends:
            return ends[-1]
    return max(1, longest)


def largest_fitting(high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `high` that fits, given that all smaller ones do; 0 when none does."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
