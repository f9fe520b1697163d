"""Tests of the normalisation of answers, and the language and question word of a question."""

import pytest
from spanferry.reader.normalisation import find_question_word, normalise_answer, question_language, split_answer


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("De Zilvere Aa", "nl", "zilvere aa"),
        ("het ‘Grote’ Huis…", "nl", "grote huis"),
        ("een", "nl", "een"),  # an article alone is kept
        ("deze dehet", "nl", "deze dehet"),
        ("the river", "nl", "the river"),
        ("the river", "en", "river"),
        ("¿Una ciudad?", "es", "ciudad"),
        ("dem Fluß, der Aa", "de", "fluß aa"),
        ("البيت الكبير", "ar", "بيت كبير"),
        ("北京 2008年", "zh", "北 京 2008 年"),
        ("北京 2008年", "zh-Hans-CN", "北 京 2008 年"),
        ("البيت الكبير", "ar-EG", "بيت كبير"),
        ("O gato", "pt-BR", "gato"),
        ("ei elv", "no", "elv"),
        ("ei elv", "nb-NO", "elv"),
        ("\U00020000ー京", "ja", "\U00020000 ー 京"),
        ("กรุงเทพ 14 (ใน)", "th", "ก รุ ง เ ท พ 14 ใ น"),
        ("‘서울’은, 한국", "ko", "서울은 한국"),
        ("Aa – de", "xx", "aa de"),
        ("", "nl", ""),
    ],
)
def test_normalise(text, language, expected):
    assert normalise_answer(text, language) == expected


@pytest.mark.parametrize(
    ("question_id", "language"),
    [
        ("finnish-7633-0", "fi"),
        ("tydiqa/korean-1-2", "ko"),
        ("56be4db0", None),
        ("velderbroek-0", None),
        ("english", None),
    ],
)
def test_language_of_an_id(question_id, language):
    assert question_language(question_id) == language


@pytest.mark.parametrize(
    ("question", "word"),
    [("Hoeveel mensen?", "hoeveel"), ("In welk jaar, en wie?", "welk"), ("Noem een rivier.", "other"), ("", "other")],
)
def test_question_word(question, word):
    assert find_question_word(question, "nl") == find_question_word(question, "nl-BE") == word


def test_f1_counts_the_characters_of_korean_and_the_words_of_others():
    assert split_answer("서울은 2km", "ko-KR") == ["서", "울", "은", "2", "k", "m"]
    assert split_answer("ก รุ ง 14", "th") == ["ก", "รุ", "ง", "14"]
    assert split_answer("de zilvere aa", "nl") == ["de", "zilvere", "aa"]
