"""Tests of breakdowns: the groups by which losses are counted."""

import pyarrow as pa
import pytest
from spanferry import breakdown


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
def test_answer_types(answer, kind):
    assert breakdown.group_by_type(pa.array([answer]), "en").to_pylist() == [kind]


def test_answer_types_of_dutch_and_of_a_language_without_words():
    answers = pa.array(["28 mei 1932", "twaalf", "omdat het regent", "1991", "de Rode Zee"])
    assert breakdown.group_by_type(answers, "nl").to_pylist() == ["date", "number", "clause", "date", "name"]
    assert breakdown.group_by_type(answers, "xx").to_pylist() == ["number", "phrase", "phrase", "date", "name"]


def test_question_words():
    questions = pa.array(["In what year?", "How many boats?", "Whose boat?", "Name the boat.", "Somewhere"])
    assert breakdown.group_by_question_word(questions, "en").to_pylist() == [
        "what",
        "how many/much",
        "who",
        "other",
        "other",
    ]
    assert breakdown.group_by_question_word(questions, "xx").to_pylist() == ["other"] * 5
    assert breakdown.group_by_question_word(pa.array(["Hoeveel?", "In welk jaar?"]), "nl").to_pylist() == [
        "how many/much",
        "which",
    ]


def test_lengths_and_positions():
    texts = pa.array(["one", "a b c d e", "a b c d e f", " ".join("abcdefghijk")])
    assert breakdown.group_by_length(texts).to_pylist() == ["1 word", "4-5 words", "6-10 words", "11+ words"]
    starts = pa.array([0, 19, 20, 99, 100, 400, -3])
    fifths = breakdown.group_by_position(starts, pa.array([100] * 7)).to_pylist()
    assert fifths == ["first fifth", "first fifth", "second fifth", *["last fifth"] * 3, "first fifth"]


def test_confidence_groups():
    groups = [breakdown.confidence_group(probability) for probability in (0.0, 0.5, 0.7999, 0.8, 0.95, 1.0)]
    assert groups == ["under 50 %", "50 to 80 %", "50 to 80 %", "80 to 95 %", "95 % and over", "95 % and over"]
