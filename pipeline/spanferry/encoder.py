"""Contextual vectors of texts, by any encoder of transformers (BERT, XLM-R, E5, MiniLM, ...).

    texts ──> pieces ──batches of similar length──> model, up to one layer ──> a vector for each piece

The layers in the middle of a multilingual encoder describe the same word of two languages by similar vectors. Only the
layers up to the requested one are loaded and run. The model runs in float32, on the GPU if there is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.errors import InputError, missing_package_message, single_line
from spanferry.pretrained import load_tokenizer, locate_model, silence_transformers

FloatMatrix = npt.NDArray[np.float32]

# The layer whose vectors are used by default, as a share of all layers: the 7th of 12. `benchmarks/xquad.py --layers`
# compares them.
DEFAULT_DEPTH = 0.6
# Tokens, with padding, that are processed at once. More are no faster on a CPU. A GPU needs more to be busy.
CPU_BATCH_TOKENS, GPU_BATCH_TOKENS = 1024, 16_384
# A text that is too long for the model is encoded in parts, which share this share of their tokens.
SHARED_PART = 4


@dataclass(frozen=True)
class EncodedText:
    """A text as pieces of the tokenizer.

    spans: the span of each piece in the text, in code points, shape (pieces, 2). vectors: shape (pieces, size).
    """

    spans: npt.NDArray[np.int64]
    vectors: FloatMatrix


class Encoder:
    """A pretrained encoder, loaded up to one layer.

    model, revision: as for `pretrained.locate_model`. layer: the layer whose vectors are used, counted from 1; None for
    the one at `depth`, a share of all layers. Raises InputError when there is no such model, layer or package.
    """

    def __init__(
        self, model: str, revision: str | None = None, layer: int | None = None, depth: float = DEFAULT_DEPTH
    ) -> None:
        try:
            import torch
        except ImportError as error:
            raise InputError(f"{model}: {missing_package_message('torch', 'reader', error)}") from error
        silence_transformers()
        folder = locate_model(model, revision).folder
        self.tokenizer = load_tokenizer(folder)
        if not self.tokenizer.is_fast:
            raise InputError(f"{folder}: its tokenizer does not tell where its pieces are (it is not a fast one)")
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.batch_tokens = GPU_BATCH_TOKENS if self.device == "cuda" else CPU_BATCH_TOKENS
        self.model: Any = load_layers(folder, layer, depth).to(self.device)
        positions = getattr(self.model.config, "max_position_embeddings", None) or self.tokenizer.model_max_length
        # RoBERTa numbers its positions from 2.
        self.limit = min(
            self.tokenizer.model_max_length, positions - (getattr(self.model.config, "pad_token_id", 0) or 0)
        )

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the vectors of each text, in order.

        The batches depend only on the texts. The other texts of a batch may change the last bits of a vector.
        """
        if not texts:
            return []
        shared = self.limit // SHARED_PART
        tokens = self.tokenizer(
            list(texts),
            truncation=True,
            max_length=self.limit,
            stride=shared,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        rows: list[list[int]] = tokens["input_ids"]
        parts: list[EncodedText | None] = [None] * len(rows)
        for batch in batch_by_length([len(row) for row in rows], self.batch_tokens):
            for index, vectors in zip(batch, self._run([rows[index] for index in batch]), strict=True):
                is_piece = np.array(tokens["special_tokens_mask"][index]) == 0
                spans = np.array(tokens["offset_mapping"][index]).reshape(-1, 2)
                parts[index] = EncodedText(spans[is_piece], vectors[is_piece])
        of_text: list[list[EncodedText]] = [[] for _ in texts]
        for owner, part in zip(tokens["overflow_to_sample_mapping"], parts, strict=True):
            assert part is not None
            of_text[owner].append(part)
        return [join_parts(each, shared) for each in of_text]

    def _run(self, rows: list[list[int]]) -> Iterator[FloatMatrix]:
        """Yield the vectors of each row of tokens, of one batch."""
        import torch

        inputs = self.tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(self.device)
        with torch.inference_mode():
            vectors = self.model(**inputs).last_hidden_state.float().cpu().numpy()
        for row, each in zip(rows, vectors, strict=True):
            # Most tokenizers pad on the right, some on the left.
            yield each[: len(row)] if self.tokenizer.padding_side == "right" else each[-len(row) :]


def load_layers(folder: Path, layer: int | None, depth: float = DEFAULT_DEPTH) -> Any:
    """Load an encoder up to a layer, ready to run; without one, up to the layer at `depth`. Raises InputError."""
    import torch
    from transformers import AutoConfig, AutoModel

    try:
        config: Any = AutoConfig.from_pretrained(folder, trust_remote_code=False)
        layers = getattr(config, "num_hidden_layers", 0)
        if getattr(config, "is_encoder_decoder", False) or not layers:
            raise InputError(f"{folder}: is a {config.model_type} model; an encoder such as BERT or XLM-R is needed")
        chosen = layer or round(depth * layers)
        if chosen > layers:
            raise InputError(f"{folder}: has {layers} layers, and no layer {chosen}; choose a smaller one")
        config.num_hidden_layers = chosen
        model = AutoModel.from_pretrained(
            folder, config=config, use_safetensors=True, dtype=torch.float32, trust_remote_code=False
        )
        return model.eval()
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        raise InputError(f"{folder}: its model cannot be loaded: {single_line(error)}") from error


def batch_by_length(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Divide texts into batches of similar length. Yields the indices of the texts of each batch, the longest first.

    lengths: the number of tokens of each text. A batch has at most `tokens` tokens when it is padded to its longest
    text, or only one text.
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def join_parts(parts: Sequence[EncodedText], shared: int) -> EncodedText:
    """Join the overlapping parts of a long text. Of the pieces that two parts share, each gives one half.

    shared: the number of pieces that each part shares with the one before it.
    """
    if len(parts) == 1:
        return parts[0]
    given_before, given_after = shared - shared // 2, shared // 2
    first, last = 0, len(parts) - 1
    pieces = [
        slice(0 if at == first else given_after, None if at == last else len(part.spans) - given_before)
        for at, part in enumerate(parts)
    ]
    return EncodedText(
        np.concatenate([part.spans[own] for part, own in zip(parts, pieces, strict=True)]),
        np.concatenate([part.vectors[own] for part, own in zip(parts, pieces, strict=True)]),
    )
