"""Tests of SQuAD files: reading, error messages for refused files, and writing."""

import copy
from pathlib import Path
from typing import Any

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

AT_ANSWER = "at `$.data[0].paragraphs[0].qas[0].answers[0]"


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


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"text": "12", "answer_start": 3.0}, f"Expected `int`, got `float` - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": True}, f"Expected `int`, got `bool` - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": "3"}, f"Expected `int`, got `str` - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": None}, f"Expected `int`, got `null` - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": 2**31}, f"Expected `int` <= 2147483647 - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": -(2**31) - 1}, f"Expected `int` >= -2147483648 - {AT_ANSWER}.answer_start`"),
        ({"text": "12", "answer_start": 10**400}, f"Expected `int` <= 2147483647 - {AT_ANSWER}.answer_start`"),
        ({"text": None, "answer_start": 3}, f"Expected `str`, got `null` - {AT_ANSWER}.text`"),
        ({"text": ["12"], "answer_start": 3}, f"Expected `str`, got `array` - {AT_ANSWER}.text`"),
        ({"text": "12"}, f"Object missing required field `answer_start` - {AT_ANSWER}`"),
        ("12", f"Expected `object`, got `str` - {AT_ANSWER}`"),
        (None, f"Expected `object`, got `null` - {AT_ANSWER}`"),
    ],
)
def test_an_error_names_the_path_of_a_wrong_answer(answer: object, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_squad(as_json(train(answers=[answer])), "train.json")
    assert str(caught.value) == f"train.json: not a SQuAD file: {message}"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": ""}, "data[0].paragraphs[0].qas[0].id: empty"),
        (
            {"id": "captain"},
            "data[0].paragraphs[0].qas[1].id: 'captain' is already the id of data[0].paragraphs[0].qas[0]",
        ),
        ({"question": " \n"}, "data[0].paragraphs[0].qas[0].question: empty"),
        ({"answers": []}, "data[0].paragraphs[0].qas[0]: answerable, but it has no answers"),
        ({"is_impossible": True}, "data[0].paragraphs[0].qas[0]: is_impossible, but it has answers"),
        (
            {"id": "captain", "question": "", "answers": []},
            "data[0].paragraphs[0].qas[0].question: empty; data[0].paragraphs[0].qas[0]: answerable, but it has no "
            "answers; data[0].paragraphs[0].qas[1].id: 'captain' is already the id of data[0].paragraphs[0].qas[0]",
        ),
    ],
)
def test_an_error_names_the_path_of_values_that_types_do_not_exclude(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_squad(as_json(train(**changes)), "f")
    assert str(caught.value) == f"f: {message}"


@pytest.mark.parametrize("context", ["", " \u00a0\n"])
def test_an_empty_context_is_refused(context: str) -> None:
    corrupted = copy.deepcopy(TRAIN)
    corrupted["data"][0]["paragraphs"][0]["context"] = context
    with pytest.raises(InputError, match=r"^f: data\[0\]\.paragraphs\[0\]\.context: empty$"):
        decode_squad(as_json(corrupted), "f")


def test_many_problems_are_counted() -> None:
    qas = [{"id": "", "question": "Q?", "answers": [{"text": "a", "answer_start": 0}]}] * 7
    raw = as_json({"data": [{"paragraphs": [{"context": "a", "qas": qas}]}]})
    with pytest.raises(InputError, match=r"qas\[0\]\.id: empty; .*qas\[2\]\.id: empty \(and 4 more\)$"):
        decode_squad(raw, "f")


WHOLE = as_json(TRAIN)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not a SQuAD file: empty"),
        (b" ", "not a SQuAD file: Input data was truncated"),
        (WHOLE[:-9], "not a SQuAD file: Input data was truncated"),
        (b"\xef\xbb\xbf" + WHOLE, "not a SQuAD file: begins with a byte order mark; save it as UTF-8 without one"),
        (WHOLE.decode().encode("utf-16"), "not a SQuAD file: UTF-16; save it as UTF-8"),
        (b"\x1f\x8b\x08\x00", "not a SQuAD file: compressed with gzip; unpack it first"),
        (b"PK\x03\x04", "not a SQuAD file: a zip archive; unpack it first"),
        (b"\x00" + WHOLE, "not a SQuAD file: JSON is malformed: invalid character (byte 0)"),
        (b"<html>", "not a SQuAD file: JSON is malformed: invalid character (byte 0)"),
        (b"{} []", "not a SQuAD file: Object missing required field `data`"),
        (WHOLE + b" x", f"not a SQuAD file: JSON is malformed: trailing characters (byte {len(WHOLE) + 2})"),
        (b"NaN", "not a SQuAD file: JSON is malformed: invalid character (byte 0)"),
        (b"null", "not a SQuAD file: Expected `object`, got `null`"),
        (b"[]", "not a SQuAD file: Expected `object`, got `array`"),
        (b"{}", "not a SQuAD file: Object missing required field `data`"),
        (b'{"data": {}}', "not a SQuAD file: Expected `array`, got `object` - at `$.data`"),
        (b'{"data": [null]}', "not a SQuAD file: Expected `object`, got `null` - at `$.data[0]`"),
        (b'{"data": []}', "data: no articles"),
        (b'{"data": [{"paragraphs": []}]}', "data: no questions"),
        (b'{"data": [{"paragraphs": [{"context": "a", "qas": []}]}]}', "data: no questions"),
        (b'{"version": 2.0, "data": []}', "not a SQuAD file: Expected `str`, got `float` - at `$.version`"),
        (
            b'{"data": [{"title": null, "paragraphs": []}]}',
            "not a SQuAD file: Expected `str`, got `null` - at `$.data[0].title`",
        ),
        (b'{"data": [{"title": "\xff"}]}', "not a SQuAD file: not UTF-8 at byte 21"),
        (b'{"data": [{"title": "\xed\xa0\x80"}]}', "not a SQuAD file: not UTF-8 at byte 21"),
        (
            rb'{"data": [{"title": "\ud800 and more"}]}',
            "not a SQuAD file: JSON is malformed: unexpected end of escaped utf-16 surrogate pair (byte 27)",
        ),
        (b'{"deep": ' + b"[" * 200_000, "not a SQuAD file: nested too deeply"),
        (b'{"data": ' + b"[" * 200_000, "not a SQuAD file: Expected `object`, got `array` - at `$.data[0]`"),
        (b'{"deep": ' + b'{"a":' * 200_000, "not a SQuAD file: nested too deeply"),
    ],
)
def test_a_file_that_is_not_squad_is_refused_in_one_line(raw: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode_squad(raw, "f.json")
    assert str(caught.value) == f"f.json: {message}"


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
