"""Tests of the names of months and weekdays."""

import pytest
from spanferry.language.date_names import calendar_names
from spanferry.language.profiles import PROFILES

VALUES = {*(f"month {n}" for n in range(1, 13)), *(f"day {n}" for n in range(1, 8))}
IN_DIGITS = {"ja", "ko", "vi"}  # which number their months


@pytest.mark.parametrize("code", PROFILES)
def test_every_language_has_months_and_weekdays(code: str) -> None:
    names = calendar_names(code)
    found = {value for forms in names.names.values() for _, value in forms}
    assert found == {value for value in VALUES if code not in IN_DIGITS or value.startswith("day")}


@pytest.mark.parametrize(
    ("code", "word", "value"),
    [
        ("ru", "марте", "month 3"),
        ("ru", "мае", "month 5"),
        ("ru", "мать", None),
        ("pl", "styczniu", "month 1"),
        ("fi", "tammikuussa", "month 1"),
        ("cs", "cervenci", "month 7"),
        ("de", "janner", "month 1"),
        ("nl", "zondagen", "day 7"),
        ("en", "dec", "month 12"),
        ("en", "dismay", None),
    ],
)
def test_a_name_is_known_in_other_cases_and_abbreviated(code: str, word: str, value: str | None) -> None:
    names = calendar_names(code)
    assert [each for each in sorted(VALUES) if names.has(each, [word])] == ([value] if value else [])


def test_a_language_without_names_has_none() -> None:
    assert calendar_names("xx").kinds == set()
