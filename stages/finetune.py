"""Fine-tunes a run's model on its corpora; goes on from the last checkpoint after an interruption."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
from spanferry.cli.runs import cleaned, quiet, run_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.pretrained import Source, locate
from spanferry.reader.features import left_out
from spanferry.reader.runs import Run
from spanferry.squad import Document


@click.command(cls=Command, name="finetune", help=__doc__)
@click.argument("name", metavar="RUN")  # no --run: torchrun would take it for an option of its own
@path_option("--data", help="The folder of the corpora.")
@path_option("--checkpoints", help="Where training is saved on its way; removed at the end.")
@path_option("--out", help="The model's folder.")
@click.option("--processes", default=1, envvar="SPANFERRY_PROCESSES", help="One a GPU (torchrun), default 1.")
def main(name: str, data: Path, checkpoints: Path, out: Path, processes: int) -> None:
    params = read_params()
    run = run_of(params, name)
    documents = list(cleaned(data, run.train_on, params.language.target, "train").values())
    source = locate(run.base.model, run.base.revision, run.base.weights) if run.base.model else None
    if processes > 1 and "LOCAL_RANK" not in os.environ:
        if run.training.batch % processes:
            raise InputError(
                f"runs.{name}.training.batch: {run.training.batch} cannot be shared by {processes} processes"
            )
        torchrun(processes)
        return
    train(name, run, documents, source, checkpoints, out)


def train(
    name: str, run: Run, documents: list[Document], source: Source | None, checkpoints: Path, out: Path
) -> None:
    from spanferry.reader import training

    quiet()
    prepared = training.prepare(run, documents, source)
    if not training.is_main_process():
        training.train(prepared, checkpoints)
        return
    with progress_bar("finetune", training.steps(prepared), "steps") as progress:
        trained = training.train(prepared, checkpoints, progress)
    training.save(prepared, trained, out)
    shutil.rmtree(checkpoints)
    resumed = f", from step {trained.resumed:,}" if trained.resumed else ""
    left = f"; left out: {missed}" if (missed := left_out(prepared.counts)) else ""
    print_summary("finetune", f"{name}: {trained.steps:,} steps{resumed} over {len(prepared.windows):,} features{left}")


def torchrun(processes: int) -> None:
    """This very command in a group of processes; torchrun's own report stands on stderr when one fails."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={processes}"]
    done = subprocess.run([*command, "-m", "stages.finetune", *sys.argv[1:]], check=False)
    if done.returncode:
        raise InputError(f"one of the {processes} processes failed; its report stands above")


if __name__ == "__main__":
    main()
