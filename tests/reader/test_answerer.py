"""Tests of QuestionAnswerer: its answers equal those of transformers' pipeline."""

import numpy as np
import pytest
import torch
from spanferry.errors import InputError
from spanferry.reader import QuestionAnswerer, models
from spanferry.reader.settings import ScratchModel
from spanferry.squad import iterate_questions

from tests.support.tokenizers import texts
from tests.support.towns import corpus

SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "initializer_range": 0.6,  # wide, so that the logits differ
    "max_position_embeddings": 384,
}
PAIRS = [
    {"question": question.question, "context": paragraph.context}
    for _, _, paragraph, question in iterate_questions(corpus(4))
]
LONG = {"question": "Wie is de burgemeester?", "context": " ".join(pair["context"] for pair in PAIRS[::5])}


@pytest.fixture(scope="module")
def answerer() -> QuestionAnswerer:
    torch.set_num_threads(1)
    return QuestionAnswerer(*models.create_from_scratch(ScratchModel("bert", 600, SHAPE), texts(), seed=3))


def reference_answers(
    answerer, question, context, top_k=1, longest=15, max_length=384, stride=128, impossible=False, words=True
):
    """Return the answers of transformers 4's pipeline to a question, computed window by window and pair by pair."""
    encoded = answerer.tokenizer(
        question,
        context,
        truncation="only_second",
        max_length=max_length,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
    )
    merged, null = {}, 1.0
    for row in range(len(encoded["input_ids"])):
        encoding = encoded.encodings[row]
        inputs = {name: torch.tensor([encoded[name][row]]) for name in answerer.tokenizer.model_input_names}
        with torch.no_grad():
            output = answerer.model(**inputs)
        allowed = [at == 0 or kind == 1 for at, kind in enumerate(encoding.sequence_ids)]
        shares = []
        for scores in (output.start_logits[0].numpy(), output.end_logits[0].numpy()):
            weights = np.where(allowed, np.exp(scores - scores[allowed].max()), 0)
            shares.append(weights / weights.sum())
        null = min(null, float(shares[0][0] * shares[1][0]))
        pairs = [
            (float(shares[0][first] * shares[1][last]), first, last)
            for first in range(1, len(allowed))
            for last in range(first, min(first + longest, len(allowed)))
            if allowed[first] and allowed[last]
        ]
        pairs.sort(key=lambda pair: -pair[0])
        for score, first, last in pairs[: 2 * top_k + 10 if words else top_k]:
            start, end = encoding.offsets[first][0], encoding.offsets[last][1]
            if words:
                start = encoding.word_to_chars(encoding.token_to_word(first), 1)[0]
                end = encoding.word_to_chars(encoding.token_to_word(last), 1)[1]
            known = merged.setdefault(context[start:end].lower(), [0.0, start, end])
            known[0] += score
    ranked = [(*known, context[known[1] : known[2]]) for known in merged.values()]
    if impossible:
        ranked.append((null, 0, 0, ""))
    ranked.sort(key=lambda one: -one[0])
    return ranked[:top_k]


def assert_same_answers(actual, expected):
    actual = [actual] if isinstance(actual, dict) else actual
    assert [list(answer) for answer in actual] == [["score", "start", "end", "answer"]] * len(expected)
    assert [tuple(answer.values())[1:] for answer in actual] == [one[1:] for one in expected]
    assert [answer["score"] for answer in actual] == pytest.approx([one[0] for one in expected], rel=1e-4)


def test_answers_are_those_of_the_pipeline(answerer):
    for actual, pair in zip(answerer(PAIRS), PAIRS, strict=True):
        assert_same_answers(actual, reference_answers(answerer, **pair))


@pytest.mark.parametrize(
    ("arguments", "reference_arguments"),
    [
        ({"top_k": 4}, {"top_k": 4}),
        ({"top_k": 3, "handle_impossible_answer": True}, {"top_k": 3, "impossible": True}),
        ({"max_answer_len": 2, "align_to_words": False}, {"longest": 2, "words": False}),
        ({"max_seq_len": 40, "doc_stride": 8, "top_k": 5}, {"max_length": 40, "stride": 8, "top_k": 5}),
        ({"max_seq_len": 40}, {"max_length": 40, "stride": 20}),
    ],
)
def test_arguments_have_the_meaning_of_the_pipelines(answerer, arguments, reference_arguments):
    assert_same_answers(answerer(LONG, **arguments), reference_answers(answerer, **LONG, **reference_arguments))


def test_every_form_of_a_call_gives_the_same_answer(answerer):
    pair = PAIRS[2]
    one = answerer(pair)
    assert answerer([pair]) == answerer(question=pair["question"], context=pair["context"]) == one
    assert answerer(question=[pair["question"]], context=pair["context"]) == one
    several = answerer(question=[pair["question"], "Wie?"], context=[pair["context"], pair["context"]])
    assert several[0]["answer"] == one["answer"]
    assert several[0]["score"] == pytest.approx(one["score"], rel=1e-4)
    assert answerer(iter([pair, pair]))[1]["answer"] == one["answer"]
    assert answerer([]) == []
    context = pair["context"]
    assert context[one["start"] : one["end"]] == one["answer"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"inputs": {"question": "Wie?"}}, "each input must be"),
        ({"inputs": {"question": "", "context": "Aa"}}, "`question` must be text that is not empty"),
        ({"inputs": [{"question": "Wie?", "context": None}]}, "`context` must be text"),
        ({"question": "Wie?"}, "a question and its context are needed"),
        ({"question": ["a", "b"], "context": ["c"]}, "2 questions do not go with 1 contexts"),
        ({"question": "Wie?", "context": "Aa", "top_k": 0}, "at least 1"),
        ({"question": "Wie?", "context": "Aa", "max_seq_len": 20, "doc_stride": 30}, "leaves no room"),
    ],
)
def test_wrong_arguments_are_an_error(answerer, arguments, message):
    with pytest.raises(InputError, match=message):
        answerer(**arguments)


def test_a_question_longer_than_the_window_is_truncated(answerer):
    answer = answerer(question="Wie is de burgemeester " * 40, context=PAIRS[0]["context"], max_seq_len=64)
    assert answer["answer"] in PAIRS[0]["context"]


def test_a_missing_model_is_an_error(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        QuestionAnswerer(tmp_path / "nothing")
    with pytest.raises(InputError, match=r"no config\.json"):
        QuestionAnswerer(tmp_path)
    with pytest.raises(InputError, match="needs its tokenizer"):
        QuestionAnswerer(torch.nn.Identity())
