from typing import Any

import numpy as np
import pytest
from spanferry.errors import InputError
from spanferry.reader import QuestionAnswerer
from spanferry.reader.examples import collect_examples
from spanferry.reader.limits import longest_input, read_limits
from spanferry.reader.prediction import predict
from spanferry.reader.settings import PredictionSettings, TrainingSettings
from spanferry.reader.windows import cut_windows

from tests.support.tokenizers import byte_pair, word_piece
from tests.support.towns import corpus

SHAPE = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "max_position_embeddings": 100,
}
LONG = " ".join(article.paragraphs[0].context for article in corpus().data)


def make_model(architecture: str, **config: object) -> Any:
    from transformers import AutoConfig, AutoModelForQuestionAnswering

    options = {"vocab_size": 600, "pad_token_id": 1} | config
    return AutoModelForQuestionAnswering.from_config(AutoConfig.for_model(architecture, **options))


@pytest.mark.parametrize(
    ("architecture", "config", "positions", "types"),
    [
        ("bert", SHAPE, 100, 2),
        ("roberta", SHAPE | {"type_vocab_size": 1}, 98, 1),
        ("xlm-roberta", SHAPE | {"pad_token_id": 3}, 96, 2),
        (
            "distilbert",
            {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "max_position_embeddings": 100},
            100,
            0,
        ),
        # A type vocabulary that the configuration was copied with, and the model does not have.
        ("distilbert", {"dim": 16, "n_layers": 1, "n_heads": 2, "hidden_dim": 16, "type_vocab_size": 2}, 512, 0),
        ("xlnet", {"d_model": 16, "n_layer": 1, "n_head": 2, "d_inner": 16}, None, 0),
    ],
)
def test_limits_are_those_of_the_model(architecture, config, positions, types):
    limits = read_limits(make_model(architecture, **config))
    assert (limits.positions, limits.vocabulary, limits.types) == (positions, 600, types)
    assert ("token_type_ids" in limits.input_names) == (types > 1)


@pytest.mark.parametrize("architecture", ["bert", "roberta"])
def test_ask_uses_no_more_positions_than_the_model_has(architecture):
    tokenizer = byte_pair() if architecture == "roberta" else word_piece()
    model = make_model(architecture, **SHAPE)
    longest = 98 if architecture == "roberta" else 100
    assert longest_input(model, tokenizer) == longest < tokenizer.model_max_length
    answerer: Any = QuestionAnswerer(model, tokenizer)
    assert answerer(question="Wie?", context=LONG)["answer"] in LONG
    assert answerer(question="Wie?", context=LONG, max_seq_len=longest)["answer"] in LONG
    with pytest.raises(InputError, match=rf"max_seq_len: {longest + 1} tokens are more than the model's {longest}"):
        answerer(question="Wie?", context=LONG, max_seq_len=longest + 1)


def test_predicting_with_longer_windows_is_refused():
    settings = TrainingSettings(1, 8, 1e-3, max_length=101, doc_stride=8)
    data = collect_examples([corpus(1)])
    with pytest.raises(InputError, match=r"max_length: 101 tokens are more than the model's 100"):
        predict(make_model("bert", **SHAPE), word_piece(), data, settings, PredictionSettings())


def test_a_tokenizer_of_another_model_is_refused():
    small = make_model("bert", **SHAPE, vocab_size=30)
    with pytest.raises(InputError, match=r"^the tokenizer gives token \d+, but the model's vocabulary ends at 29; use"):
        QuestionAnswerer(small, word_piece())(question="Wie?", context=LONG)
    three = cut_windows(
        word_piece(), ["Wie?"], [LONG], np.zeros(1, np.int32), max_length=64, doc_stride=8, max_question_length=16
    )
    layout = three.layout
    object.__setattr__(layout, "types", (0, 0, 2, 1, 1))
    with pytest.raises(InputError, match="gives token type 2, but the model's types end at 1"):
        read_limits(make_model("bert", **SHAPE)).check_windows(three)
    read_limits(make_model("roberta", **SHAPE, type_vocab_size=1)).check_windows(three)  # which takes no types
