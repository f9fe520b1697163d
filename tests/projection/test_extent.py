"""Tests of extents: a span begins and ends with the same kinds of words as the source answer."""

import pytest

from tests.support.shown import assert_chosen


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("Here ⟦the dam⟧ broke.", "de dam", "Hier brak ⟦de dam⟧."),
        ("Here the ⟦dam⟧ broke.", "de dam", "Hier brak de ⟦dam⟧."),
        ("Here ⟦a dam⟧ broke.", "Een dam", "Er brak ⟦een dam⟧."),
        ("⟦The dam⟧ broke here.", "De dam", "Hier brak ⟦de dam⟧."),
        ("⟦The lid⟧ fell.", "Het deksel", "⟦De deksel⟧ viel."),
        ("Here ⟦the dam and the dike⟧ broke.", "de dam en de dijk", "Hier braken ⟦de dam en de dijk⟧."),
        ("Here the ⟦dam and the dike⟧ broke.", "dam en de dijk", "Hier braken de ⟦dam en de dijk⟧."),
        ("In ⟦the Netherlands⟧ it rained.", "Nederland", "In ⟦Nederland⟧ regende het."),
        ("In ⟦the Netherlands⟧ it rained.", "De Nederlanden", "In ⟦Nederland⟧ regende het."),
        ("There was ⟦one⟧ ship and a boat.", "één", "Er was ⟦één⟧ schip en een boot."),
    ],
)
def test_an_article_is_included_when_the_source_has_one(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("The ⟦Golden Age⟧ came.", '"Gouden Eeuw"', "De ⟦Gouden Eeuw⟧ kwam."),
        ('The "⟦Golden Age⟧" came.', "Gouden Eeuw", "De “⟦Gouden Eeuw⟧” kwam."),
        ('The ⟦"Golden Age"⟧ came.', '"Gouden Eeuw"', "De ⟦“Gouden Eeuw”⟧ kwam."),
        ('⟦The "Golden Age"⟧ came.', 'De "Gouden Eeuw"', "⟦De “Gouden Eeuw”⟧ kwam."),
        ("He said \"it was the ⟦'wind trade'⟧\" then.", "'windhandel'", "Hij zei toen \"het was de ⟦'windhandel'⟧\"."),
        ("It cost ⟦$300⟧ then.", "$300", "Het kostte toen ⟦$300⟧."),
        ("It cost ⟦300 dollars⟧ then.", "300 dollar", "Het kostte toen ⟦300 dollar⟧."),
        ("About ⟦50%⟧ went.", "50%", "Ongeveer ⟦50 %⟧ ging."),
        ("It is ⟦20 °C⟧ there.", "20 °C", "Het is daar ⟦20 °C⟧."),
        ("Old ⟦church (1400)⟧ it was.", "kerk (1400)", "De oude ⟦kerk (1400)⟧ was het."),
        ("An old ⟦church⟧ (1400) it was.", "kerk", "Een oude ⟦kerk⟧ (1400) was het."),
        ("Born in ⟦1632⟧.", "1632.", "Geboren in ⟦1632⟧."),
        ("It is ⟦John Smith Jr.⟧ again.", "John Smith jr.", "Het is weer ⟦John Smith jr.⟧"),
        ("the ⟦C++⟧ language", "C++", "de taal ⟦C++⟧ dus"),
        ("the ⟦.NET⟧ language", ".NET", "de taal ⟦.NET⟧ dus"),
        ("He shouted ⟦Yes!⟧ loudly.", "Ja!", "Hij riep luid ⟦ja!⟧"),
    ],
)
def test_quotes_units_and_punctuation_follow_the_source(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("Before ⟦Rollo⟧'s arrival.", "Voor ⟦Rollo⟧'s komst."),
        ("The arrival of ⟦Rollo⟧.", "De komst van ⟦Rollo⟧."),
        ("The races ⟦highest 'social efficiency'⟧\".", "De rassen ⟦highest 'social efficiency'⟧\"."),
        ("The garden is ⟦Japan⟧ese.", "De tuin is ⟦Japan⟧ese."),
        ('His ⟦" Machine"⟧ ran.', 'Zijn ⟦" Machine"⟧ liep.'),
    ],
)
def test_a_text_identical_to_the_source_keeps_its_extent(source, target):
    answer = source[source.index("⟦") + 1 : source.index("⟧")]
    assert_chosen(source, answer, target)


def test_a_span_never_grows_over_the_end_of_a_sentence():
    assert_chosen("It is ⟦the dam⟧.\nIt broke.", "de dam", "Het is ⟦de dam⟧.\nHij brak.")
    assert_chosen('He said ⟦"no"⟧.\n"Yes" came.', '"nee"', 'Hij zei ⟦"nee"⟧.\n"Ja" kwam.')


def test_a_language_without_articles_keeps_every_matched_word():
    assert_chosen("It is ⟦the dam⟧.", "gát", "Ez ⟦gát⟧.", code="hu")
    assert_chosen("It is ⟦the river⟧.", "黄河", "这是⟦黄河⟧。", code="zh")
