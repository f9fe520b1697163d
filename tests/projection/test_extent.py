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


@pytest.mark.parametrize(
    ("code", "source", "translation", "target"),
    [
        ("ru", "In the ⟦1970s⟧ it grew.", "1970-е годы", "В ⟦1970-х⟧ оно росло."),
        ("ru", "By ⟦Al-Razi⟧ it was.", "Аль-Рази", "Это был ⟦Ар-Рази⟧."),
        ("ru", "The ⟦5th⟧ went.", "5", "Ушёл ⟦5-й⟧."),
        ("ru", "Of ⟦six⟧-time winners.", "6", "О ⟦6⟧-кратных победителях."),
        ("en", "De ⟦tv-serie⟧ kwam.", "series", "The ⟦TV-series⟧ came."),
        ("nl", "The ⟦Super Bowl⟧ champion won.", "Super Bowl", "De ⟦Super Bowl⟧-kampioen won."),
        ("nl", "From ⟦1998⟧ to 2002.", "1998", "Van ⟦1998⟧-2002."),
    ],
)
def test_a_span_does_not_end_at_a_hyphen_inside_a_word(code, source, translation, target):
    assert_chosen(source, translation, target, code=code)


@pytest.mark.parametrize(
    ("source", "translation", "target"),
    [
        ("At ⟦28.5 degrees⟧ it is.", "28,5", "Op ⟦28,5°⟧ is het."),
        ("About ⟦50 percent⟧ went.", "50", "Ongeveer ⟦50%⟧ ging."),
        ("It cost ⟦300 dollars⟧ then.", "300", "Het kostte toen ⟦$300⟧."),
        ("About ⟦50⟧% went.", "50", "Ongeveer ⟦50⟧% ging."),
    ],
)
def test_a_number_keeps_its_sign_unless_the_source_cuts_it(source, translation, target):
    assert_chosen(source, translation, target)


@pytest.mark.parametrize(
    ("code", "source", "translation", "target"),
    [
        ("zh", "Built in ⟦1946⟧.", "1946", "建于⟦1946年⟧。"),
        ("zh", "He has ⟦two⟧ dogs.", "二", "他有⟦两只⟧狗。"),
        ("zh", "In the ⟦20th century⟧.", "20世纪", "在⟦20世纪⟧。"),
        ("ja", "Built in ⟦1991⟧.", "1991", "⟦1991年⟧に建てられた。"),
        ("ko", "Built in ⟦1742⟧.", "1742", "⟦1742년⟧에 지었다."),
        ("ko", "⟦Twelve⟧ years later.", "열두", "⟦12년⟧ 후에."),
    ],
)
def test_a_bare_number_takes_its_counter(code, source, translation, target):
    assert_chosen(source, translation, target, code=code)


@pytest.mark.parametrize(
    ("code", "source", "translation", "target"),
    [
        ("ko", "Built by ⟦Hans Kolk⟧ here.", "한스 콜크", "여기서 ⟦한스 콜크⟧가 지었다."),
        ("ko", "Built in ⟦Istanbul⟧.", "이스탄불", "⟦이스탄불⟧에서 지었다."),
        ("ko", "⟦Two monks⟧ came.", "두 명의 수도사", "⟦두 명의 수도사⟧가 왔다."),
        ("ar", "He lived in ⟦Germany⟧.", "ألمانيا", "عاش ب⟦ألمانيا⟧."),
        ("ar", "The sea and ⟦the river⟧.", "النهر", "البحر و⟦النهر⟧."),
        ("ar", "The sea ⟦and the river⟧.", "والنهر", "البحر ⟦والنهر⟧."),
        ("he", "He lived in ⟦Jerusalem⟧.", "ירושלים", "הוא גר ב⟦ירושלים⟧."),
        ("he", "The sea and ⟦the river⟧.", "הנהר", "הים ו⟦הנהר⟧."),
    ],
)
def test_clitics_are_left_out_where_the_answer_has_none(code, source, translation, target):
    assert_chosen(source, translation, target, code=code)
