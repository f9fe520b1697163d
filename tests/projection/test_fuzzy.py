"""Tests of method `fuzzy`: the run of words that is most similar to the phrase."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.language import language_of
from spanferry.projection.fuzzy import run_texts, similarities
from spanferry.projection.phrase import make_phrase

from tests.support.shown import assert_chosen, decide, show, tokenized

DUTCH = language_of("nl")


def test_similarity_is_one_for_equal_words_and_zero_without_common_letters():
    target = tokenized("De Dam xyz")
    phrase, among = [make_phrase("dam", "dam", DUTCH)], np.array([[1, 2], [2, 3]])
    assert similarities(phrase, target, among).tolist() == [[1.0, 0.0]]


@given(st.lists(st.sampled_from(["De", "dam", ",", "Zoë", "1.250", "'s"]), min_size=1, max_size=9), st.data())
def test_joined_runs_are_their_folded_tokens(words, data):
    target = tokenized(" ".join(words))
    size = len(target.token_texts)
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first + 1, size))
    assert run_texts(target, np.array([[first, last]])) == [" ".join(target.folded[first:last])]


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("⟦Dutch⟧ painters came.", "Nederlands", "⟦Nederlandse⟧ schilders kwamen."),
        ("The ⟦canal houses⟧ stand.", "grachtenhuizen", "De ⟦grachtenpanden⟧ staan."),
        ("It is ⟦5 km⟧ high.", "5 km", "Het is ⟦5 kilometer⟧ hoog."),
        ("the ⟦e-mail⟧ came", "email", "de ⟦e-mail⟧ kwam"),
        ("In ⟦Budapest⟧ it is.", "Boedapest", "Het is in ⟦Budapest⟧."),
    ],
)
def test_the_most_similar_run_is_located(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("code", "source", "translation", "target"),
    [
        ("hu", "in ⟦Budapest⟧ it is", "Budapest", "⟦Budapesten⟧ van"),
        ("tr", "in ⟦Istanbul⟧ it is", "istanbul", "⟦İstanbul'da⟧ büyük"),
        ("cy", "in ⟦Wales⟧ it is", "Cymru", "yng ⟦Nghymru⟧ y mae"),
        ("he", "the ⟦river⟧ is long", "נהר", "⟦הנהר⟧ ארוך"),
        ("th", "in ⟦Bangkok⟧ it is", "กรุงเทพฯ", "ที่⟦กรุงเทพ⟧มี"),
    ],
)
def test_a_suffix_or_mutation_is_located_in_any_language(code, source, translation, target):
    assert_chosen(source, translation, target, code=code)


def test_a_title_may_stand_in_the_source_language():
    source, target = "They saw ⟦Men in Black⟧ twice.", "Zij zagen ⟦Men in Black⟧ twee keer."
    assert_chosen(source, "Mannen in het zwart", target)


def test_a_phrase_without_a_similar_run_is_not_located():
    assert decide("the ⟦US⟧ army", "het leger", "qqq").chosen is None


def test_show_puts_brackets_round_a_span():
    assert show("De dam brak.", 3, 6) == "De ⟦dam⟧ brak."
