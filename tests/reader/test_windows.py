"""Tests of windows: they equal those that the tokenizer makes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanferry.errors import InputError
from spanferry.reader.examples import Examples, collect_examples
from spanferry.reader.windows import cut_windows

from tests.support.tokenizers import byte_pair, unigram, word_piece
from tests.support.towns import corpus

KINDS = (word_piece, byte_pair, unigram)
SIZES = {"max_length": 48, "doc_stride": 12, "max_question_length": 16}


def tokenizer_windows(tokenizer, question: str, context: str) -> list[dict]:
    """Return the windows into which the tokenizer itself cuts a question and a context."""
    encoded = tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=SIZES["max_length"],
        stride=SIZES["doc_stride"],
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
    )
    return [{key: encoded[key][row] for key in encoded} for row in range(len(encoded["input_ids"]))]


@pytest.mark.parametrize("kind", KINDS)
def test_windows_equal_those_of_the_tokenizer(kind):
    tokenizer = kind()
    data = collect_examples([corpus()])
    cut = cut_windows(tokenizer, data.questions, data.contexts, data.context_of, **SIZES)
    expected = [
        window
        for question, context in zip(data.questions, data.context_of, strict=True)
        for window in tokenizer_windows(tokenizer, question, data.contexts[context])
    ]
    assert len(cut) == len(expected) > len(data)
    for row, window in enumerate(expected):
        batch = cut.batch([row])
        assert batch["input_ids"][0].tolist() == window["input_ids"]
        if "token_type_ids" in tokenizer.model_input_names:
            assert batch["token_type_ids"][0].tolist() == window["token_type_ids"]
        low, size = cut.offset[row], cut.last[row] - cut.first[row]
        base = cut.contexts.bounds[cut.context[row]] + cut.first[row]
        spans = np.stack([cut.contexts.starts[base : base + size], cut.contexts.ends[base : base + size]], 1)
        assert [tuple(span) for span in spans.tolist()] == window["offset_mapping"][low : low + size]


@given(context=st.text(min_size=1, max_size=300), question=st.text(min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_windows_of_any_text_equal_those_of_the_tokenizer(context, question):
    for kind in KINDS:
        cut = cut_windows(kind(), [question], [context], np.zeros(1, dtype=np.int32), **SIZES)
        ids = [cut.batch([row])["input_ids"][0].tolist() for row in range(len(cut))]
        assert ids == [window["input_ids"] for window in tokenizer_windows(kind(), question, context)]


def test_batches_are_padded_on_the_right():
    data = collect_examples([corpus(1)])
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    batch = cut.batch(np.array([1, 0]), multiple=7)
    assert {array.shape for array in batch.values()} == {(2, 48)}  # 49 is larger than SIZES allow
    shortest = [int(cut.lengths.argmin())]
    assert cut.batch(shortest, multiple=7)["input_ids"].shape[1] == -(-cut.lengths.min() // 7) * 7 < 48
    assert batch["attention_mask"].sum(axis=1).tolist() == cut.lengths[[1, 0]].tolist()
    assert (batch["input_ids"][batch["attention_mask"] == 0] == word_piece().pad_token_id).all()
    alone = cut.batch([1])["input_ids"][0]
    assert batch["input_ids"][0, : len(alone)].tolist() == alone.tolist()


def test_lengths_are_computed_once():
    data = collect_examples([corpus(1)])
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    assert cut.lengths is cut.lengths
    assert cut.offset is cut.offset
    assert cut.take(np.array([1])).lengths.tolist() == [cut.lengths[1]]


def test_long_questions_are_truncated_and_a_window_without_room_is_an_error():
    question = "Aan welke rivier ligt " + "Velderbroek " * 30
    data = Examples(("q",), (question,), ("De stad.",), *(np.zeros(1, dtype=np.int32),) * 3, np.zeros(1, dtype=bool))
    cut = cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES)
    assert int(cut.questions.counts[0]) == 16
    with pytest.raises(InputError, match=r"max_length 48: the question 'Aan welke .* room for 11 tokens .* of 12"):
        cut_windows(word_piece(), data.questions, data.contexts, data.context_of, **SIZES | {"max_question_length": 40})
