"""The engine `ctranslate2`: the same models as `marian`, quantized (8 bits by default), run by CTranslate2.

A model is converted once, and stored in the cache folder of the user.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from spanferry.files import atomic_folder
from spanferry.translation.engines.checkpoint import CheckpointTranslator, one_line_errors
from spanferry.translation.engines.support import import_extra
from spanferry.translation.settings import CTranslate2Settings


class CTranslate2(CheckpointTranslator[CTranslate2Settings]):
    """An engine that runs models with CTranslate2, which itself divides texts into batches of similar length."""

    name = "ctranslate2"

    def precision_name(self) -> str:
        return self.settings.quantization

    def load(self, folder: Path, config: Any) -> Any:
        library: Any = import_extra("ctranslate2", "ctranslate2")
        device = "cuda" if library.get_cuda_device_count() else "cpu"
        with one_line_errors(folder):
            return library.Translator(str(self._converted(folder)), device=device)

    def _converted(self, folder: Path) -> Path:
        """Return the folder of the converted model. Convert the model if it does not exist."""
        name = Path(self.settings.model).name + "-" + blake2b(self.weights.encode(), digest_size=8).hexdigest()
        converted = cache_folder() / "ctranslate2" / name
        if not converted.is_dir():
            converted.parent.mkdir(parents=True, exist_ok=True)
            with atomic_folder(converted) as part:
                converter = make_converter(folder, self.settings.weights == "safetensors")
                converter.convert(str(part), quantization=self.settings.quantization, force=True)
        return converted

    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        tokenizer, first = self.codec.tokenizer, self.codec.first_token
        results = self.model.translate_batch(
            [tokenizer.convert_ids_to_tokens(row) for row in rows],
            target_prefix=None if first is None else [tokenizer.convert_ids_to_tokens([first])] * len(rows),
            beam_size=self.settings.beams,
            length_penalty=self.settings.length_penalty,
            batch_type="tokens",
            max_batch_size=self.settings.batch_tokens,
            max_input_length=0,
            max_decoding_length=self.max_output_tokens(rows),
        )
        return [tokenizer.convert_tokens_to_ids(result.hypotheses[0]) for result in results]


def make_converter(folder: Path, safetensors: bool) -> Any:
    """Return CTranslate2's converter for the model in a folder, with some of its steps corrected."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        def load_model(self, model_class: Any, model_name_or_path: str, **options: Any) -> Any:
            model = super().load_model(model_class, model_name_or_path, use_safetensors=safetensors, **options)
            # The converter scales the outputs of a T5 with tied embeddings. Since transformers 5, `tie_word_embeddings`
            # is always true, and another field says whether the model scales its outputs. MADLAD-400 does not.
            model.config.tie_word_embeddings = getattr(
                model.config, "scale_decoder_outputs", model.config.tie_word_embeddings
            )
            return model

        def load_tokenizer(self, tokenizer_class: Any, model_name_or_path: str, **options: Any) -> Any:
            tokenizer = super().load_tokenizer(tokenizer_class, model_name_or_path, **options)
            # Since transformers 5, get_vocab() of the tokenizer of M2M100 lacks the languages.
            vocabulary = tokenizer.get_vocab() | getattr(tokenizer, "lang_token_to_id", {})
            tokenizer.get_vocab = lambda: vocabulary
            return tokenizer

    return Converter(str(folder))


def cache_folder() -> Path:
    """Return the folder in the user's cache for converted models."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spanferry"
