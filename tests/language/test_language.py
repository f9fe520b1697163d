"""Tests of languages: the profile that a language code selects."""

import pytest
from spanferry.language import NEUTRAL, counting, language_of, primary_subtag
from spanferry.language.profiles import PROFILES, SYNONYMS


@pytest.mark.parametrize("code", ["nl", "nl-BE", "nl-Latn-NL", "NL"])
def test_a_language_is_selected_by_its_primary_subtag(code):
    assert language_of(code) is language_of("nl")
    assert "het" in language_of(code).articles
    assert language_of(code).compounds


@pytest.mark.parametrize("code", ["nb", "no", "nn", "nb-NO", "no-NO"])
def test_norwegian_is_one_language_under_all_its_codes(code):
    norwegian = language_of(code)
    assert "ei" in norwegian.articles
    assert norwegian.scoring_articles == norwegian.articles
    assert norwegian.compounds
    assert norwegian.numbers.value("tolv") == "12"


@pytest.mark.parametrize("code", ["ca", "cy", "is", "ka", "mk", "xx"])
def test_a_language_without_profile_has_no_articles_and_no_compounds(code):
    language = language_of(code)
    assert (language.code, language.articles, language.one_words, language.edge_words, language.compounds) == (
        code,
        frozenset(),
        frozenset(),
        frozenset(),
        False,
    )
    assert not NEUTRAL.numbers.digits


def test_number_words_need_no_profile():
    assert language_of("is").numbers.value("tolf") == "12"  # "tólf", folded


def test_the_word_for_one_is_no_article_when_it_counts():
    assert counting(language_of("nl")).articles == language_of("nl").articles - {"een"}


@pytest.mark.parametrize("code", PROFILES)
def test_words_are_written_as_they_are_compared(code):
    profile = PROFILES[code]
    word_lists = [profile.articles, profile.determiners, profile.edge_words, profile.one_words]
    word_lists += [profile.scoring_articles, profile.scoring_prefixes, profile.question_words]
    for words in word_lists:
        assert all(word == word.lower().strip() and " " not in word for word in words)
    assert not profile.articles & profile.edge_words


def test_each_code_names_one_language():
    assert SYNONYMS.keys().isdisjoint(PROFILES)
    assert all(primary_subtag(code) == code for code in (*PROFILES, *SYNONYMS))


XQUAD = "ar de el en es hi ru th tr vi zh"
EUROPEAN_UNION = "bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv"
OTHERS = "nb uk he fa ja ko id sw"


@pytest.mark.parametrize("code", sorted({*XQUAD.split(), *EUROPEAN_UNION.split(), *OTHERS.split()}))
def test_every_language_of_the_house_has_its_function_words(code):
    language = language_of(code)
    assert language.code == code
    assert len(language.edge_words) >= 10 or code in ("th", "ko")  # which write them together with the word
    assert len(language.question_words) >= 6
    assert len(language.numbers.digits) >= 90
    assert language.articles or code not in "da de el en es fr ga hu it mt nb nl pt ro sv"
