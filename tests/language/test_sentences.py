"""Tests of sentence boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.language.sentences import sentences

from tests.support.damaged_texts import TEXTS, cut


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("It rains. The dam holds!  Does it?", "en", ["It rains.", "The dam holds!", "Does it?"]),
        (" It rains.\n\nThe dam holds. ", "en", ["It rains.", "The dam holds."]),
        ("De dam is 3,5 km lang. Hij is van ca. 1932.", "nl", ["De dam is 3,5 km lang.", "Hij is van ca. 1932."]),
        ("One line without an end", "en", ["One line without an end"]),
        ("雨が降る。ダムは持つ。", "ja", ["雨が降る。", "ダムは持つ。"]),
        ("An unknown language. It has sentences too.", "xx", ["An unknown language.", "It has sentences too."]),
        ("", "en", []),
        (" \n\u00a0", "en", []),
        ("Eat vitamin A\u2028.", "en", ["Eat vitamin A\u2028."]),  # sentencex 1.0.32 panics
    ],
)
def test_sentences(text: str, language: str, expected: list[str]) -> None:
    assert cut(text, sentences(text, language)) == expected


@given(TEXTS, st.sampled_from(["en", "nl", "de", "ja", "ar", "xx"]))
def test_outside_the_sentences_there_is_only_white_space(text: str, language: str) -> None:
    at = 0
    for start, end in sentences(text, language):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()
