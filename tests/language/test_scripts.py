"""Tests of scripts, and of the rules for those that are written without spaces."""

import unicodedata

import pytest
from spanferry.language.boundaries import is_boundary, is_inside_word
from spanferry.language.scripts import (
    DENSE,
    are_one_syllable,
    direction,
    is_east_asian,
    is_mark,
    is_unspaced,
    is_written_without_spaces,
    scripts_of,
    scripts_written_in,
)
from spanferry.language.words import tokens

# Kana, prolonged sound marks (U+30FC, U+FF70), iteration mark, Han of all planes, compatibility ideographs, Bopomofo.
EAST_ASIAN = "カひー々ｰ漢\u3400\U00020000\U00030000\uf900ㄅ"
SOUTH_EAST_ASIAN = "ทກខမ"
SPACED = "aé5кא한ا"


@pytest.mark.parametrize("character", EAST_ASIAN + SOUTH_EAST_ASIAN)
def test_every_rule_takes_an_unspaced_character_as_a_word(character):
    assert is_unspaced(character)
    assert tokens(f"{character}{character}a") == [(0, 1), (1, 2), (2, 3)]
    assert is_boundary(f"{character}{character}a", 1)
    assert is_boundary(f"{character}{character}a", 2)
    assert not is_inside_word(character * 2, 1)


@pytest.mark.parametrize("character", SPACED)
def test_spaced_scripts(character):
    assert not is_unspaced(character)
    assert tokens(character * 2) == [(0, 2)]
    assert not is_boundary(character * 2, 1)


def test_tokens_and_boundaries_agree_on_every_letter():
    for code in (*range(0x0E00, 0xD800), *range(0xE000, 0x3FFFF, 7)):
        character = chr(code)
        if unicodedata.category(character)[0] == "L":
            apart = is_unspaced(character) and not are_one_syllable(character, character)
            assert (len(tokens(character * 2)) == 2) == apart == is_boundary(character * 2, 1), character


@pytest.mark.parametrize("character", EAST_ASIAN + "。、！（")
def test_east_asian_letters_and_punctuation(character):
    assert is_east_asian(character)


@pytest.mark.parametrize("character", [*SOUTH_EAST_ASIAN, *SPACED, ".", ""])
def test_other_letters_are_not_east_asian(character):
    assert not is_east_asian(character)


def test_dense_characters():
    assert DENSE.findall("aé漢\U00020000カーひ한ไк") == ["漢", "\U00020000", "カ", "ー", "ひ", "한"]


def test_scripts_of_a_text_and_of_a_language():
    assert scripts_of("aé 漢カ κ") == {"Han", "Katakana", "Greek"}
    assert scripts_written_in("ja-JP") == {"Han", "Hiragana", "Katakana"}
    assert scripts_written_in("iw") == scripts_written_in("he") == {"Hebrew"}
    assert scripts_written_in("sr") == {"Cyrillic"}
    assert scripts_written_in("sr-Latn") == scripts_written_in("nl") == frozenset()


@pytest.mark.parametrize("code", ["zh", "zh-TW", "yue", "ja", "th", "lo", "km", "my"])
def test_languages_without_spaces(code):
    assert is_written_without_spaces(code)


@pytest.mark.parametrize("code", ["nl", "vi", "hi", "ar", "xx"])
def test_languages_with_spaces(code):
    assert not is_written_without_spaces(code)


def test_marks():
    assert [is_mark(character) for character in "\u0301\u3099ัa"] == [True, True, True, False]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("ar", "rtl"), ("iw", "rtl"), ("ur-PK", "rtl"), ("pa-Arab", "rtl"), ("pa", "ltr"), ("nl", "ltr"), ("??", "auto")],
)
def test_direction_is_that_of_the_usual_script(code, expected):
    assert direction(code) == expected
