"""A language's policy by its code."""

import pytest
from spanferry.language.profile import LANGUAGES, NEUTRAL, counting, language


@pytest.mark.parametrize("code", ["nl", "nl-BE", "nl-Latn-NL"])
def test_a_policy_goes_by_the_primary_subtag(code):
    assert language(code) == language("nl")
    assert "het" in language(code).articles
    assert language(code).compounds


@pytest.mark.parametrize("code", ["ca", "cy", "hu", "ko", "th", "xx"])
def test_a_language_that_nobody_configured_has_no_articles_and_no_compounds(code):
    policy = language(code)
    assert (policy.articles, policy.one, policy.loose, policy.compounds) == (
        frozenset(),
        frozenset(),
        frozenset(),
        False,
    )
    assert not NEUTRAL.numbers


def test_where_one_is_counted_it_is_no_article():
    assert counting(language("nl")).articles == language("nl").articles - {"een"}


@pytest.mark.parametrize("code", LANGUAGES)
def test_function_words_are_written_as_they_are_compared(code):
    policy = LANGUAGES[code]
    for listed in (policy.articles, policy.determiners, policy.loose, policy.one):
        assert all(word == word.casefold().strip() and " " not in word for word in listed)
    assert not policy.articles & policy.loose
