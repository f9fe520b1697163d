"""Tests of tokens, and of the folding that makes the variants of a token equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.language.words import _TOKEN, fold, is_word, tokens

from tests.support.damaged_texts import TEXTS, cut


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In 1.250 v.Chr., foto's", ["In", "1.250", "v", ".", "Chr", ".", ",", "foto's"]),
        ("'s Avonds: €3,50!", ["'", "s", "Avonds", ":", "€", "3,50", "!"]),
        ("10\u00a0000 mensen", ["10\u00a0000", "mensen"]),
        ("10.000.000 en 1991.", ["10.000.000", "en", "1991", "."]),
        ("19e-eeuwse (z.g.) «zee»", ["19e", "-", "eeuwse", "(", "z", ".", "g", ".", ")", "«", "zee", "»"]),
        ("één coo\u0308rdinatie", ["één", "coo\u0308rdinatie"]),
        ("漢字とカナ", ["漢", "字", "と", "カ", "ナ"]),
        ("3漢字a", ["3", "漢", "字", "a"]),
        ("กินข้าวแล้ว", ["กิ", "น", "ข้า", "ว", "แล้", "ว"]),
        ("เเก น้ำ เ", ["เเก", "น้ำ", "เ"]),
        ("ເມືອງລາວ", ["ເມື", "ອ", "ງ", "ລາ", "ວ"]),
        ("ត្រី", ["ត្រី"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ラーメンa", ["ラ", "ー", "メ", "ン", "a"]),
        ("\U00020000ー\U00020000", ["\U00020000", "ー", "\U00020000"]),
        ("🧀kaas_markt", ["🧀", "kaas_markt"]),
        (" \n\u00a0", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    assert cut(text, tokens(text)) == expected


@given(TEXTS)
def test_tokens_contain_everything_except_white_space(text: str) -> None:
    at = 0
    for start, end in tokens(text):
        assert at <= start < end
        assert not text[at:start].strip("\x1c\x1d\x1e\x1f").strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Coördinatie", "coordinatie"),
        ("1.250", "1,250"),
        ("1\u202f250", "1250"),
        ("3,5", "3.5"),
        ("1.250,5", "1,250.5"),
        ("1,50,000", "150000"),
        ("۱٬۲۵۰٫۵", "1250.5"),
        ("१७४२", "1742"),
        ("٣٤", "34"),
        ("１２", "12"),
        ("‘", '"'),
        ("foto’s", "foto's"),
        ("—", "-"),
        ("STRASSE", "straße"),
        ("ﬁjn", "fijn"),
    ],
)
def test_variants_fold_to_the_same_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("1991", "91"), ("3,5", "35"), ("10.000", "10"), ("kaas", "kazen")])
def test_different_words_do_not_fold_to_the_same_word(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(TEXTS)
def test_no_token_folds_to_an_empty_text(text: str) -> None:
    assert all(map(fold, cut(text, tokens(text))))


def test_words_and_symbols() -> None:
    assert [is_word(token) for token in ("a", "3", "1.250", "字", "foto's", "\u0301")] == [True] * 6
    assert [is_word(token) for token in (".", "(", "€", "🧀", "'")] == [False] * 5


@given(st.text(st.sampled_from(list("aé9٣۴_.,'’-–\"“ \u00a0\u202f\u066b\n%€xжΩאك،")), max_size=30))
def test_the_fast_pattern_for_simple_scripts_equals_the_full_one(text: str) -> None:
    assert tokens(text) == [match.span() for match in _TOKEN.finditer(text)]
