"""Fine-tune a run from start to end, in one process or in a group of processes (torchrun)."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from spanferry.errors import InputError, Interrupted
from spanferry.pretrained import ModelSource
from spanferry.reader import training
from spanferry.reader.checkpoints import last_saved_step
from spanferry.reader.features import FeatureCounts
from spanferry.reader.settings import Run
from spanferry.squad import Document

ProgressBar = Callable[[int], AbstractContextManager[training.Progress]]
"""Opens a progress bar over a number of steps."""


@dataclass(frozen=True)
class FinetunedModel:
    """The outcome of `finetune`: the training result, the number of features, and the counts behind them."""

    result: training.TrainingResult
    features: int
    counts: FeatureCounts


def finetune(
    run: Run,
    documents: Sequence[Document],
    source: ModelSource | None,
    checkpoints: Path,
    out: Path,
    progress_bar: ProgressBar,
) -> FinetunedModel | None:
    """Train the run's model on documents and write it to a folder.

    Training resumes from a checkpoint of the same training if there is one; the checkpoints are removed at the end. In
    a group of processes every process must call this function. All but the first return None and write nothing.

    source: the base model's files, None for a model from scratch. Raises InputError, and Interrupted after Ctrl-C.
    """
    prepared = training.prepare_training(run, documents, source)
    if not is_main_process():
        training.train(prepared, checkpoints)
        return None
    with progress_bar(prepared.step_count) as progress:
        try:
            result = training.train(prepared, checkpoints, progress)
        except KeyboardInterrupt as error:
            raise Interrupted(describe_interruption(last_saved_step(checkpoints), prepared.step_count)) from error
    training.save_model(prepared, result, out)
    shutil.rmtree(checkpoints)
    return FinetunedModel(result, len(prepared.windows), prepared.counts)


def describe_interruption(saved: int, total: int) -> str:
    """Return what is saved of an interrupted training, and how to go on."""
    if not saved:
        return "stopped before the first checkpoint; dvc repro starts the training again"
    return f"stopped; {saved:,} of {total:,} steps are saved; dvc repro goes on from here"


def is_main_process() -> bool:
    """Return whether this process writes files: the first of its group, or the only one."""
    import torch
    from accelerate import PartialState

    return PartialState(cpu=not torch.cuda.is_available()).is_main_process


def run_in_processes(module: str, arguments: Sequence[str], processes: int) -> None:
    """Run a Python module in a group of processes on this machine, through torchrun.

    Raises InputError when a process fails; torchrun's own report is on stderr.
    """
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    done = subprocess.run([*torchrun, "-m", module, *arguments], check=False)
    if done.returncode:
        raise InputError(f"one of the {processes} processes failed; its report is printed above")
