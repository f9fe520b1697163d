"""The engine `ctranslate2`: the models of `marian` in 8 bits, through CTranslate2.

A model is converted once, and kept in the user's cache folder.
"""

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

from spanferry.files import atomic_folder
from spanferry.translation.engines.checkpoint import CheckpointTranslator, loading
from spanferry.translation.engines.support import package
from spanferry.translation.settings import CTranslate2Settings


class CTranslate2(CheckpointTranslator):
    """Sorts texts by length into batches by itself."""

    settings: CTranslate2Settings

    def __init__(self, settings: CTranslate2Settings, languages: tuple[str, str]) -> None:
        super().__init__("ctranslate2", settings, languages, settings.quantization)

    def load(self, folder: Path, config: Any) -> Any:
        library = package("ctranslate2", "ctranslate2")
        device = "cuda" if library.get_cuda_device_count() else "cpu"
        with loading(folder):
            return library.Translator(str(self._converted(folder)), device=device)

    def _converted(self, folder: Path) -> Path:
        """The folder of the converted model, made if need be."""
        name = Path(self.settings.model).name + "-" + blake2b(self.weights.encode(), digest_size=8).hexdigest()
        made = cache_folder() / "ctranslate2" / name
        if not made.is_dir():
            made.parent.mkdir(parents=True, exist_ok=True)
            with atomic_folder(made) as beside:
                converter = converter_of(folder, self.settings.weights == "safetensors")
                converter.convert(str(beside), quantization=self.settings.quantization, force=True)
        return made

    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        tokenizer, first = self.codec.tokenizer, self.codec.first
        found = self.model.translate_batch(
            [tokenizer.convert_ids_to_tokens(row) for row in rows],
            target_prefix=None if first is None else [tokenizer.convert_ids_to_tokens([first])] * len(rows),
            beam_size=self.settings.beams,
            length_penalty=self.settings.length_penalty,
            batch_type="tokens",
            max_batch_size=self.settings.batch_tokens,
            max_input_length=0,
            max_decoding_length=self.room(rows),
        )
        return [tokenizer.convert_tokens_to_ids(result.hypotheses[0]) for result in found]


def converter_of(folder: Path, safetensors: bool) -> Any:
    """CTranslate2's converter for a folder, with two things put right."""
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        def load_model(self, model_class: Any, name: str, **options: Any) -> Any:
            return super().load_model(model_class, name, use_safetensors=safetensors, **options)

        def load_tokenizer(self, tokenizer_class: Any, name: str, **options: Any) -> Any:
            tokenizer = super().load_tokenizer(tokenizer_class, name, **options)
            # Since transformers 5, M2M100's languages are missing from what its tokenizer calls its vocabulary.
            whole = tokenizer.get_vocab() | getattr(tokenizer, "lang_token_to_id", {})
            tokenizer.get_vocab = lambda: whole
            return tokenizer

    return Converter(str(folder))


def cache_folder() -> Path:
    """Where converted models are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spanferry"
