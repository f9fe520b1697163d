"""Fine-tune through transformers' Trainer: on a CPU, a GPU, or several (torchrun).

    prepare_training(run, documents) -> PreparedTraining     model, tokenizer, features, counts of what is left out
    train(prepared, folder, ...) -> TrainingResult           folder: of the checkpoints
    save_model(prepared, result, folder)                     config, safetensors, tokenizer, training.json

Training uses bf16, fused AdamW and SDPA attention (transformers' default) where the hardware supports them. Batches
have features of similar length, padded to multiples of 64 when the model is compiled, and of 8 otherwise. On a CPU the
same seed gives the same bytes, whether or not training was interrupted.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from errno import EIO
from pathlib import Path
from typing import Any

import msgspec

from spanferry.errors import InputError
from spanferry.files import atomic_folder, write_json
from spanferry.pretrained import ModelSource, folder_fingerprint, load_tokenizer
from spanferry.reader import checkpoints, models
from spanferry.reader.batches import LengthGroupedSampler
from spanferry.reader.examples import Examples, collect_examples
from spanferry.reader.features import FeatureCounts, build_training_windows
from spanferry.reader.limits import check_length, read_limits
from spanferry.reader.settings import Run, TrainingSettings
from spanferry.reader.training_record import RECORD_NAME, TrainingRecord, read_training_record
from spanferry.reader.windows import Windows
from spanferry.squad import Document

Progress = Callable[[int], object]
"""A function that is called with the number of steps done."""

LOSS_POINTS = 20  # points of the loss curve
COMPILED_MULTIPLE, MULTIPLE = 64, 8  # batch widths are rounded up to a multiple
WRITE_ERRORS = ("I/O error", "inline_container")  # in the messages of safetensors and torch


@dataclass(frozen=True)
class PreparedTraining:
    """The inputs of a training. fingerprint: a checkpoint may be resumed only if its fingerprint is equal."""

    run: Run
    model: Any
    tokenizer: Any
    windows: Windows
    counts: FeatureCounts
    source: ModelSource | None
    fingerprint: str

    @property
    def step_count(self) -> int:
        """The number of optimiser steps of the whole training."""
        settings = self.run.training
        return math.ceil(settings.epochs * math.ceil(len(self.windows) / settings.batch))


@dataclass(frozen=True)
class TrainingResult:
    """The outcome of a training.

    steps: optimiser steps in all. resumed: step of the checkpoint that training resumed from, 0 for none. loss: (step,
    mean loss since the previous point).
    """

    steps: int
    resumed: int
    loss: tuple[tuple[int, float], ...]


def prepare_training(run: Run, documents: Sequence[Document], source: ModelSource | None = None) -> PreparedTraining:
    """Load or create the model, and cut the documents into features.

    source: the base model's files (`pretrained.locate_model`); None from scratch. Raises InputError.
    """
    settings = run.training
    data = collect_examples(documents)
    model, tokenizer = _load_base(run, data, source)
    check_length("training.max_length", settings.max_length, model, tokenizer)
    windows, counts = build_training_windows(
        data,
        tokenizer,
        max_length=settings.max_length,
        doc_stride=settings.doc_stride,
        max_question_length=settings.max_question_length,
    )
    if not len(windows):
        raise InputError("training data: no question is left to train on")
    read_limits(model).check_windows(windows)
    return PreparedTraining(run, model, tokenizer, windows, counts, source, _fingerprint(run, windows, source))


def _load_base(run: Run, data: Examples, source: ModelSource | None) -> tuple[Any, Any]:
    """Return (model, tokenizer) of the run's base, before training."""
    if run.base.scratch is not None:
        return models.create_from_scratch(run.base.scratch, data.contexts + data.questions, run.training.seed)
    if source is None:
        raise InputError(f"{run.base.name}: the files of the base model are needed")
    from transformers import set_seed

    tokenizer = load_tokenizer(source.folder)
    set_seed(run.training.seed)  # the question-answering head is new, and random
    return models.load_model(source.folder, run.base.weights), tokenizer


def _fingerprint(run: Run, windows: Windows, source: ModelSource | None) -> str:
    """Return a checksum of everything that determines the training's outcome."""
    import transformers

    base = source and (source.commit or folder_fingerprint(source.folder))
    checksum = hashlib.sha256(transformers.__version__.encode())
    checksum.update(msgspec.json.encode((run.base, run.training, base)))
    arrays = ("question", "context", "first", "last", "start", "end")
    for array in (windows.questions.ids, windows.contexts.ids, *(getattr(windows, name) for name in arrays)):
        checksum.update(array.tobytes())
    return checksum.hexdigest()


def record_fingerprint(prepared: PreparedTraining) -> str:
    """Return the checksum of the training and of the code that runs it.

    It changes with any line of the reader. So it is written only for runs with seeds, whose models are kept: the bytes
    of any other model stay the same when code changes that has no part in its training.
    """
    checksum = hashlib.sha256(prepared.fingerprint.encode())
    library = Path(__file__).parents[1]
    for package in ("language", "reader", "squad"):
        for path in sorted((library / package).rglob("*.py")):
            checksum.update(path.read_bytes())
    return checksum.hexdigest()


def is_trained(folder: Path, fingerprint: str) -> bool:
    """Return whether a folder has the model with this fingerprint (`record_fingerprint`)."""
    return (folder / RECORD_NAME).is_file() and read_training_record(folder).fingerprint == fingerprint


def _training_arguments(settings: TrainingSettings, total: int, folder: Path) -> Any:
    """Return transformers' TrainingArguments for `total` steps on this machine and in this process group."""
    import torch
    from accelerate import PartialState
    from transformers import TrainingArguments

    gpu = torch.cuda.is_available()
    processes = PartialState(cpu=not gpu).num_processes
    if settings.batch % processes:
        raise InputError(f"training.batch: {settings.batch} is not divisible by the {processes} processes")
    device_batch = min(settings.device_batch or settings.batch, settings.batch // processes)
    if settings.batch % (device_batch * processes):
        raise InputError(
            f"training.device_batch: {device_batch} on {processes} processes does not divide {settings.batch}"
        )
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=device_batch,
        gradient_accumulation_steps=settings.batch // (device_batch * processes),
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_gradient_norm,
        lr_scheduler_type="linear",
        optim="adamw_torch_fused",
        bf16=gpu and torch.cuda.is_bf16_supported(including_emulation=False),
        torch_compile=settings.compile,
        seed=settings.seed,
        save_strategy="steps",
        save_steps=math.ceil(total / settings.checkpoints),  # a share of 1.0 would be read as every single step
        save_total_limit=1,
        logging_strategy="steps",
        logging_steps=1 / LOSS_POINTS,
        use_cpu=not gpu,
        dataloader_pin_memory=gpu,
        ddp_find_unused_parameters=False,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # torchrun uses several GPUs, one per process; DataParallel would change the batch
    return arguments


def _create_trainer(prepared: PreparedTraining, arguments: Any, progress: Progress) -> Any:
    """Create a Trainer over the prepared features that reports each step to `progress`."""
    import torch
    from transformers import PrinterCallback, Trainer, TrainerCallback

    windows, settings = prepared.windows, prepared.run.training
    sampler = LengthGroupedSampler(windows.lengths, settings.batch, settings.seed)
    names = read_limits(prepared.model).input_names
    multiple = COMPILED_MULTIPLE if settings.compile else MULTIPLE

    def collate(rows: list[int]) -> dict[str, Any]:
        arrays = windows.batch(rows, multiple)
        batch = {name: arrays[name] for name in names} | {
            "start_positions": windows.start[rows],
            "end_positions": windows.end[rows],
        }
        return {name: torch.as_tensor(array, dtype=torch.long) for name, array in batch.items()}

    class StepCallback(TrainerCallback):
        def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            sampler.epoch = int(state.epoch or 0)  # None before the first step, 1.4 in the middle of epoch 1

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress(1)
            # A checkpoint lacks the losses since the last point. A point at each checkpoint makes a resumed
            # training log the same as an uninterrupted one.
            control.should_log |= control.should_save

    class FeatureTrainer(Trainer):
        def _get_train_sampler(self, train_dataset: Any = None) -> Any:
            return sampler

    dataset: Any = range(len(windows))  # feature indices; `collate` assembles the batch
    trainer = FeatureTrainer(
        model=prepared.model,
        args=arguments,
        train_dataset=dataset,
        data_collator=collate,
        callbacks=[StepCallback()],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


@contextmanager
def _as_os_error(folder: Path) -> Iterator[None]:
    """Raise OSError when safetensors or torch report with an error of their own that a file could not be written."""
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, RuntimeError) as error:
        if not any(sign in str(error) for sign in WRITE_ERRORS):
            raise
        raise OSError(EIO, f"Not written; is the disk full? ({error})", str(folder)) from error


def train(prepared: PreparedTraining, folder: Path, progress: Progress = lambda _: None) -> TrainingResult:
    """Train `prepared.model` in place, from the last checkpoint of the same training if there is one.

    folder: for the checkpoints of this run alone. progress is called with the resumed step, then with 1 after each
    step. Every process of a process group must call this. Raises InputError.
    """
    total = prepared.step_count
    arguments = _training_arguments(prepared.run.training, total, folder)
    resumed = checkpoints.agree_on_step(folder, prepared.fingerprint)
    # Created even when no step is left, because it changes the model's configuration, which is saved.
    trainer = _create_trainer(prepared, arguments, progress)
    progress(resumed)
    last = checkpoints.checkpoint_folder(folder, resumed)
    if resumed == total:  # otherwise the Trainer would take one more step when the last epoch is incomplete
        log = checkpoints.restore_weights(prepared.model, last)
    else:
        with _as_os_error(folder):
            trainer.train(resume_from_checkpoint=str(last) if resumed else None)
        log = trainer.state.log_history
    loss = tuple((entry["step"], round(entry["loss"], 4)) for entry in log if "loss" in entry)
    return TrainingResult(total, resumed, loss)


def save_model(prepared: PreparedTraining, result: TrainingResult, folder: Path, fingerprint: str = "") -> None:
    """Write config.json, model.safetensors, the tokenizer and training.json to a folder, completely or not at all.

    fingerprint: that of `record_fingerprint`, for a model that a later call may keep.
    """
    record = TrainingRecord(
        base=prepared.run.base.name,
        commit=prepared.source.commit if prepared.source else None,
        settings=prepared.run,
        features=prepared.counts,
        steps=result.steps,
        loss=result.loss,
        fingerprint=fingerprint,
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder) as partial, _as_os_error(folder):
        prepared.model.save_pretrained(partial)
        prepared.tokenizer.save_pretrained(partial)
        write_json(partial / RECORD_NAME, record)
