"""The engine `marian`: Marian (OPUS-MT), NLLB and M2M100 models through transformers."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spanferry.errors import TranslationError
from spanferry.translation.engines.checkpoint import CheckpointTranslator, loading
from spanferry.translation.settings import MarianSettings


class Marian(CheckpointTranslator):
    """Texts are translated in batches of like length, in bfloat16 on a GPU and in float32 on the CPU.

    With which others a text shares a batch can change its last bits, and so, very rarely, a word.
    """

    settings: MarianSettings

    def __init__(self, settings: MarianSettings, languages: tuple[str, str]) -> None:
        super().__init__("marian", settings, languages, settings.precision)

    def load(self, folder: Path, config: Any) -> Any:
        import torch
        from transformers import AutoModelForSeq2SeqLM

        device, precision = "cpu", "float32"
        if torch.cuda.is_available():
            device, precision = "cuda", "bfloat16"
        if self.settings.precision != "auto":
            precision = self.settings.precision
        with loading(folder):
            model = AutoModelForSeq2SeqLM.from_pretrained(
                folder,
                config=config,
                dtype=getattr(torch, precision),
                use_safetensors=self.settings.weights == "safetensors",
                trust_remote_code=False,
            )
        return model.to(device).eval()

    def generate(self, rows: Sequence[list[int]]) -> list[list[int]]:
        found: list[list[int]] = [[]] * len(rows)
        for places in batches([len(row) for row in rows], self.settings.batch_tokens):
            for place, row in zip(places, self._generate([rows[place] for place in places]), strict=True):
                found[place] = row
        return found

    def _generate(self, rows: list[list[int]]) -> list[list[int]]:
        """One batch."""
        import torch

        inputs = self.codec.tokenizer.pad({"input_ids": rows}, return_tensors="pt").to(self.model.device)
        forced = {} if self.codec.first is None else {"forced_bos_token_id": self.codec.first}
        try:
            with torch.inference_mode():
                found = self.model.generate(
                    **inputs,
                    **forced,
                    num_beams=self.settings.beams,
                    length_penalty=self.settings.length_penalty,
                    do_sample=False,
                    max_length=None,
                    max_new_tokens=self.room(rows),
                )
        except torch.cuda.OutOfMemoryError as error:
            raise TranslationError(
                f"{self.identity}: the GPU's memory is too small for batch_tokens: {self.settings.batch_tokens}"
            ) from error
        return found.tolist()


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Cuts texts into batches of like length: the places of each batch's texts, the longest first.

    lengths: tokens of each text. A batch, padded to its longest, has no more than `tokens` of them, or one text.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > tokens:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
