"""Tests of phrases: how a text is cut for searching."""

import pytest
from spanferry.language import NEUTRAL, language_of
from spanferry.projection.phrase import make_phrase

DUTCH = language_of("nl")


def test_a_phrase_is_cut_into_its_words():
    cut = make_phrase("de Coördinatie van 1.250 foto’s", "the coordination of 1,250 photos", DUTCH)
    assert cut.words == ["coordinatie", "van", "1250", "foto's"]
    assert (cut.lead, cut.trail, cut.has_article, cut.article_count) == ((), (), True, 1)


@pytest.mark.parametrize(
    ("text", "source", "lead", "words", "trail"),
    [
        ("“Gouden Eeuw”", '"Golden Age"', ("'",), ["gouden", "eeuw"], ("'",)),
        ("$300", "$300", ("$",), ["300"], ()),
        ("50 %", "50%", (), ["50"], ("%",)),
        ("(oude) kerk", "(old) church", ("(",), ["oude", ")", "kerk"], ()),
        ("de 'windhandel'", "the 'wind trade'", ("'",), ["windhandel"], ("'",)),
    ],
)
def test_symbols_at_the_ends_are_separated(text, source, lead, words, trail):
    cut = make_phrase(text, source, DUTCH)
    assert (cut.lead, cut.words, cut.trail) == (lead, words, trail)


@pytest.mark.parametrize(
    ("text", "source", "kept"),
    [
        ("De dam.", "The dam", "De dam"),
        ("Ja!", "Yes", "Ja"),
        ("大坝。", "the dam", "大坝"),
        ("Smith jr.", "Smith Jr.", "Smith jr."),
        ("  de dam ", "the dam", "de dam"),
    ],
)
def test_a_full_stop_that_the_engine_added_is_removed(text, source, kept):
    assert make_phrase(text, source, DUTCH).text == kept


def test_an_article_alone_is_a_word():
    assert make_phrase("de", "the", DUTCH).words == ["de"]


@pytest.mark.parametrize("text", [".", "%", "—", "?!"])
def test_an_answer_may_consist_of_symbols_only(text):
    assert make_phrase(text, text, DUTCH).words


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_text_has_no_words(text):
    assert make_phrase(text, "x", NEUTRAL).words == []


def test_a_language_without_articles_keeps_every_word():
    assert make_phrase("de facto", "de facto", NEUTRAL).words == ["de", "facto"]
