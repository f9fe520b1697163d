"""Tests of chunks: cutting a long text at the best boundaries."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.translation.chunks import split_text


def url_bytes(text: str) -> int:
    return len(quote(text, errors="replace"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("The lock is shut.", ["", "The lock is shut.", ""]),
        ("  First line.\nSecond\tline ", ["  ", "First line.", "\n", "Second", "\t", "line", " "]),
        ("One.\r\n\r\n - \n Two.", ["", "One.", "\r\n\r\n - \n ", "Two.", ""]),
        ("", [""]),
        ("\u00a0\n", ["\u00a0\n"]),
        ("…!", ["…!"]),
        ("½", ["", "½", ""]),
    ],
)
def test_lines(text, parts):
    assert split_text(text, len, 100) == parts


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("The lock opened. Boats came in.", 20, ["", "The lock opened.", " ", "Boats came in.", ""]),
        ("The lock opened, boats came in", 20, ["", "The lock opened,", " ", "boats came in", ""]),
        ("The lock opened and boats came", 20, ["", "The lock opened and", " ", "boats came", ""]),
        ("Kanaalwaterpeilen", 10, ["", "Kanaalwate", "", "rpeilen", ""]),
        ("水门开了。船进来了。", 6, ["", "水门开了。", "", "船进来了。", ""]),
        # A letter and its accent, and an emoji of a family of four, are not split.
        ("abcde\u0301f", 5, ["", "abcd", "", "e\u0301f", ""]),
        ("ab👨\u200d👩\u200d👧\u200d👦cd", 8, ["", "ab", "", "👨\u200d👩\u200d👧\u200d👦c", "", "d", ""]),
    ],
)
def test_long_lines_are_cut_at_the_best_boundary(text, limit, parts):
    assert split_text(text, len, limit) == parts


@given(st.text(st.characters(), max_size=300), st.integers(12, 60))
def test_the_joined_chunks_are_the_text(text, limit):
    parts = split_text(text, url_bytes, limit)
    assert "".join(parts) == text
    assert len(parts) % 2 == 1
    for piece in parts[1::2]:
        assert piece == piece.strip()
        assert piece
        assert not set(piece) & set("\n\r\t\v\f\x00\x85\u2028\u2029")
        assert url_bytes(piece) <= limit or len(piece) == 1
