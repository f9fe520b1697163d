"""Tests of cleaning: the documents, provenance and rejected answers of a selection."""

import pytest
from spanferry import cleaning
from spanferry.records import Field, Reason
from spanferry.selection import Selection, select
from spanferry.squad import (
    Answer,
    Article,
    Document,
    Paragraph,
    Question,
    decode_squad,
    encode_squad,
    iterate_questions,
)

from tests.support.tiny_build import HARBOUR, MARKUP, build

TINY = build()
SELECTION = TINY.selection()
TEXTS = cleaning.target_texts(TINY.layout, TINY.translations)
CLEANED = cleaning.documents(TINY.layout, TINY.paragraphs, TINY.spans, TEXTS, SELECTION)


def rejected_rows(selection: Selection) -> list[dict]:
    return [row for batch in cleaning.rejected(TINY.spans, selection) for row in batch.to_pylist()]


def test_documents_contain_the_kept_questions_and_answers() -> None:
    harbour, markup = HARBOUR[1], MARKUP[1]
    dug = Question("dug", "Wanneer werd de haven gegraven?", (Answer("1612", harbour.index("1612")),), False)
    boats = Question("boats", "Hoeveel boten liggen er?", (Answer("91", harbour.index("91")),), False)
    mayor = Question("mayor", "Wie was burgemeester van Oostwerd?", (), True, ())
    gates = (Answer("de oude sluis", harbour.index("de oude")), Answer("sluis", harbour.index("sluis")))
    lock = Question("lock", "Wat werd in 1991 herbouwd?", gates, False)
    cheese = Answer("🧀", markup.index("🧀"))
    sign = Question("sign", "Welk teken staat naast שלום?", (), True, (cheese,))
    wanted = {
        "train": Document((Article((Paragraph(harbour, (dug, boats, mayor)),), "Oostwerd"),), "v2.0"),
        "dev": Document(
            (
                Article((Paragraph(harbour, (lock,)),), "Oostwerd_(dev)"),
                Article((Paragraph(markup, (sign,)),), '</script><b>"Markup"</b>'),
            ),
            "v2.0",
        ),
    }
    assert wanted == CLEANED


@pytest.mark.parametrize("split", CLEANED)
def test_documents_keep_their_contract(split: str) -> None:
    assert decode_squad(encode_squad(CLEANED[split]), split) == CLEANED[split]
    for _, _, paragraph, question in iterate_questions(CLEANED[split]):
        for answer in (*question.answers, *question.plausible):
            assert answer.text
            assert paragraph.context[answer.answer_start : answer.end] == answer.text


def test_every_answer_is_in_provenance_or_rejected() -> None:
    kept = cleaning.provenance(TINY.spans, SELECTION).to_pylist()
    lost = rejected_rows(SELECTION)
    places = [(row["question_id"], row["field"], row["index"]) for row in (*kept, *lost)]
    assert len(places) == len(set(places)) == TINY.spans.num_rows
    assert [row["question_id"] for row in kept] == ["dug", "boats", "lock", "lock", "sign"]
    assert all(row["reason"] is None and row["text"] for row in kept)
    assert all(row["reason"] and row["text"] is None and row["start"] is None for row in lost)


def test_the_span_of_an_answer_dropped_with_its_question_is_its_first_candidate() -> None:
    [silent] = [row for row in rejected_rows(SELECTION) if row["question_id"] == "silent"]
    [candidate] = silent["candidates"]
    assert silent["reason"] == Reason.QUESTION_UNTRANSLATED
    assert (candidate["text"], candidate["start"]) == ("de rivier", HARBOUR[1].index("de rivier"))


def test_a_native_corpus_keeps_the_texts_of_its_questions() -> None:
    selection = select(TINY.layout, TINY.paragraphs, TINY.spans, None)
    cleaned = cleaning.documents(TINY.layout, TINY.paragraphs, TINY.spans, cleaning.TargetTexts(), selection)
    texts = {question.id: question.question for _, _, _, question in iterate_questions(cleaned["dev"])}
    assert texts["silent"] == "Which river silted up?"


def test_a_split_without_kept_questions_is_an_empty_document() -> None:
    nothing = TINY.translations.slice(0, 0)
    selection = select(TINY.layout, TINY.paragraphs, TINY.spans, nothing)
    empty = Document((), "v2.0")
    texts = cleaning.target_texts(TINY.layout, nothing)
    cleaned = cleaning.documents(TINY.layout, TINY.paragraphs, TINY.spans, texts, selection)
    assert cleaned == {"train": empty, "dev": empty}
    assert cleaning.provenance(TINY.spans, selection).num_rows == 0
    assert {row["field"] for row in rejected_rows(selection)} == set(Field)
