"""Sentences, tokens and folding: what the projection stands on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.language.text import _TOKEN, fold, is_word, sentences, tokens

# Prose, and what prose is spoilt with: odd white space, marks, other scripts, emoji, controls.
TEXTS = st.text(
    st.one_of(
        st.sampled_from(list("aAzZ09 .,!?'\"()-\n\t")),
        st.sampled_from(list("é́ıß’”„«»–\u00a0\u202f\u2028\u200b\ufeff\x00\x1c\x85\r漢字ไทยא🧀\u200d")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


def pieces(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "language", "cut"),
    [
        ("It rains. The dam holds!  Does it?", "en", ["It rains.", "The dam holds!", "Does it?"]),
        (" It rains.\n\nThe dam holds. ", "en", ["It rains.", "The dam holds."]),
        ("De dam is 3,5 km lang. Hij is van ca. 1932.", "nl", ["De dam is 3,5 km lang.", "Hij is van ca. 1932."]),
        ("One line without an end", "en", ["One line without an end"]),
        ("雨が降る。ダムは持つ。", "ja", ["雨が降る。", "ダムは持つ。"]),
        ("A language that nobody knows. It is cut all the same.", "xx", None),
        ("", "en", []),
        (" \n\u00a0", "en", []),
        ("Eat vitamin A\u2028.", "en", ["Eat vitamin A\u2028."]),  # sentencex 1.0.32 panics
    ],
)
def test_sentences(text: str, language: str, cut: list[str] | None) -> None:
    expected = ["A language that nobody knows.", "It is cut all the same."] if cut is None else cut
    assert pieces(text, sentences(text, language)) == expected


@given(TEXTS, st.sampled_from(["en", "nl", "de", "ja", "ar", "xx"]))
def test_outside_the_sentences_there_is_only_white_space(text: str, language: str) -> None:
    at = 0
    for start, end in sentences(text, language):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("In 1.250 v.Chr., foto's", ["In", "1.250", "v", ".", "Chr", ".", ",", "foto's"]),
        ("'s Avonds: €3,50!", ["'", "s", "Avonds", ":", "€", "3,50", "!"]),
        ("10\u00a0000 mensen", ["10\u00a0000", "mensen"]),
        ("10.000.000 en 1991.", ["10.000.000", "en", "1991", "."]),
        ("19e-eeuwse (z.g.) «zee»", ["19e", "-", "eeuwse", "(", "z", ".", "g", ".", ")", "«", "zee", "»"]),
        ("één coo\u0308rdinatie", ["één", "coo\u0308rdinatie"]),
        ("漢字とカナ", ["漢", "字", "と", "カ", "ナ"]),
        ("3漢字a", ["3", "漢", "字", "a"]),
        ("🧀kaas_markt", ["🧀", "kaas_markt"]),
        (" \n\u00a0", []),
    ],
)
def test_tokens(text: str, cut: list[str]) -> None:
    assert pieces(text, tokens(text)) == cut


@given(TEXTS)
def test_tokens_hold_everything_but_white_space(text: str) -> None:
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
        ("‘", '"'),
        ("foto’s", "foto's"),
        ("—", "-"),
        ("STRASSE", "straße"),
        ("ﬁjn", "fijn"),
    ],
)
def test_variants_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("1991", "91"), ("3,5", "35"), ("10.000", "10"), ("kaas", "kazen")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(TEXTS)
def test_no_token_folds_to_nothing(text: str) -> None:
    assert all(map(fold, pieces(text, tokens(text))))


def test_words_and_symbols() -> None:
    assert [is_word(token) for token in ("a", "3", "1.250", "字", "foto's", "\u0301")] == [True] * 6
    assert [is_word(token) for token in (".", "(", "€", "🧀", "'")] == [False] * 5


@given(st.text(st.sampled_from(list("aé9٣_.,'’-–\"“ \u00a0\u202f\n%€x")), max_size=30))
def test_the_quick_pattern_for_latin_texts_cuts_as_the_full_one(text: str) -> None:
    assert tokens(text) == [match.span() for match in _TOKEN.finditer(text)]
