"""The ways in which programs count characters, as the width that each gives to every character of a text.

Python counts code points: every width is 1. JavaScript, Java and C# count UTF-16 units: an emoji has the width 2. A
program that read the file without carriage returns gave them the width 0. An offset is the sum of the widths before it.
"""

import json
import unicodedata
from collections.abc import Callable
from functools import lru_cache, reduce
from html import escape
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import regex

from spanferry.records import RepairKind

Ints = npt.NDArray[np.int64]
CodePoints = npt.NDArray[np.uint32]
Widths = Callable[[str, CodePoints], Ints]
"""Called with a text and its code points; returns the width of each."""

CR, LF = 13, 10
_CLUSTER = regex.compile(r"\X")
# A cluster of several characters has one of these.
_JOINED = regex.compile(r"[^\p{GCB=Other}\p{GCB=Control}\p{GCB=CR}\p{GCB=LF}]|\r\n")
_BYTE_ORDER_MARK = 0xFEFF


class Counting(NamedTuple):
    """A way to count. description: what its offsets do, as part of a sentence: "offsets count UTF-8 bytes"."""

    kind: RepairKind
    description: str
    widths: tuple[Widths, ...]

    def offsets(self, text: str) -> Ints:
        """Return the offset of each character of a text, and of its end."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        factors = [widths(text, codes) for widths in self.widths]
        return np.concatenate([[0], np.cumsum(reduce(np.multiply, factors, np.ones(len(codes), np.int64)))])


def utf8_bytes(_: str, codes: CodePoints) -> Ints:
    """One to four bytes."""
    return 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)


def utf16_units(_: str, codes: CodePoints) -> Ints:
    """Two units outside the Basic Multilingual Plane, as for emoji."""
    return 1 + (codes >= 0x10000).astype(np.int64)


def without_cr(_: str, codes: CodePoints) -> Ints:
    """No carriage return."""
    return (codes != CR).astype(np.int64)


def with_cr(_: str, codes: CodePoints) -> Ints:
    r"""Two characters, \r\n, for each \n that has no \r before it."""
    after_cr = np.concatenate([[False], codes[:-1] == CR])[: len(codes)]
    return 1 + ((codes == LF) & ~after_cr).astype(np.int64)


def without_line_ends(_: str, codes: CodePoints) -> Ints:
    """No line ends: the lines were joined."""
    return ((codes != CR) & (codes != LF)).astype(np.int64)


def without_leading_space(text: str, codes: CodePoints) -> Ints:
    """No white space or byte order mark before the text."""
    leading = len(text) - len(text.lstrip().lstrip(chr(_BYTE_ORDER_MARK)).lstrip())
    return (np.arange(len(codes)) >= leading).astype(np.int64)


def single_spaces(text: str, codes: CodePoints) -> Ints:
    """Runs of white space as one space, and none before the text."""
    is_space = np.fromiter((character.isspace() for character in text), bool, len(codes))
    before = np.concatenate([[True], is_space[:-1]])[: len(codes)]
    return (~(is_space & before)).astype(np.int64)


def decomposed(text: str, _: CodePoints) -> Ints:
    """Letters and their marks apart (NFD)."""
    if text.isascii():
        return np.ones(len(text), np.int64)
    return per_character(text, lambda character: len(unicodedata.normalize("NFD", character)))


def composed(text: str, _: CodePoints) -> Ints:
    """Letters with their marks as one character where Unicode has one (NFC)."""
    return per_cluster(text, lambda cluster: len(unicodedata.normalize("NFC", cluster)))


def clusters(text: str, _: CodePoints) -> Ints:
    """What a reader sees as one character, as Swift counts."""
    return per_cluster(text, lambda _: 1)


def html_escaped(text: str, _: CodePoints) -> Ints:
    """`&amp;` for an ampersand, and so on."""
    return per_character(text, lambda character: len(escape(character)))


def json_escaped(text: str, _: CodePoints) -> Ints:
    r"""`\\"` for a quotation mark, and so on."""
    return per_character(text, lambda character: len(json.dumps(character, ensure_ascii=False)) - 2)


def per_character(text: str, width: Callable[[str], int]) -> Ints:
    """Return a width for each character."""
    cached = lru_cache(maxsize=None)(width)
    return np.fromiter(map(cached, text), np.int64, len(text))


def per_cluster(text: str, width: Callable[[str], int]) -> Ints:
    """Return widths that sum up to `width` for each grapheme cluster; the first character has all of it."""
    if not _JOINED.search(text):
        return np.ones(len(text), np.int64)
    widths = np.zeros(len(text), np.int64)
    for match in _CLUSTER.finditer(text):
        widths[match.start()] = width(match[0]) if match.end() - match.start() > 1 else 1
    return widths


CODE_POINTS = Counting(RepairKind.SHIFTED, "", ())

# From the most to the least usual. Where two explain equally many answers, the first is taken.
COUNTINGS = (
    Counting(RepairKind.UTF8_BYTES, "count UTF-8 bytes", (utf8_bytes,)),
    Counting(RepairKind.UTF16_UNITS, "count UTF-16 units", (utf16_units,)),
    Counting(RepairKind.LINE_ENDS, r"leave out \r", (without_cr,)),
    Counting(RepairKind.LINE_ENDS, r"count \n as \r\n", (with_cr,)),
    Counting(RepairKind.LINE_ENDS, "leave out line ends", (without_line_ends,)),
    Counting(RepairKind.UTF8_BYTES, r"count UTF-8 bytes without \r", (utf8_bytes, without_cr)),
    Counting(RepairKind.UTF8_BYTES, r"count UTF-8 bytes with \r\n for \n", (utf8_bytes, with_cr)),
    Counting(RepairKind.UTF16_UNITS, r"count UTF-16 units without \r", (utf16_units, without_cr)),
    Counting(RepairKind.UTF16_UNITS, r"count UTF-16 units with \r\n for \n", (utf16_units, with_cr)),
    Counting(RepairKind.WHITE_SPACE, "leave out white space before the context", (without_leading_space,)),
    Counting(RepairKind.WHITE_SPACE, "count runs of white space as one space", (single_spaces,)),
    Counting(RepairKind.NORMAL_FORM, "count composed letters (NFC)", (composed,)),
    Counting(RepairKind.NORMAL_FORM, "count letters and marks apart (NFD)", (decomposed,)),
    Counting(RepairKind.ESCAPES, "count HTML escapes", (html_escaped,)),
    Counting(RepairKind.ESCAPES, "count JSON escapes", (json_escaped,)),
    Counting(RepairKind.CLUSTERS, "count grapheme clusters", (clusters,)),
)
