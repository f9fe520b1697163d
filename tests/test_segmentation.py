"""Tests of segmentation: the distinct texts to translate, and the place of each in its document."""

from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import from_table, schema_of
from spanferry.records import Reason, SegmentRow, SourceParagraph, TextSpan
from spanferry.segmentation import collect_segments, contexts_to_translate, make_layout, texts_of
from spanferry.squad import Answer, Article, Document, Paragraph, Question, decode_squad, scan_bytes

from tests.support.small_squad import DEV, FERRY, TOWER, TRAIN, as_json, train

DOCUMENTS = {"train": decode_squad(as_json(TRAIN), "train"), "dev": decode_squad(as_json(DEV), "dev")}
UNREPAIRED = {"repair": None, "given_text": None, "given_start": None}


def test_the_layout_has_the_position_of_every_text() -> None:
    added: list[int] = []
    laid = make_layout(DOCUMENTS, "en", progress=added.append)
    assert laid.schema.equals(schema_of(SourceParagraph))
    ferry, tower = laid.to_pylist()
    assert ferry == {
        "split": "train",
        "article": 0,
        "paragraph": 0,
        "title": "Ferry",
        "context": FERRY,
        "sentences": [{"start": 0, "end": 43}, {"start": 44, "end": 79}, {"start": 81, "end": 96}],
        "questions": [
            {
                "id": "often",
                "question": "How often does it sail?",
                "is_impossible": False,
                "answers": [{"text": "12 times a day", "start": 28, "reason": None} | UNREPAIRED],
                "plausible_answers": [],
                "reason": None,
            },
            {
                "id": "captain",
                "question": "Who was its captain?",
                "is_impossible": True,
                "answers": [],
                "plausible_answers": [{"text": "Nobody", "start": 81, "reason": None} | UNREPAIRED],
                "reason": None,
            },
        ],
        "reason": None,
    }
    assert (tower["split"], tower["title"], tower["context"]) == ("dev", "Tower", TOWER)
    assert added == [1, 1]


def test_a_native_context_is_one_sentence() -> None:
    paragraphs = from_table(make_layout(DOCUMENTS, "en", native=True), SourceParagraph)
    assert [row.sentences for row in paragraphs] == [(TextSpan(0, len(FERRY)),), (TextSpan(0, len(TOWER)),)]


def test_segments_are_distinct_sorted_and_counted() -> None:
    laid = make_layout(DOCUMENTS, "en")
    cut = collect_segments(laid)
    assert cut.schema.equals(schema_of(SegmentRow))
    assert [(row["kind"], row["text"], row["count"]) for row in cut.to_pylist()] == [
        ("sentence", "In 1912 the first steam ferry sank.", 1),
        ("sentence", "It was built in 1991 by Käthe Müller.", 1),
        ("sentence", "Nobody drowned.", 1),
        ("sentence", "The ferry to Oostwerd sails 12 times a day.", 1),
        ("sentence", "The tower is 91 metres high.", 1),
        ("question", "How high is the tower?", 1),
        ("question", "How often does it sail?", 1),
        ("question", "Who built it?", 1),
        ("question", "Who was its captain?", 1),
        ("answer", "12 times a day", 1),
        ("answer", "91", 1),
        ("answer", "91 metres", 1),
        ("answer", "Käthe Müller", 1),
        ("answer", "Nobody", 1),
    ]
    first = {row["text"]: laid["context"][row["layout_row"]].as_py() for row in cut.to_pylist()}
    assert (first["Nobody"], first["91"]) == (FERRY, TOWER)


def test_a_text_of_several_kinds_gets_the_first_kind_and_loses_outer_white_space() -> None:
    answers = [{"text": text, "answer_start": 0} for text in ("Tin?", " Tin?\n", "  ")]
    raw = {
        "data": [{"paragraphs": [{"context": "Tin?", "qas": [{"id": "q", "question": " Tin? ", "answers": answers}]}]}]
    }
    cut = collect_segments(make_layout({"dev": decode_squad(as_json(raw), "f")}, "en"))
    assert cut.to_pylist() == [{"text": "Tin?", "kind": "sentence", "count": 4, "layout_row": 0}]


@given(st.text(st.sampled_from(list("aB. \n\u00a0é?!1")), min_size=1, max_size=80).filter(str.strip))
def test_a_context_can_be_rebuilt_and_all_texts_are_segments(context: str) -> None:
    question = Question("q", "Which?", (Answer(context[:3], 0),))
    document = Document((Article((Paragraph(context, (question,)),)),))
    laid = make_layout({"dev": document}, "en")
    [row] = from_table(laid, SourceParagraph)
    at, again = 0, ""
    for span in row.sentences:
        assert not context[at : span.start].strip()
        again += context[at : span.end]
        at = span.end
    assert again + context[at:] == context
    cut = collect_segments(laid)
    wanted = [text.strip() for _, text in texts_of(row) if text.strip()]
    assert sorted(cut["text"].to_pylist()) == sorted(set(wanted))
    assert sum(cut["count"].to_pylist()) == len(wanted)


def test_a_context_is_translated_whole_if_a_sentence_has_no_translation() -> None:
    layout = make_layout(DOCUMENTS, "en")
    sentences = collect_segments(layout)["text"].to_pylist()
    translations: dict[str, str | None] = dict.fromkeys(sentences, "vertaald")
    assert contexts_to_translate(layout, translations) == []
    assert contexts_to_translate(layout, translations | {"Nobody drowned.": None}) == [FERRY.strip()]


def test_what_the_reader_refuses_is_laid_out_with_its_reason_and_not_translated() -> None:
    corpus = train(question=" ")
    corpus["data"][0]["paragraphs"][0]["qas"] += [
        {
            "id": "sank",
            "question": "When did it sink?",
            "answers": [{"text": "1912", "answer_start": 47}, {"text": ""}],
        },
        {"id": "lost", "question": "Which answers?", "answers": None},
    ]
    corpus["data"][0]["paragraphs"].append({"context": "", "qas": [{"id": "empty", "question": "What?"}]})
    reading = scan_bytes(as_json(corpus), "train")
    laid = make_layout({"train": reading.source}, "en", reasons={"train": reading.reasons})
    ferry, empty = from_table(laid, SourceParagraph)
    assert [(question.id, question.reason) for question in (*ferry.questions, *empty.questions)] == [
        ("often", Reason.EMPTY_QUESTION),
        ("captain", None),
        ("sank", None),
        ("lost", Reason.ANSWERABLE_WITHOUT_ANSWERS),
        ("empty", Reason.EMPTY_CONTEXT),
    ]
    assert (ferry.reason, empty.reason) == (None, Reason.EMPTY_CONTEXT)
    assert [answer.reason for question in ferry.questions for answer in question.answers] == [
        None,  # it goes with its question
        None,
        Reason.EMPTY_ANSWER,
        Reason.ANSWERABLE_WITHOUT_ANSWERS,  # a placeholder
    ]
    texts = collect_segments(laid)["text"].to_pylist()
    assert {"When did it sink?", "1912", "Nobody"} <= set(texts)
    assert set(texts).isdisjoint({"", "How often does it sail?", "12 times a day", "Which answers?", "What?"})
