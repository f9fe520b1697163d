"""Encoders for tests: a tiny one with random weights, and one whose vectors are known."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from spanferry.encoder import EncodedText
from spanferry.language.words import fold, tokens

LAYERS = 5
SIZE = 512


def save_encoder(folder: Path, tokenizer: Any, positions: int = 40) -> Path:
    """Save a BERT with random weights."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=positions,
        pad_token_id=tokenizer.pad_token_id,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


class DictionaryEncoder:
    """An encoder whose pieces are the tokens. Words with the same meaning have the same vector, all others differ.

    meanings: folded word -> meaning, a word of the other language.
    """

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self.meanings = meanings
        self.encoded: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        self.encoded.append(list(texts))
        return [self.encode_text(text) for text in texts]

    def encode_text(self, text: str) -> EncodedText:
        spans = tokens(text)
        words = [fold(text[start:end]) for start, end in spans]
        vectors = [vector_of(self.meanings.get(word, word)) for word in words]
        return EncodedText(np.array(spans).reshape(-1, 2), np.array(vectors, np.float32).reshape(-1, SIZE))


def vector_of(meaning: str) -> np.ndarray:
    """Return a vector of unit length. Those of two meanings are nearly orthogonal."""
    vector = np.random.default_rng(list(meaning.encode())).normal(size=SIZE)
    return vector / np.linalg.norm(vector)
