"""Splits a segment into chunks that an engine accepts, so that they can be joined again exactly.

    "  First line.\\nSecond\\tline " ──> ["  ", "First line.", "\\n", "Second", "\\t", "line", " "]
                                             translate          translate       translate

Line breaks, tabs and outer white space are not sent, because free services drop or collapse them.
"""

from collections.abc import Callable

import regex

# Not sent: white space at both ends, and each inner line break or control character with the white space around it.
_BREAK = regex.compile(r"\A\s+|\s*[\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029]\s*|\s+\Z")
_CONTENT = regex.compile(r"[\p{L}\p{N}]")
# The boundaries at which a long line may be split, best first: after a sentence, a clause, a word, a grapheme.
_BOUNDARIES = tuple(
    regex.compile(pattern)
    for pattern in (
        r"[.!?\u2026\u3002\uff01\uff1f\u0964][\"'\u201d\u2019)\]]*(?:\s+|(?<=[\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*))",
        r"[,;:\u2013\u2014)\]\u3001\uff0c\uff1b](?:\s+|(?<=[\u3001\uff0c\uff1b]))",
        r"\s+",
        r"\X",
    )
)
# Characters to read beyond the limit, to see whether a grapheme continues there. The longest emoji have ten characters.
LOOK_AHEAD = 32

Size = Callable[[str], int]


def split_text(text: str, size: Size, limit: int) -> list[str]:
    """Split a text into parts that alternate between separators, which are kept, and chunks, which are translated.

    Joined, the parts give the text again. The parts with an odd index are the chunks. Each chunk is a single line
    without outer white space, contains a letter or digit, and is not larger than the limit, as `size` measures it.
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
    """Append the chunks of a line to the parts. The last part is a separator before and after the call."""
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
    """Return the offset at which to split a line that is too large.

    It is the last boundary of the best kind that lies within the limit. Sentences and clauses must use at least half of
    the limit.
    """
    longest = largest_fitting(len(line), lambda end: size(line[:end]) <= limit)
    for boundary, shortest in zip(_BOUNDARIES, (longest // 2, longest // 2, 0, 0), strict=True):
        matches = boundary.finditer(line, 0, longest + LOOK_AHEAD)
        ends = [match.end() for match in matches if shortest < match.end() <= longest]
        if ends:
            return ends[-1]
    return max(1, longest)


def largest_fitting(high: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to `high` that fits, or 0. All numbers below one that fits must fit too."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
