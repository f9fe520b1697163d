"""Measure training and prediction on a GPU, beside the stock recipe, with bert-base-multilingual's architecture.

    python benchmarks/training_gpu.py SQUAD_FILE [--batch 32 96] [--steps 200] [--peak TFLOPS] [--small]

Both train from random weights of that shape (119,547 pieces, 12 layers of 768) on the file's questions, repeated to
130,000, in windows of 384 with stride 128, in bf16. The stock recipe is transformers' Trainer with its defaults: every
feature padded to 384, in random order. Spanferry's is `spanferry.reader.training`, with and without torch.compile. A
step is timed between step `--warm` and the last, with the device synchronised. The stock recipe saves nothing;
Spanferry saves its one checkpoint after the last step.

Prints a Markdown table: milliseconds a step, real tokens (no padding) a second, MFU, seconds an epoch. MFU counts real
tokens only: 6 FLOP a token and matrix weight, and 12 x layers x width x length for attention, against the card's dense
bf16 peak. --small runs the same on any machine with a toy model, which measures nothing.
"""

import argparse
import dataclasses
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from msgspec.structs import replace
from spanferry.reader import training
from spanferry.reader.examples import collect_examples
from spanferry.reader.inference import compute_logits
from spanferry.reader.prediction import choose_answers
from spanferry.reader.settings import BaseModel, PredictionSettings, Run, ScratchModel, TrainingSettings
from spanferry.reader.windows import cut_windows
from spanferry.squad import Document, Paragraph, iterate_questions, read_squad
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments
from transformers.utils import logging

QUESTIONS = 130_000
DEV_QUESTIONS = 12_000
MULTILINGUAL = {"vocab_size": 119_547, "max_position_embeddings": 512}
TOY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 384,
}
PEAKS = {"H200": 989, "H100 80GB": 989, "H100 PCIe": 756, "A100": 312, "L40S": 362, "L4": 121, "A10": 125}
"""Dense bf16 TFLOP/s, from the vendors' data sheets."""


@dataclass
class Clock:
    """Counts steps, and notes the time at the end of the warm-up and of the last step, after the GPU has finished."""

    warm: int
    last: int
    steps: int = 0
    began: float = 0.0
    ended: float = 0.0

    def __call__(self, steps: int) -> None:
        self.steps += steps
        if self.steps not in (self.warm, self.last):
            return
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        if self.steps == self.warm:
            self.began = time.perf_counter()
        else:
            self.ended = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds of one step."""
        return (self.ended - self.began) / (self.last - self.warm)


def repeat_questions(document: Document, questions: int) -> Document:
    """Return the document repeated under new ids until it has at least that many questions."""
    copies = -(-questions // sum(1 for _ in iterate_questions(document)))
    articles = [
        replace(article, paragraphs=tuple(with_ids(paragraph, number) for paragraph in article.paragraphs))
        for number in range(copies)
        for article in document.data
    ]
    return replace(document, data=tuple(articles))


def with_ids(paragraph: Paragraph, number: int) -> Paragraph:
    """Return a paragraph whose questions have ids of their own."""
    return replace(paragraph, qas=tuple(replace(question, id=f"{question.id}-{number}") for question in paragraph.qas))


def count_flop(config: Any, lengths: np.ndarray) -> float:
    """Return the FLOP of a training step on features of these lengths."""
    width, inner, layers = config.hidden_size, config.intermediate_size, config.num_hidden_layers
    weights = layers * (4 * width**2 + 2 * width * inner)
    lengths = lengths.astype(float)
    return float((6 * weights * lengths + 12 * layers * width * lengths**2).sum())


def train_stock(prepared: training.PreparedTraining, batch: int, clock: Clock, folder: str) -> None:
    """Train with Trainer's defaults: random order, padded to the maximum length."""
    windows, longest = prepared.windows, prepared.run.training.max_length

    class Data(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return len(windows)

        def __getitem__(self, row: int) -> dict[str, Any]:
            item = {key: array[0] for key, array in windows.batch([row], longest).items()}
            return item | {"start_positions": int(windows.start[row]), "end_positions": int(windows.end[row])}

    class Steps(TrainerCallback):
        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            clock(1)

    arguments = TrainingArguments(
        output_dir=folder,
        per_device_train_batch_size=batch,
        max_steps=clock.last,
        learning_rate=3e-5,
        bf16=torch.cuda.is_available(),
        use_cpu=not torch.cuda.is_available(),
        save_strategy="no",
        disable_tqdm=True,
        report_to=[],
    )
    trainer = Trainer(model=prepared.model, args=arguments, train_dataset=Data(), callbacks=[Steps()])
    trainer.remove_callback(PrinterCallback)
    trainer.train()


def train_spanferry(prepared: training.PreparedTraining, batch: int, clock: Clock, folder: str, compiled: bool) -> None:
    """Train with `training.train` for as many steps as the clock counts."""
    share = (clock.last - 0.5) * batch / len(prepared.windows)
    settings = replace(prepared.run.training, epochs=share, compile=compiled)
    prepared = dataclasses.replace(prepared, run=replace(prepared.run, training=settings))
    training.train(prepared, Path(folder) / "checkpoints", clock)


RECIPES = {
    "stock": train_stock,
    "spanferry": partial(train_spanferry, compiled=False),
    "spanferry, compiled": partial(train_spanferry, compiled=True),
}


def measure(name: str, document: Document, batch: int, given: Any, peak: float) -> float:
    """Return the seconds of one step of a recipe, and print its row."""
    prepared = training.prepare_training(make_run(given, batch), [document])
    clock = Clock(given.warm, given.steps)
    with tempfile.TemporaryDirectory() as folder:
        RECIPES[name](prepared, batch, clock, folder)
    lengths = prepared.windows.lengths
    flop = count_flop(prepared.model.config, lengths) * batch / len(lengths)
    tokens = lengths.mean() * batch / clock.seconds
    epoch = clock.seconds * len(lengths) / batch
    mfu = f"{100 * flop / clock.seconds / (peak * 1e12):.1f} %" if peak else "–"
    print(f"| {name} | {batch} | {1000 * clock.seconds:.1f} | {tokens:,.0f} | {mfu} | {epoch:.0f} |", flush=True)
    return clock.seconds


def train_all(document: Document, given: Any, peak: float) -> None:
    print("| recipe | batch | ms a step | real tokens/s | MFU | s an epoch |\n|" + " --- |" * 6)
    names = RECIPES if torch.cuda.is_available() else ("stock", "spanferry")
    for batch in given.batch:
        times = {name: measure(name, document, batch, given, peak) for name in names}
        print(f"| stock / best of spanferry | {batch} | {times.pop('stock') / min(times.values()):.2f} times | | | |")


def make_run(given: Any, batch: int) -> Run:
    scratch = ScratchModel("bert", 30_000, TOY if given.small else MULTILINGUAL)
    sizes = TrainingSettings(epochs=1, batch=batch, learning_rate=3e-5, checkpoints=1)
    return Run(BaseModel(scratch=scratch), ("file",), ("file",), sizes)


def predict_all(document: Document, given: Any) -> None:
    prepared = training.prepare_training(make_run(given, given.batch[0]), [document])
    model = prepared.model.to("cuda" if torch.cuda.is_available() else "cpu")
    data = collect_examples([document])
    sizes = {name: getattr(prepared.run.training, name) for name in ("max_length", "doc_stride", "max_question_length")}
    print("\n| prediction of | features s | model s | answers s | together s |\n|" + " --- |" * 5)
    for _ in range(2):  # the first one warms up
        marks = [time.perf_counter()]
        windows = cut_windows(prepared.tokenizer, data.questions, data.contexts, data.context_of, **sizes)
        marks.append(time.perf_counter())
        scored = compute_logits(model, windows, 256)
        marks.append(time.perf_counter())
        choose_answers(windows, scored, data.ids, data.contexts, PredictionSettings())
        marks.append(time.perf_counter())
        parts = " | ".join(f"{seconds:.2f}" for seconds in np.diff(marks))
        print(f"| {len(data):,} questions | {parts} | {marks[-1] - marks[0]:.2f} |", flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--batch", type=int, nargs="+", default=[32])
    arguments.add_argument("--steps", type=int, default=200)
    arguments.add_argument("--warm", type=int, default=50, help="steps that are not timed")
    arguments.add_argument("--peak", type=float, help="dense bf16 TFLOP/s of the card")
    arguments.add_argument("--questions", type=int, default=QUESTIONS)
    arguments.add_argument("--small", action="store_true")
    given = arguments.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    card = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    peak = given.peak or next((tflops for name, tflops in PEAKS.items() if name in card), 0)
    print(f"{card}, peak {peak or 'unknown'} TFLOP/s (bf16, dense), torch {torch.__version__}\n")
    document = read_squad(given.file)
    train_all(repeat_questions(document, given.questions), given, peak)
    predict_all(repeat_questions(document, min(given.questions, DEV_QUESTIONS)), given)


if __name__ == "__main__":
    main()
