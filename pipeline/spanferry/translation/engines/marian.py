"""The engine `marian`: Marian (OPUS-MT), NLLB, M2M100 and MADLAD-400 models through transformers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.encoder import batch_by_length
from spanferry.errors import TranslationError
from spanferry.translation.engines.checkpoint import CheckpointTranslator, one_line_errors
from spanferry.translation.settings import MarianSettings


class Marian(CheckpointTranslator[MarianSettings]):
    """An engine that runs models with transformers, in bfloat16 on a GPU and in float32 on the CPU.

    Texts are translated in batches of similar length. The other texts in a batch may change the last bits of the
    computation for a text and so, very rarely, a word of its translation.
    """

    name = "marian"

    def precision_name(self) -> str:
        return self.settings.precision

    def load(self, folder: Path, config: Any) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        device, precision = "cpu", "float32"
        if torch.cuda.is_available():
            device, precision = "cuda", "bfloat16"
        if self.settings.precision != "auto":
            precision = self.settings.precision
        with one_line_errors(folder):
            model: Any = AutoModelForSeq2SeqLM.from_pretrained(
                folder,
                config=config,
                dtype=getattr(torch, precision),
                use_safetensors=self.settings.weights == "safetensors",
                trust_remote_code=False,
            )
            return model.to(device).eval()

    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        outputs: list[list[int]] = [[]] * len(rows)
        for indices in batch_by_length([len(row) for row in rows], self.settings.batch_tokens):
            for index, output in zip(indices, self._generate([rows[index] for index in indices]), strict=True):
                outputs[index] = output
        return outputs

    def _generate(self, rows: list[list[int]]) -> list[list[int]]:
        """Generate the translations of one batch."""
        import torch

        inputs = self.codec.tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(self.model.device)
        first = self.codec.first_token
        forced = {} if first is None else {"forced_bos_token_id": first}
        try:
            with torch.inference_mode():
                outputs = self.model.generate(
                    **inputs,
                    **forced,
                    num_beams=self.settings.beams,
                    length_penalty=self.settings.length_penalty,
                    do_sample=False,
                    max_length=None,
                    max_new_tokens=self.max_output_tokens(rows),
                )
        except torch.cuda.OutOfMemoryError as error:
            raise TranslationError(
                f"{self.identity}: out of GPU memory; set batch_tokens to less than {self.settings.batch_tokens}"
            ) from error
        return outputs.tolist()
