"""Tests of the numbers and dates that a translation lacks or adds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.language import language_of
from spanferry.language.quantities import CountedText, compare_quantities


def differences(text: str, translation: str, source: str = "en", target: str = "nl") -> tuple[list[str], list[str]]:
    found = compare_quantities(
        CountedText.of(text, language_of(source)), CountedText.of(translation, language_of(target))
    )
    return [each.written for each in found.missing], [each.written for each in found.added]


@pytest.mark.parametrize(
    ("text", "translation", "source", "target"),
    [
        ("twelve ships", "12 schepen", "en", "nl"),
        ("125,000 men", "honderdvijfentwintigduizend man", "en", "nl"),
        ("one hundred and twenty-five thousand men", "125.000 man", "en", "nl"),
        ("1,160,000 people", "1,16 miljoen mensen", "en", "nl"),
        ("1,160,000 people", "116万人", "en", "zh"),
        ("12,500 people", "1.25万人", "en", "zh"),
        ("three people in 1946", "1946年三个人", "en", "zh"),
        ("in the 1990s", "in de jaren 90", "en", "nl"),
        ("in the 1990s", "in de jaren negentig", "en", "nl"),
        ("the war of 1914-18", "de oorlog van 1914-1918", "en", "nl"),
        ("at 7 pm", "om 19 uur", "en", "nl"),
        ("the 19th century", "le XIXe siècle", "en", "fr"),
        ("Louis XIV", "Lodewijk 14", "en", "nl"),
        ("in 1742", "در ۱۷۴۲", "en", "fa"),
        ("five fish", "пять рыб", "en", "ru"),
        ("1 km", "een kilometer", "en", "nl"),
        ("on March 3, 1847", "op 3 maart 1847", "en", "nl"),
        ("in May of 2012", "in mei 2012", "en", "nl"),
        ("it may be 5 times as high", "het kan 5 keer zo hoog zijn", "en", "nl"),
        ("it may hold 50 bees", "er passen 50 bijen in", "en", "nl"),
        ("on may 5", "op 5 mei", "en", "nl"),
        ("in May 1990", "in mei van dat jaar, 1990,", "en", "nl"),
        ("on March 3, 1847", "3 марта 1847 года", "en", "ru"),
        ("in March 1847", "в марте 1847 года", "en", "ru"),
        ("in May 1847", "w maju 1847 roku", "en", "pl"),
        ("in March 1847", "في مارس 1847", "en", "ar"),
        ("in March 1847", "في آذار 1847", "en", "ar"),
        ("on March 3, 1847", "1847年3月3日", "en", "zh"),
        ("in September 1847", "i Meán Fómhair 1847", "en", "ga"),
        ("on Sunday, February 7, 2016", "op zondag 7 februari 2016", "en", "nl"),
        ("on Sunday, February 7, 2016", "в воскресенье, 7 февраля 2016 года", "en", "ru"),
        ("the lander Mars 2", "la sonde Mars 2", "en", "fr"),
        ("on Bloody Sunday", "in Derry", "en", "nl"),
    ],
)
def test_a_number_may_change_its_form(text: str, translation: str, source: str, target: str) -> None:
    assert differences(text, translation, source, target) == ([], [])
    assert differences(translation, text, target, source) == ([], [])


@pytest.mark.parametrize(
    ("text", "translation", "missing", "added"),
    [
        ("twelve ships", "13 schepen", ["twelve"], ["13"]),
        ("in 1847 and 1848", "in 1847 en 1849", ["1848"], ["1849"]),
        ("91 metres", "hoog", ["91"], []),
        ("high", "91 meter", [], ["91"]),
        ("on May 5, 1990", "op 5 juni 1990", ["may"], ["juni"]),
        ("on March 3, 1847", "op 3 april 1847", ["march"], ["april"]),
        ("on Sunday, May 5", "op maandag 5 mei", ["sunday"], ["maandag"]),
    ],
)
def test_a_changed_number_is_reported(text: str, translation: str, missing: list[str], added: list[str]) -> None:
    assert differences(text, translation) == (missing, added)


@pytest.mark.parametrize(("language", "translation"), [("de", "5. Juni"), ("ru", "5 июня"), ("ar", "5 يونيو")])
def test_a_changed_month_is_reported_in_every_language(language: str, translation: str) -> None:
    missing, added = differences("on May 5, 1990", f"{translation} 1990", "en", language)
    assert missing == ["may"]
    assert len(added) == 1


@given(st.integers(2, 10**7), st.sampled_from(["nl", "de", "fr", "ru", "ar", "zh", "sw", "tr"]))
def test_a_number_in_digits_is_always_found_again(number: int, language: str) -> None:
    assert differences(f"It has {number:,} lamps.", f"{number:,}", "en", language) == ([], [])
    assert differences(f"It has {number} lamps.", f"{number:,}".replace(",", "."), "en", language) == ([], [])
