"""Tests of names: runs of capitalised words."""

import pytest
from spanferry.language import language_of
from spanferry.language.names import find_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who led Ann Lee King's march in the United States of America?", ["Ann Lee King", "United States of America"]),
        ("What did DECnet Phase I become?", ["DECnet Phase I"]),
        ("Who mapped the St. Johns River in 1562?", ["St. Johns River"]),
        ("How many people saw Super Bowl 50 and Apollo 11?", ["Super Bowl 50", "Apollo 11"]),
        ("During World War II, did Newcastle upon Tyne suffer?", ["World War II", "Newcastle upon Tyne"]),
        ("It is in the UK. Paul built the Rhine. Paul left.", ["UK", "Paul", "Rhine", "Paul"]),
        ("The Rhine", ["Rhine"]),
        ("O'Neill met J. R. R. Tolkien.", ["O'Neill", "J. R. R. Tolkien"]),
        ("Who was the king of Guinea-Bissau?", ["Guinea-Bissau"]),
        ("What is it of the of Paris?", ["Paris"]),
        ("what is oxygen", []),
        ("", []),
    ],
)  # fmt: skip
def test_names_are_runs_of_capitalised_words(text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in find_names(text, language_of("en"))] == names


@pytest.mark.parametrize(
    ("code", "text"), [("de", "Wer baute die Kapelle in Bonn?"), ("zh", "谁写了这本书？"), ("hi", "राजा कौन था?")]
)
def test_languages_that_show_no_names_by_capitals_have_none(code: str, text: str) -> None:
    assert find_names(text, language_of(code)) == []
