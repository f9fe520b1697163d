"""Tests of locate on whole paragraphs: the translated context, and one row for each answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spanferry.arrow import schema_of
from spanferry.projection.locate_tables import locate_table
from spanferry.records import Method, Reason, SpanRow, TargetParagraph

from tests.support.corpora import DUTCH, SAME, itself, layout, sample_layout, sample_translations, translations

CONTEXT = "The dam broke.  It was old.\n\nNobody drowned. "
CUT = (14, 27)
KNOWN = {
    "The dam broke.": "De dam brak.",
    "It was old.": "Hij was oud.",
    "Nobody drowned.": "Niemand verdronk.",
    "dam": "dam",
    "The dam": "De dam",
    "old": "oud",
    "Nobody": "Niemand",
    "broke.  It": "brak. Hij",
}


def rows(context: str, known: dict, *answers: tuple[int, str], cut: tuple[int, ...] = CUT, locator=DUTCH):
    paragraphs, spans = locate_table(layout(context, *answers, cut=cut), translations(known), locator, 1)
    return paragraphs.to_pylist()[0], spans.to_pylist()


def test_a_paragraph_keeps_the_source_s_white_space():
    paragraph, spans = rows(CONTEXT, KNOWN, (4, "dam"), (0, "The dam"), (23, "old"), (29, "Nobody"), (8, "broke.  It"))
    assert paragraph["context"] == "De dam brak.  Hij was oud.\n\nNiemand verdronk. "
    assert [paragraph["context"][s["start"] : s["end"]] for s in paragraph["sentences"]] == [
        "De dam brak.",
        "Hij was oud.",
        "Niemand verdronk.",
    ]
    expected = ["dam", "De dam", "oud", "Niemand", "brak.  Hij"]
    assert [row["text"] for row in spans] == expected
    assert [row["start"] for row in spans] == [paragraph["context"].index(text) for text in expected]
    assert all(row["method"] in {Method.EXACT, Method.NORMALISED} for row in spans)


@pytest.mark.parametrize(
    ("translation", "context", "span"),
    [
        ("eau", "Ils boivent de l'eau ici.", "eau"),
        ("eau", "Ils boivent de l'eau", "eau"),
        ("eau froide", "Ils boivent l'eau froide", "eau froide"),
        ("uitstoot", "De CO2uitstoot", "CO2uitstoot"),
        ("aantekeningen", "Het heet mijn_aantekeningen", "aantekeningen"),
        ("10", "Sur 10\u00a0000 navires, seuls 10 ont coulé.", "10"),
    ],
)
def test_a_span_may_begin_inside_a_token(translation, context, span):
    _, (row,) = rows("It was.", {"It was.": context, "was": translation}, (3, "was"), cut=())
    assert row["text"] == span
    assert row["start"] == context.rindex(span)


@pytest.mark.parametrize(
    ("known", "context"),
    [
        (("Er ging.", "2 bleven."), "Er ging. 2 bleven."),
        (("他走了。", "两个人留下。"), "他走了。两个人留下。"),
        (("彼は行った。", "2人が残った。"), "彼は行った。2人が残った。"),
    ],
)
def test_sentences_of_a_script_without_spaces_are_separated_in_another_script(known, context):
    source = "他走了。两个人留下。"
    paragraph, _ = rows(source, dict(zip((source[:4], source[4:]), known, strict=True)), cut=(4,))
    assert paragraph["context"] == context
    assert [context[span["start"] : span["end"]] for span in paragraph["sentences"]] == list(known)


@pytest.mark.parametrize(
    ("source", "known", "context"),
    [
        ("He went. Two stayed.", ("他走了。", "两个人留下。"), "他走了。两个人留下。"),
        ("He went.\nTwo stayed.", ("他走了。", "两个人留下。"), "他走了。\n两个人留下。"),
        ("He went. Two stayed.", ("เขาไป", "สองคนอยู่"), "เขาไป สองคนอยู่"),
        ("He went. Two stayed.", ("他走了。", "NBA 留下。"), "他走了。NBA 留下。"),
    ],
)
def test_chinese_and_japanese_sentences_have_no_space_between_them(source, known, context):
    paragraph, _ = rows(source, dict(zip((source[:8], source[9:]), known, strict=True)), cut=(8,))
    assert paragraph["context"] == context


LETTERS = st.text("abA1 .,'’_-\u0301\u00a0中", min_size=1, max_size=12).filter(str.strip)


@given(LETTERS, LETTERS, LETTERS)
def test_every_span_is_in_its_context_and_not_empty(before, translation, after):
    context = f"{before}{translation}{after}".strip()
    _, (row,) = rows("It was.", {"It was.": context, "was": translation}, (3, "was"), cut=())
    if row["text"] is not None:
        assert row["text"].strip()
        assert context[row["start"] :].startswith(row["text"])


def test_white_space_at_the_ends_of_an_answer_is_ignored():
    _, spans = rows(CONTEXT, KNOWN, (3, " dam "))
    assert (spans[0]["text"], spans[0]["source_text"], spans[0]["source_start"]) == ("dam", " dam ", 3)


@pytest.mark.parametrize("answer", [(5, "dam"), (-1, "dam"), (4, "dame"), (4, ""), (3, " "), (400, "dam")])
def test_an_answer_that_is_not_at_its_offset_is_a_source_mismatch(answer):
    _, spans = rows(CONTEXT, KNOWN, answer)
    assert (spans[0]["reason"], spans[0]["text"], spans[0]["candidates"]) == (Reason.SOURCE_MISMATCH, None, [])


def test_a_paragraph_with_a_lost_sentence_has_no_translation():
    paragraph, spans = rows(CONTEXT, KNOWN | {"It was old.": None}, (4, "dam"))
    assert (paragraph["context"], paragraph["sentences"]) == (None, [])
    assert (spans[0]["reason"], spans[0]["text"]) == (Reason.CONTEXT_UNTRANSLATED, None)


def test_an_answer_without_a_translation_is_searched_for_as_it_is():
    _, spans = rows("He met Zoë.", {"He met Zoë.": "Hij ontmoette Zoë."}, (7, "Zoë"), cut=())
    assert (spans[0]["text"], spans[0]["translation"], spans[0]["method"]) == ("Zoë", None, Method.EXACT)


def test_identical_source_spans_get_identical_target_spans():
    _, spans = rows(CONTEXT, KNOWN, (4, "dam"), (29, "Nobody"), (4, "dam"))
    changes = [{name: row[name] for name in row if name != "question_id"} for row in spans]
    assert changes[0] == changes[2]


def test_a_native_corpus_keeps_its_spans():
    paragraph, spans = rows(CONTEXT, {}, (4, "dam"), (5, "dam"), (28, "\n"), locator=None)
    assert paragraph["context"] == CONTEXT
    assert [(row["text"], row["start"], row["method"]) for row in spans[:2]] == [
        ("dam", 4, Method.NATIVE),
        (None, None, None),
    ]
    assert [row["reason"] for row in spans] == [None, Reason.SOURCE_MISMATCH, Reason.SOURCE_MISMATCH]


def test_every_span_of_the_sample_is_the_slice_of_its_context():
    paragraphs, spans = locate_table(sample_layout(), sample_translations(), DUTCH, 1)
    contexts = {(row["split"], row["article"], row["paragraph"]): row["context"] for row in paragraphs.to_pylist()}
    assert paragraphs.schema.equals(schema_of(TargetParagraph))
    assert spans.schema.equals(schema_of(SpanRow))
    for row in spans.to_pylist():
        context = contexts[row["split"], row["article"], row["paragraph"]]
        if row["text"] is not None:
            assert row["text"].strip()
            assert context[row["start"] : row["start"] + len(row["text"])] == row["text"]
        else:
            assert row["reason"] is not None
        for candidate in row["candidates"]:
            assert context[candidate["start"] : candidate["start"] + len(candidate["text"])] == candidate["text"]


def test_english_to_english_returns_the_source_span_of_every_answer():
    _, spans = locate_table(sample_layout(), itself(sample_layout()), SAME, 1)
    placed = [row for row in spans.to_pylist() if row["reason"] != Reason.SOURCE_MISMATCH]
    assert len(placed) > 500
    elsewhere = [
        (row["source_text"], row["source_start"], row["text"], row["start"])
        for row in placed
        if (row["start"], row["text"]) != (row["source_start"], row["source_text"])
    ]
    assert elsewhere == []
