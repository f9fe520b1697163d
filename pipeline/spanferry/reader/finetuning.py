"""Fine-tune a run from start to end, in one process or in a group of processes (torchrun)."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Container, Iterator, Sequence
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
) -> Iterator[tuple[int, FinetunedModel | None]]:
    """Train the run's model on documents with each of its seeds, and write them to a folder.

    Yields each seed with its model, or with None when the folder of a run with seeds already has this model. Training
    resumes from a checkpoint of the same training if there is one; the checkpoints are removed at the end. In a group
    of processes every process must call this function. Only the first writes and yields.

    source: the base model's files, None for a model from scratch. Raises InputError, and Interrupted after Ctrl-C.
    """
    is_main = is_main_process()
    for seed, single in run.by_seed().items():
        folder = run.folder_of(seed)
        prepared = training.prepare_training(single, documents, source)
        fingerprint = training.record_fingerprint(prepared) if run.seeds else ""
        if run.seeds and _agree(training.is_trained(out / folder, fingerprint)):
            model = None
        else:
            model = _train(prepared, checkpoints / folder, out / folder, fingerprint, progress_bar)
        if is_main:
            yield seed, model
    if is_main:
        if run.seeds:
            _remove_others(out, {run.folder_of(seed) for seed in run.seeds})
        shutil.rmtree(checkpoints, ignore_errors=True)


def _agree(known: bool) -> bool:
    """Return what the first process of the group knows: other machines may not have its files."""
    from accelerate.utils import broadcast_object_list

    return bool(broadcast_object_list([known])[0])


def _train(
    prepared: training.PreparedTraining, checkpoints: Path, out: Path, fingerprint: str, progress_bar: ProgressBar
) -> FinetunedModel | None:
    """Train one model and write it. Returns None in all processes of a group but the first."""
    if not is_main_process():
        training.train(prepared, checkpoints)
        return None
    with progress_bar(prepared.step_count) as progress:
        try:
            result = training.train(prepared, checkpoints, progress)
        except KeyboardInterrupt as error:
            raise Interrupted(describe_interruption(last_saved_step(checkpoints), prepared.step_count)) from error
    training.save_model(prepared, result, out, fingerprint)
    shutil.rmtree(checkpoints)
    return FinetunedModel(result, len(prepared.windows), prepared.counts)


def _remove_others(folder: Path, kept: Container[str]) -> None:
    """Remove everything but the models of the run's seeds, such as those of seeds that it no longer has."""
    for path in folder.iterdir():
        if path.name in kept:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


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
