"""Cutting a segment into what an engine can take, so that it can be put together again exactly.

    "  First line.\\nSecond\\tline " ──> ["  ", "First line.", "\\n", "Second", "\\t", "line", " "]
                                             translate          translate       translate

The free services drop or collapse line breaks, tabs and outer white space; here they are not sent.
"""

from collections.abc import Callable

import regex

# Kept as they are: white space at the ends, and around each line break or control character within.
_BREAK = regex.compile(r"\A\s+|\s*[\n\r\t\x00-\x1f\x7f-\x9f\u2028\u2029]\s*|\s+\Z")
_CONTENT = regex.compile(r"[\p{L}\p{N}]")
# Where a long text may be cut, best first: after a sentence, a clause, a word, a character as read.
_BOUNDARIES = tuple(
    regex.compile(pattern)
    for pattern in (
        r"[.!?\u2026\u3002\uff01\uff1f\u0964][\"'\u201d\u2019)\]]*(?:\s+|(?<=[\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*))",
        r"[,;:\u2013\u2014)\]\u3001\uff0c\uff1b](?:\s+|(?<=[\u3001\uff0c\uff1b]))",
        r"\s+",
        r"\X",
    )
)
# Characters beyond the limit that tell whether what ends at it goes on: the longest emoji sequences have ten.
LOOK_AHEAD = 32

Size = Callable[[str], int]


def cut(text: str, size: Size, limit: int) -> list[str]:
    """A text -> its parts, by turns kept and translated: odd places are to be translated.

    The parts make the text again, and every odd one is one line, without white space around it,
    with a letter or digit in it, and no larger than the limit.
    """
    parts = [""]
    at = 0
    for gap in _BREAK.finditer(text):
        add_line(parts, text[at : gap.start()], size, limit)
        parts[-1] += gap[0]
        at = gap.end()
    add_line(parts, text[at:], size, limit)
    return parts


def add_line(parts: list[str], line: str, size: Size, limit: int) -> None:
    """Adds a line to the parts, which end, before and after, with one that is kept."""
    while line:
        end = len(line) if size(line) <= limit else cut_at(line, size, limit)
        piece, line = line[:end], line[end:]
        if _CONTENT.search(piece):
            bare = piece.strip()
            start = piece.index(bare)
            parts[-1] += piece[:start]
            parts += [bare, piece[start + len(bare) :]]
        else:
            parts[-1] += piece


def cut_at(line: str, size: Size, limit: int) -> int:
    """Where to cut a line that is too large: at the best boundary that leaves a good half of the limit used."""
    most = largest(len(line), lambda end: size(line[:end]) <= limit)
    for boundary, least in zip(_BOUNDARIES, (most // 2, most // 2, 0, 0), strict=True):
        ends = [match.end() for match in boundary.finditer(line, 0, most + LOOK_AHEAD) if least < match.end() <= most]
        if ends:
            return ends[-1]
    return max(1, most)


def largest(high: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to high that fits, where all smaller ones do; 0 when none does."""
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
