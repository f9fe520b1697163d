"""Labels, predictions and answers are whole words, whatever the offsets of the tokenizer are."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spanferry.language.boundaries import is_boundary, snap_to_words
from spanferry.language.scripts import is_blank
from spanferry.language.words import tokens
from spanferry.reader import QuestionAnswerer
from spanferry.reader.examples import Examples
from spanferry.reader.features import build_training_windows
from spanferry.reader.inference import Logits
from spanferry.reader.prediction import choose_answers
from spanferry.reader.settings import PredictionSettings
from spanferry.reader.tokenization import tokenize_texts

from tests.reader.test_limits import SHAPE, make_model
from tests.support.tokenizers import KINDS, byte_pair, late_byte_pair, spaced_unigram, unigram

SIZES = {"max_length": 200, "doc_stride": 12, "max_question_length": 16}
CONTEXTS = (
    "Aan de Donge ligt Moerwijk (sinds 1355), in klas A of B; 's avonds 14.250  mensen. ",
    "Café Noël, één euro: € 5, 3,5 % en 19e-eeuws! Het Hôtel\u00a0d'Or?",
    "東京は日本の首都です。人口は1,400万人。",
    "Ελλάδα και Россия, कि.मी. बुधवार",
    "\ufeffIn \u200b\u200bMoerwijk\u200b, \u200e(B)\u200f en zee\u00ad.",
    " x",
)
TEXT = st.text(
    st.one_of(
        st.sampled_from(list("aB 1.,'-\u00a0\u0301é日本ー서울กำ🙂\n\u200bक\u093fא\ufffd½_")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=40,
)


def strip_blanks(text: str) -> str:
    while text and is_blank(text[0]):
        text = text[1:]
    while text and is_blank(text[-1]):
        text = text[:-1]
    return text


def examples(context: str, spans: list[tuple[int, int]]) -> Examples:
    start, end = np.array(spans, dtype=np.int32).reshape(-1, 2).T
    names = tuple(str(number) for number in range(len(spans)))
    return Examples(
        names,
        ("Wat?",) * len(spans),
        (context,),
        np.zeros(len(spans), dtype=np.int32),
        start,
        end,
        np.ones(len(spans), dtype=bool),
    )


def predicted_again(context: str, spans: list[tuple[int, int]], tokenizer: Any) -> list[str]:
    """The answers of a reader that has learnt its labels perfectly."""
    data = examples(context, spans)
    trained, counts = build_training_windows(data, tokenizer, **SIZES)
    assert counts.questions.dropped == 0, counts.questions
    bounds = np.concatenate([[0], np.cumsum(trained.lengths)])
    start, end = np.zeros((2, bounds[-1]), dtype=np.float32)
    start[bounds[:-1] + trained.start] = end[bounds[:-1] + trained.end] = 9
    answers = choose_answers(trained, Logits(start, end, bounds), data.ids, data.contexts, PredictionSettings())
    return list(answers.predictions.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("context", [*CONTEXTS[:2], CONTEXTS[-1]])
def test_every_word_is_labelled_and_predicted_as_it_is(kind, context):
    """Also words of one letter, and signs."""
    words = [snap_to_words(context, *span) for span in tokens(context)]
    expected = [context[first:last] for first, last in words]
    predicted = predicted_again(context, words, kind())
    if kind in (unigram, spaced_unigram):  # one piece, or an unknown one, may hold a word and the sign after it
        assert all(one in text for text, one in zip(predicted, expected, strict=True))
    else:
        assert predicted == expected


@pytest.mark.parametrize("kind", [byte_pair, late_byte_pair])
def test_every_character_of_an_unspaced_script_is_a_word(kind):
    context = CONTEXTS[2]
    spans = [(0, 2), (3, 5), (6, 8), (0, 1), (14, 20)]
    assert predicted_again(context, spans, kind()) == ["東京", "日本", "首都", "東", "1,400万"]


@pytest.mark.parametrize("kind", [byte_pair, late_byte_pair])
def test_korean_particles_stay_apart_where_the_label_leaves_them(kind):
    context = "서울은 한국의 수도이다."
    assert predicted_again(context, [(0, 2), (4, 6), (0, 3)], kind()) == ["서울", "한국", "서울은"]


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_parts_of_words_are_whole_words(kind):
    context = "In Moerwijk woonden 14.250 mensen."
    spans = [(5, 8), (20, 22), (2, 11), (27, 30)]
    assert predicted_again(context, spans, kind())[:3] == ["Moerwijk", "14.250", "Moerwijk"]


@given(text=TEXT)
@example("\u0301a")
@example("1\u00a0000 x")
@settings(max_examples=150, deadline=None)
def test_edges_are_words_of_the_text(text):
    for kind in KINDS:
        found = tokenize_texts(kind(), [text, "x", text])
        edges = found.edges
        assert edges.starts[: found.bounds[1]].tolist() == edges.starts[found.bounds[2] :].tolist()
        rows = np.stack([edges.starts, edges.ends, edges.word_starts, edges.word_ends], 1)[: found.bounds[1]]
        assert (np.diff(rows[:, 0]) >= 0).all()
        assert (np.diff(rows[:, 1]) >= 0).all()
        for first, last, word_first, word_last in rows.tolist():
            assert 0 <= word_first <= first <= len(text)
            assert 0 <= last <= word_last <= len(text)
            if first < last:
                assert not is_blank(text[first])
                assert not is_blank(text[last - 1])
                assert (word_first, word_last) == snap_to_words(text, first, last)


@given(text=TEXT, start=st.integers(0, 40), length=st.integers(0, 9))
def test_a_snapped_span_holds_the_span_and_cuts_no_word(text, start, length):
    start = min(start, len(text))
    end = min(start + length, len(text))
    first, last = snap_to_words(text, start, end)
    inner = strip_blanks(text[start:end])
    if not inner:
        assert first == last
    else:
        assert inner in text[first:last]
        assert is_boundary(text, first)
        assert text[first:last] == strip_blanks(text[first:last])
        assert snap_to_words(text, first, last) == (first, last)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("kind", KINDS)
def test_ask_answers_whole_words_and_never_blanks(kind, context):
    architecture = "bert" if "Bert" in type(kind()).__name__ else "roberta"
    torch.manual_seed(4)
    model = make_model(architecture, **SHAPE, vocab_size=1_000, initializer_range=0.6)
    answerer: Any = QuestionAnswerer(model, kind(), device="cpu")
    parts = architecture == "bert"  # the pipeline's words end at the comma of 3,5
    for words in (True, False):
        answers = answerer(question="Wat?", context=context, top_k=30, align_to_words=words)
        for answer in answers if isinstance(answers, list) else [answers]:
            text = answer["answer"]
            assert text == context[answer["start"] : answer["end"]] == strip_blanks(text) != ""
            if words and not parts:
                assert is_boundary(context, answer["start"])
                assert is_boundary(context, answer["end"])
    asked: Any = answerer(question="Wat?", context=context, top_k=99, handle_impossible_answer=True)
    assert [one["answer"] for one in asked].count("") == 1
