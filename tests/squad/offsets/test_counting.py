"""Tests of the ways to count: offsets of texts whose counts are known from the programs that count so."""

import unicodedata
from html import escape

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from spanferry.squad.offsets.counting import COUNTINGS

TEXT = st.text(st.sampled_from(list('aé\u0301ß€日😀👩\u200d \t\r\n&<"\\가\u1100\u1161')), max_size=30)
BY_DESCRIPTION = {counting.description: counting for counting in COUNTINGS}
# What each program sees of a prefix of the text, in its own units.
COUNTED = {
    "count UTF-8 bytes": lambda text: len(text.encode()),
    "count UTF-16 units": lambda text: len(text.encode("utf-16-le")) // 2,
    r"leave out \r": lambda text: len(text.replace("\r", "")),
    r"count \n as \r\n": lambda text: len(text.replace("\r\n", "\n").replace("\n", "\r\n")),
    "leave out line ends": lambda text: len(text.replace("\r", "").replace("\n", "")),
    r"count UTF-8 bytes without \r": lambda text: len(text.replace("\r", "").encode()),
    r"count UTF-16 units without \r": lambda text: len(text.replace("\r", "").encode("utf-16-le")) // 2,
    "leave out white space before the context": lambda text: len(text.lstrip()),
    "count letters and marks apart (NFD)": lambda text: len(unicodedata.normalize("NFD", text)),
    "count HTML escapes": lambda text: len(escape(text)),
}


@pytest.mark.parametrize("description", COUNTED)
@given(text=TEXT)
def test_offsets_are_the_lengths_of_prefixes_in_the_programs_units(description: str, text: str) -> None:
    offsets = BY_DESCRIPTION[description].offsets(text)
    assert offsets.tolist() == [COUNTED[description](text[:at]) for at in range(len(text) + 1)]


@given(text=TEXT)
def test_clusters_and_composed_letters_are_counted_at_the_edges_of_clusters(text: str) -> None:
    edges = [0, *(match.end() for match in regex.finditer(r"\X", text))]
    counted = BY_DESCRIPTION["count grapheme clusters"].offsets(text)
    assert [counted[edge] for edge in edges] == list(range(len(edges)))
    composed = BY_DESCRIPTION["count composed letters (NFC)"].offsets(text)
    assert [composed[edge] for edge in edges] == [len(unicodedata.normalize("NFC", text[:edge])) for edge in edges]


def test_white_space_and_json_escapes() -> None:
    text = ' "a  b"\n\n\\c'
    spaces = BY_DESCRIPTION["count runs of white space as one space"].offsets(text)
    assert spaces[text.index("c")] == '"a b" \\c'.index("c")
    assert BY_DESCRIPTION["count JSON escapes"].offsets(text)[text.index("c")] == len(r" \"a  b\"\n\n\\")
