"""Tests of SQuAD files: reading, error messages for refused files, and writing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.squad import (
    UNSET,
    Answer,
    Article,
    Document,
    Paragraph,
    Question,
    decode_squad,
    encode_squad,
    iterate_questions,
    read_squad,
    write_squad,
)

from tests.support.small_squad import DEV, TRAIN, as_json, train


def test_reads_squad_2() -> None:
    [article] = decode_squad(as_json(DEV), "dev.json").data
    [paragraph] = article.paragraphs
    assert (article.title, paragraph.context) == ("Tower", DEV["data"][0]["paragraphs"][0]["context"])
    assert paragraph.qas == (
        Question("high", "How high is the tower?", (Answer("91 metres", 13), Answer("91", 13)), False),
        Question("builder", "Who built it?", (Answer("Käthe Müller", 53),), False),
    )
    assert [answer.end for answer in paragraph.qas[0].answers] == [22, 15]


def test_reads_squad_1_and_ignores_unknown_keys() -> None:
    raw = b"""{"data": [{"paragraphs": [{"context": "Tin.", "document_id": 3, "qas": [
        {"id": "q", "question": "What?", "answers": [{"text": "Tin", "answer_start": 0, "answer_category": "SHORT"}]}
    ]}]}]}"""
    question = Question("q", "What?", (Answer("Tin", 0),))
    assert decode_squad(raw, "f") == Document((Article((Paragraph("Tin.", (question,)),)),))
    assert (question.impossible, question.plausible, question.is_impossible) == (False, (), UNSET)


def test_an_answer_with_a_wrong_offset_does_not_invalidate_the_file() -> None:
    for start in (3, -1, 999, -(2**31), 2**31 - 1):
        document = decode_squad(as_json(train(answers=[{"text": "12", "answer_start": start}])), "f")
        assert document.data[0].paragraphs[0].qas[0].answers == (Answer("12", start),)


WHOLE = as_json(TRAIN)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Is a directory$"):
        read_squad(tmp_path)
    with pytest.raises(InputError, match=r"none\.json: No such file or directory$"):
        read_squad(tmp_path / "none.json")


@given(st.data())
def test_corrupted_bytes_are_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(as_json(TRAIN))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    try:
        document = decode_squad(bytes(raw), "f")
    except InputError:
        return
    assert decode_squad(encode_squad(document), "again") == document


def test_writes_compact_utf8_with_a_final_newline(tmp_path: Path) -> None:
    document = decode_squad(as_json(DEV), "dev.json")
    write_squad(document, tmp_path / "new" / "dev.json")
    raw = (tmp_path / "new" / "dev.json").read_bytes()
    assert raw.startswith(b'{"data":[{"paragraphs":[{"context":"The tower is 91 metres high.')
    assert raw.endswith(b'"title":"Tower"}],"version":"v2.0"}\n')
    assert "Käthe Müller".encode() in raw
    assert read_squad(tmp_path / "new" / "dev.json") == document


def test_iterate_questions_gives_every_question_with_its_path() -> None:
    walked = [
        (path, article.title, question.id) for path, article, _, question in iterate_questions(decode_squad(WHOLE, "f"))
    ]
    assert walked == [
        ("data[0].paragraphs[0].qas[0]", "Ferry", "often"),
        ("data[0].paragraphs[0].qas[1]", "Ferry", "captain"),
    ]
