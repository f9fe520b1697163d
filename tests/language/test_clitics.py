"""Tests of clitics: words that are written together with their neighbour."""

import pytest
from spanferry.language import language_of
from spanferry.language.clitics import without_clitics


@pytest.mark.parametrize(
    ("code", "word", "bare"),
    [
        ("ar", "والمدينة", "مدينة"),  # and the city
        ("ar", "بالمدينة", "مدينة"),  # in the city
        ("ar", "ولد", "ولد"),  # a boy, not "and" with two letters
        ("he", "והבית", "בית"),  # and the house
        ("he", "בית", "בית"),
        ("ko", "서울에서", "서울에서"),  # its particles follow the word
        ("nl", "verder", "verder"),
    ],
)
def test_a_word_without_the_clitics_before_it(code, word, bare):
    assert without_clitics(word, language_of(code)) == bare
