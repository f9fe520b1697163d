"""The groups that loss is counted by."""

import pyarrow as pa
import pytest
from spanferry import breakdown as strata


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("1991", "date"),
        ("in 1990", "date"),
        ("the early 1990s", "date"),
        ("1914-18", "date"),
        ("28 May 1932", "date"),
        ("the 19th century", "date"),
        ("1500 men", "number"),
        ("about 3,000 boats", "number"),
        ("twelve", "number"),
        ("91%", "number"),
        ("$5 million", "number"),
        ("Windows 2000", "name"),
        ("the Red Sea", "name"),
        ("François Viète", "name"),
        ("because it rains", "clause"),
        ("a dam that was built", "clause"),
        ("by building a dam", "clause"),
        ("wooden dams", "phrase"),
        ("", "phrase"),
    ],
)
def test_types(answer, kind):
    assert strata.types(pa.array([answer]), "en").to_pylist() == [kind]


def test_types_know_dutch_and_do_without_words_elsewhere():
    answers = pa.array(["28 mei 1932", "twaalf", "omdat het regent", "1991", "de Rode Zee"])
    assert strata.types(answers, "nl").to_pylist() == ["date", "number", "clause", "date", "name"]
    assert strata.types(answers, "xx").to_pylist() == ["number", "phrase", "phrase", "date", "name"]


def test_question_words():
    asked = pa.array(["In what year?", "How many boats?", "Whose boat?", "Name the boat.", "Somewhere"])
    assert strata.question_words(asked, "en").to_pylist() == ["what", "how many/much", "who", "other", "other"]
    assert strata.question_words(asked, "xx").to_pylist() == ["other"] * 5
    assert strata.question_words(pa.array(["Hoeveel?", "In welk jaar?"]), "nl").to_pylist() == [
        "how many/much",
        "which",
    ]


def test_lengths_and_positions():
    texts = pa.array(["one", "a b c d e", "a b c d e f", " ".join("abcdefghijk")])
    assert strata.lengths(texts).to_pylist() == ["1 word", "4-5 words", "6-10 words", "11+ words"]
    starts = pa.array([0, 19, 20, 99, 100, 400, -3])
    fifths = strata.positions(starts, pa.array([100] * 7)).to_pylist()
    assert fifths == ["first fifth", "first fifth", "second fifth", *["last fifth"] * 3, "first fifth"]
