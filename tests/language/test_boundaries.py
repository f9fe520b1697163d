"""Tests of word boundaries: the strict rule for spans that Spanferry chooses, and the lenient rule for other spans."""

import pytest
from spanferry.language.boundaries import cut_letters, cuts_word, is_boundary, is_inside_word


@pytest.mark.parametrize(
    ("text", "boundary", "inside"),
    [
        ("foto|grafie", False, True),
        ("foto| grafie", True, False),
        ("19|91", False, True),
        ("3,|5", False, True),
        ("3|,5", False, True),
        ("3|, 5", True, False),
        ("1990|s", False, False),  # a unit or an ending is no part of the number
        ("10|\u00a0000", False, False),
        ("cafe|\u0301", False, True),
        ("서|울은", False, False),  # a particle is written together with the word
        ("و|القاهرة", False, False),
        ("東|京", True, False),
        ("ラ|ーメン", True, False),
        ("ไ|ทย", False, False),  # vowels before the consonant
        ("ນ|າ", False, False),  # and after it
        ("น้|ำ", False, False),
        ("ก|ิน", False, False),  # a mark
        ("ត្|រី", False, False),  # stacked under the consonant before it
        ("กิน|ไทย", True, False),
        ("|a", True, False),
        ("a|", True, False),
    ],
)
def test_the_two_rules(text, boundary, inside):
    offset = text.index("|")
    text = text.replace("|", "")
    assert is_boundary(text, offset) == boundary
    assert is_inside_word(text, offset) == inside


def test_letters_after_a_boundary():
    assert cut_letters("the Japanese", 4, 9) == ("", "e")
    assert cut_letters("in 1991", 5, 7) == ("9", "")
    assert cut_letters("the dam", 4, 7) == ("", "")


def test_an_empty_span_cuts_no_word():
    assert cuts_word("haven", 2, 4)
    assert not cuts_word("haven", 2, 2)
