"""Tests of language codes: synonyms, scripts, and spelling."""

import pytest
from spanferry.language.codes import (
    find_code_problem,
    fits,
    language_name,
    primary_subtag,
    script_subtag,
    standard_code,
)


@pytest.mark.parametrize(
    ("primary", "codes"),
    [
        ("nl", "nl nl-BE NL nld dut"),
        ("zh", "zh zh-CN zh-Hans zh-TW zh-Hans-CN cmn zh_cn"),
        ("pt", "pt pt-BR pt_BR por"),
        ("nb", "nb no nb-NO nor nob"),
        ("nn", "nn nn-NO"),
        ("he", "he iw heb"),
        ("fil", "fil tl tgl"),
        ("id", "id in ind"),
        ("et", "et est ekk"),
        ("ar", "ar arb ara"),
        ("sw", "sw swh"),
        ("ceb", "ceb"),
        ("xx", "xx"),
        ("no such code", "no such code"),
    ],
)
def test_a_language_has_one_primary_subtag_under_all_its_codes(primary: str, codes: str) -> None:
    for code in [codes] if primary == codes else codes.split():
        assert primary_subtag(code) == primary, code


@pytest.mark.parametrize(
    ("code", "script"),
    [("nl", "Latn"), ("fa", "Arab"), ("sr", "Cyrl"), ("sr-Latn", "Latn"), ("zh-TW", "Hant"), ("zh", "Hans"), ("?", "")],
)
def test_the_script_is_the_usual_one_unless_the_code_names_it(code: str, script: str) -> None:
    assert script_subtag(code) == script


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("pt-BR", "pt"), ("pt", "pt-BR"), ("zh-Hans", "zh-CN"), ("zh-CN", "zh-Hans"), ("iw_IL", "he"), ("no", "nb")],
)
def test_a_code_fits_one_that_is_less_specific_or_a_synonym(code: str, wanted: str) -> None:
    assert fits(code, wanted)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("nl", "nl-BE"), ("pt-PT", "pt-BR"), ("zh-TW", "zh-CN"), ("nn", "nb"), ("en", "nl"), ("", "nl"), ("nl", "")],
)
def test_a_code_does_not_fit_another_language_or_region(code: str, wanted: str) -> None:
    assert not fits(code, wanted)


def test_the_standard_spelling_has_no_synonyms() -> None:
    assert [standard_code(code) for code in ("iw_il", "PT_br", "zh-hans", "?")] == ["he-IL", "pt-BR", "zh-Hans", "?"]


@pytest.mark.parametrize("code", ["nl", "pt-BR", "zh-Hans", "iw", "no", "fil", "ceb", "sr-Latn"])
def test_known_codes_have_no_problem(code: str) -> None:
    assert find_code_problem(code) is None


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("pt_BR", "'pt_BR' is misspelled; write pt-BR"),
        ("NL", "'NL' is misspelled; write nl"),
        ("zh-hans", "'zh-hans' is misspelled; write zh-Hans"),
        ("nld", "'nld' is misspelled; write nl"),
        ("dk", "'dk' is no language code of BCP 47, such as nl or pt-BR"),
        ("", "'' is no language code of BCP 47, such as nl or pt-BR"),
        ("no-such language", "'no-such language' is no language code of BCP 47, such as nl or pt-BR"),
    ],
)
def test_a_misspelled_code_is_named_with_the_right_one(code: str, problem: str) -> None:
    assert find_code_problem(code) == problem


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("nl", "Dutch"),
        ("pt-BR", "Portuguese (Brazil)"),
        ("zh-Hans", "Chinese (Simplified)"),
        ("sr-Latn-RS", "Serbian (Latin, Serbia)"),
        ("iw", "Hebrew"),
        ("mul", "Multiple languages"),
        ("qaa", "qaa"),
        ("no code", "no code"),
    ],
)
def test_a_language_has_a_name(code: str, name: str) -> None:
    assert language_name(code) == name
