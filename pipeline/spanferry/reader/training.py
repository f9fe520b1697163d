"""Fine-tuning through transformers' Trainer: on a CPU, a GPU, or several (torchrun).

    prepare(run, documents) -> Prepared      model, tokenizer, features, what was left out
    train(prepared, folder, ...) -> Trained  the folder is that of the checkpoints
    save(prepared, trained, folder)          config, safetensors, tokenizer, training.json

Where the hardware has it: bf16, fused AdamW, SDPA attention (transformers' default), batches of like
length, padded to multiples of 64 when compiled, else of 8. On a CPU the same seed gives the same bytes,
whether or not training was interrupted.
"""

import hashlib
import json
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
from spanferry.pretrained import Source, digest
from spanferry.reader import checkpoints, models
from spanferry.reader.batches import LengthGrouped
from spanferry.reader.features import Windows, examples, training_windows
from spanferry.reader.runs import Run, Training
from spanferry.squad import Document

Progress = Callable[[int], object]

LOGGED = 20  # points of the loss curve
NOT_WRITTEN = ("I/O error", "inline_container")  # in what safetensors and torch say


@dataclass(frozen=True)
class Prepared:
    """All that training needs. fingerprint: equal when, and only when, a checkpoint may be resumed."""

    run: Run
    model: Any
    tokenizer: Any
    windows: Windows
    counts: dict[str, Any]
    source: Source | None
    fingerprint: str


@dataclass(frozen=True)
class Trained:
    """steps: optimiser steps in all. resumed: step of the checkpoint that was gone on from, 0 for none.

    loss: (step, mean since the last point) on the way.
    """

    steps: int
    resumed: int
    loss: tuple[tuple[int, float], ...]


def prepare(run: Run, documents: Sequence[Document], source: Source | None = None) -> Prepared:
    """Loads or makes the model, and cuts the documents into features.

    source: the base model as `pretrained.locate` found it; None from scratch. Raises InputError.
    """
    settings = run.training
    data = examples(documents)
    if run.base.scratch is not None:
        model, tokenizer = models.from_scratch(run.base.scratch, data.contexts + data.questions, settings.seed)
    else:
        from transformers import set_seed

        tokenizer = models.load_tokenizer(source.folder)
        set_seed(settings.seed)  # the question-answering head is new, and random
        model = models.load_model(source.folder, run.base.weights)
    most = min(tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", settings.max_length))
    if settings.max_length > most:
        raise InputError(f"training.max_length: {settings.max_length} tokens are more than the model's {most}")
    windows, counts = training_windows(
        data,
        tokenizer,
        max_length=settings.max_length,
        doc_stride=settings.doc_stride,
        max_question_length=settings.max_question_length,
    )
    if not len(windows):
        raise InputError("training data: no question is left to train on")
    return Prepared(run, model, tokenizer, windows, counts, source, _fingerprint(run, windows, source))


def _fingerprint(run: Run, windows: Windows, source: Source | None) -> str:
    """A digest of everything that decides what training does."""
    import transformers

    base = source and (source.commit or digest(source.folder))
    found = hashlib.sha256(transformers.__version__.encode())
    found.update(msgspec.json.encode((run.base, run.training, base)))
    arrays = ("question", "context", "first", "last", "start", "end")
    for array in (windows.questions.ids, windows.contexts.ids, *(getattr(windows, name) for name in arrays)):
        found.update(array.tobytes())
    return found.hexdigest()


def _arguments(settings: Training, total: int, folder: Path) -> Any:
    """transformers' TrainingArguments for so many steps on this machine and in this process group."""
    import torch
    from accelerate import PartialState
    from transformers import TrainingArguments

    gpu = torch.cuda.is_available()
    processes = PartialState(cpu=not gpu).num_processes
    at_once = settings.device_batch or settings.batch
    if settings.batch % processes:
        raise InputError(f"training.batch: {settings.batch} cannot be shared among {processes} processes")
    at_once = min(at_once, settings.batch // processes)
    if settings.batch % (at_once * processes):
        raise InputError(f"training.device_batch: {at_once} on {processes} processes does not divide {settings.batch}")
    arguments = TrainingArguments(
        output_dir=str(folder),
        per_device_train_batch_size=at_once,
        gradient_accumulation_steps=settings.batch // (at_once * processes),
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
        save_steps=math.ceil(total / settings.checkpoints),  # as a share, all of them would mean each
        save_total_limit=1,
        logging_strategy="steps",
        logging_steps=1 / LOGGED,
        use_cpu=not gpu,
        dataloader_pin_memory=gpu,
        ddp_find_unused_parameters=False,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],
    )
    if arguments.n_gpu > 1:
        arguments._n_gpu = 1  # several GPUs are torchrun's; DataParallel would change the batch
    return arguments


def _trainer(prepared: Prepared, arguments: Any, progress: Progress) -> Any:
    """A Trainer whose batches are the features' and whose progress is the caller's."""
    import torch
    from transformers import PrinterCallback, Trainer, TrainerCallback

    windows, settings = prepared.windows, prepared.run.training
    sampler = LengthGrouped(windows.lengths, settings.batch, settings.seed)
    multiple = 64 if settings.compile else 8

    def collate(rows: list[int]) -> dict[str, Any]:
        batch = models.inputs(prepared.model, windows.batch(rows, multiple))
        batch |= {"start_positions": windows.start[rows], "end_positions": windows.end[rows]}
        return {name: torch.as_tensor(array, dtype=torch.long) for name, array in batch.items()}

    class Steps(TrainerCallback):
        def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            sampler.epoch = int(state.epoch or 0)  # None before the first step, 1.4 in the middle of epoch 1

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            progress(1)
            # A checkpoint does not hold the losses since the last point: one ends here, resumed or not.
            control.should_log |= control.should_save

    class FeatureTrainer(Trainer):
        def _get_train_sampler(self, train_dataset: Any = None) -> LengthGrouped:
            return sampler

    trainer = FeatureTrainer(
        model=prepared.model,
        args=arguments,
        train_dataset=range(len(windows)),
        data_collator=collate,
        callbacks=[Steps()],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Makes an OSError of how safetensors and torch tell that a file could not be written."""
    from safetensors import SafetensorError

    try:
        yield
    except (SafetensorError, RuntimeError) as error:
        if not any(sign in str(error) for sign in NOT_WRITTEN):
            raise
        raise OSError(EIO, f"Not written; is the disk full? ({error})", str(folder)) from error


def steps(prepared: Prepared) -> int:
    """Optimiser steps of the whole training."""
    settings = prepared.run.training
    return math.ceil(settings.epochs * math.ceil(len(prepared.windows) / settings.batch))


def train(prepared: Prepared, folder: Path, progress: Progress = lambda _: None) -> Trained:
    """Trains `prepared.model` in place; goes on from the last checkpoint of the same training if there is one.

    folder: for the checkpoints of this run alone; progress: told of each step. Every process of a
    process group calls this alike.
    """
    total = steps(prepared)
    arguments = _arguments(prepared.run.training, total, folder)
    resumed = checkpoints.agreed(folder, prepared.fingerprint)
    trainer = _trainer(prepared, arguments, progress)  # made even where nothing is left: it touches the configuration
    progress(resumed)
    if resumed == total:  # it would take one step more, were the last epoch not a whole one
        log = checkpoints.restore(prepared.model, checkpoints.of(folder, total))
    else:
        with _writing(folder):
            trainer.train(resume_from_checkpoint=str(checkpoints.of(folder, resumed)) if resumed else None)
        log = trainer.state.log_history
    return Trained(total, resumed, tuple((entry["step"], round(entry["loss"], 4)) for entry in log if "loss" in entry))


def is_main_process() -> bool:
    """Whether this process writes: the first of its group, or the only one."""
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available()).is_main_process


def save(prepared: Prepared, trained: Trained, folder: Path) -> None:
    """Writes the model's folder whole: config.json, model.safetensors, the tokenizer, training.json."""
    record = {
        "base": prepared.run.base.name,
        "commit": prepared.source.commit if prepared.source else None,
        "settings": msgspec.to_builtins(prepared.run),
        "features": prepared.counts,
        "steps": trained.steps,
        "loss": trained.loss,
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder) as beside, _writing(folder):
        prepared.model.save_pretrained(beside)
        prepared.tokenizer.save_pretrained(beside)
        write_json(beside / "training.json", record)


def read_record(folder: Path) -> dict[str, Any]:
    """The training.json of a model's folder. Raises InputError."""
    try:
        return json.loads((folder / "training.json").read_bytes())
    except OSError as error:
        raise InputError(f"{folder}: not a model that `finetune` wrote: {error.strerror or error}") from error
    except ValueError as error:
        raise InputError(f"{folder / 'training.json'}: {error}") from error
