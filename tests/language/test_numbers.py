"""Tests of numbers: number words and digits of the same value are matched."""

import pytest
from spanferry.language import language_of
from spanferry.language.numbers import NumberWords, number_words, rewrite_numbers, shared_numbers
from spanferry.language.words import fold, tokens

from tests.support.shown import assert_chosen

DUTCH, ENGLISH = language_of("nl").numbers, language_of("en").numbers


@pytest.mark.parametrize(
    ("word", "digits"),
    [
        ("twaalf", "12"),
        ("vijfennegentig", "95"),
        ("duizend", "1000"),
        ("tweede", "2e"),
        ("zeventiende", "17e"),
        ("17de", "17e"),
        ("20ste", "20e"),
    ],
)
def test_dutch_number_words(word, digits):
    assert DUTCH.value(word) == digits


@pytest.mark.parametrize("word", ["een", "eerste", "de", "meer"])
def test_the_word_for_one_is_omitted_since_it_is_the_article(word):
    assert word not in DUTCH.digits


def test_a_language_without_number_words_has_none():
    assert number_words("xx") == NumberWords()


def test_numbers_are_written_in_the_form_of_the_target():
    assert rewrite_numbers(["12", "schepen"], DUTCH, ["twaalf", "schepen"], DUTCH) == ["twaalf", "schepen"]
    assert rewrite_numbers(["twelve"], ENGLISH, ["12", "schepen"], DUTCH) == ["12"]
    assert rewrite_numbers(["12"], DUTCH, ["12", "of", "twaalf"], DUTCH) == ["12"]
    assert rewrite_numbers(["zes"], DUTCH, ["zesvoudig"], DUTCH) == ["zes"]


def test_shared_numbers_are_those_that_occur_in_both_texts():
    assert shared_numbers(["ongeveer", "150", "en", "200"], ["zo'n", "150"], DUTCH) == {"150"}


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("In the ⟦15th century⟧ it grew.", "15e eeuw", "In de ⟦vijftiende eeuw⟧ groeide het."),
        ("In the ⟦seventeenth century⟧ it grew.", "zeventiende eeuw", "In de ⟦17e eeuw⟧ groeide het."),
        ("There were ⟦twelve big ships⟧.", "twaalf grote schepen", "Er waren ⟦12 grote schepen⟧ en 3 grote boten."),
        ("There were ⟦12⟧.", "12", "Er waren er ⟦twaalf⟧."),
        ("Of more than 3,000 mice it ate ⟦over 400⟧.", "meer dan 400", "Van meer dan 3.000 muizen at het ⟦ruim 400⟧."),
        (
            "There are ⟦some 150⟧ here and about 200 there.",
            "ongeveer 150",
            "Hier zijn er ⟦zo'n 150⟧ en daar ongeveer 200.",
        ),
        ("The ⟦Ninety-five Theses⟧ came.", "95 stellingen", "De ⟦vijfennegentig stellingen⟧ kwamen."),
    ],
)
def test_a_number_is_located_in_any_written_form(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("code", "text", "numbers"),
    [
        ("en", "twenty-one of two hundred", ["21", "200"]),
        ("ru", "в пяти городах, двадцатью одним, вторую", ["5", "21", "2e"]),
        ("pl", "dwunastu, dwóch", ["12", "2"]),
        ("el", "πέντε, δεύτερη", ["5", "2e"]),
        ("ar", "خمسة والثاني عشر", ["5"]),
        ("he", "חמש, חמישה, שתים עשרה", ["5", "5", "12"]),
        ("hi", "बारह, १२", ["12", "12"]),
        ("vi", "mười hai, hai trăm", ["12", "200"]),
        ("th", "สิบสองปี", ["12"]),
        ("zh", "十二年，两个", ["12", "2"]),
        ("ko", "두 명, 열두, 오십", ["2", "12", "50"]),
        ("sw", "mbili", ["2"]),
        ("fil", "dalawá", ["2"]),
        ("tl", "dalawá", ["2"]),
        ("est", "kaks", ["2"]),
        ("no", "tolv", ["12"]),
        ("nn", "tolv", ["12"]),
    ],
)
def test_numbers_are_found_in_their_genders_cases_and_scripts(code, text, numbers):
    words = [fold(text[start:end]) for start, end in tokens(text)]
    assert [digits for _, _, digits in language_of(code).numbers.find(words)] == numbers


@pytest.mark.parametrize(("code", "word"), [("fil", "kaksi"), ("est", "dos"), ("ceb", "шиъ"), ("ceb", "duha")])
def test_no_language_has_the_number_words_of_another(code, word):
    assert word not in language_of(code).numbers.digits


@pytest.mark.parametrize("text", ["一百二十三", "二千零五"])
def test_a_part_of_a_longer_number_in_characters_is_no_number(text):
    assert list(language_of("zh").numbers.find(list(text))) == []
