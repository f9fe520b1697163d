"""Tests of the encoder: vectors of pieces, batches, long texts, layers, and models that cannot be used."""

from pathlib import Path

import numpy as np
import pytest
from spanferry.encoder import Encoder, batch_by_length, load_layers
from spanferry.errors import InputError

from tests.support.tiny_encoder import LAYERS, save_encoder
from tests.support.tokenizers import KINDS, late_byte_pair, texts, word_piece


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_encoder(tmp_path_factory.mktemp("encoder"), word_piece())


@pytest.mark.parametrize("kind", KINDS)
def test_pieces_lie_in_order_and_cover_the_letters_of_a_text(kind, tmp_path):
    encoder = Encoder(str(save_encoder(tmp_path, kind())))
    for text, encoded in zip(texts(), encoder.encode(texts()), strict=True):
        assert encoded.vectors.shape == (len(encoded.spans), 32)
        # RobBERT-2023 shifts the offsets of some pieces by one.
        assert (np.diff(encoded.spans[:, 0]) >= -1).all()
        covered = {at for start, end in encoded.spans for at in range(start, end)}
        if kind is not late_byte_pair:  # its offsets begin one letter late
            assert not [at for at, letter in enumerate(text) if letter.isalnum() and at not in covered]


def test_the_other_texts_of_a_batch_hardly_change_a_vector(folder, monkeypatch):
    encoder = Encoder(str(folder))
    together = encoder.encode(texts())
    monkeypatch.setattr(encoder, "batch_tokens", 1)
    for one, other in zip(together, encoder.encode(texts()), strict=True):
        np.testing.assert_array_equal(one.spans, other.spans)
        np.testing.assert_allclose(one.vectors, other.vectors, atol=1e-5)


def test_a_long_text_is_encoded_in_parts_without_losing_or_repeating_a_piece(folder):
    encoder = Encoder(str(folder))
    long = " ".join(texts())
    (encoded,) = encoder.encode([long])
    whole = encoder.tokenizer(long, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    assert len(whole) > 3 * encoder.limit
    assert encoded.spans.tolist() == [list(span) for span in whole]
    # Around the middle of the first part, the pieces see the same neighbours as in a text of their own.
    (first,) = encoder.encode([long[: whole[encoder.limit - 3][1]]])
    np.testing.assert_allclose(encoded.vectors[:5], first.vectors[:5], atol=1e-5)


def test_only_the_layers_up_to_the_chosen_one_are_loaded(folder):
    import torch
    from transformers import AutoModel

    encoder = Encoder(str(folder), layer=2)
    assert len(encoder.model.encoder.layer) == 2
    text = texts()[1][:60]
    inputs = encoder.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        expected = AutoModel.from_pretrained(folder).eval()(**inputs, output_hidden_states=True).hidden_states[2]
    np.testing.assert_allclose(encoder.encode([text])[0].vectors, expected[0, 1:-1].numpy(), atol=1e-5)


def test_the_default_layer_lies_above_the_middle(folder):
    assert len(load_layers(folder, None).encoder.layer) == 3
    assert len(load_layers(folder, LAYERS).encoder.layer) == LAYERS


def test_nothing_is_encoded_for_no_texts(folder):
    assert Encoder(str(folder)).encode([]) == []


def test_an_empty_text_has_no_pieces(folder):
    empty, text = Encoder(str(folder)).encode(["", "a town"])
    assert (len(empty.spans), empty.vectors.shape) == (0, (0, 32))
    assert len(text.spans) > 0


def test_models_that_cannot_be_used_are_named(folder, tmp_path):
    with pytest.raises(InputError, match=f"has {LAYERS} layers, and no layer 9; choose a smaller one"):
        Encoder(str(folder), layer=9)
    with pytest.raises(InputError, match="there is no such folder"):
        Encoder(str(tmp_path / "nowhere"))
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(InputError, match="is a t5 model; an encoder such as BERT or XLM-R is needed"):
        Encoder(str(tmp_path))


def test_batches_depend_on_the_lengths_alone():
    assert list(batch_by_length([3, 9, 4, 9, 2], 18)) == [[1, 3], [2, 0, 4]]
