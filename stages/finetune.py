"""Fine-tune the model of a run on its corpora. After an interruption, resume from the last checkpoint."""

import os
import sys
from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.pretrained import locate_model, silence_transformers
from spanferry.printing import plural
from spanferry.reader.corpora import read_cleaned
from spanferry.reader.features import describe_skipped
from spanferry.reader.finetuning import finetune, run_in_processes
from spanferry.reader.portable import use_portable_arithmetic


@click.command(cls=Command, name="finetune", help=__doc__)
@click.argument("name", metavar="RUN")  # not --run, because torchrun would interpret it as its own option
@path_option("--data", help="The folder of the corpora.")
@path_option("--checkpoints", help="The folder for checkpoints; it is removed at the end.")
@path_option("--out", help="The folder for the model.")
@click.option(
    "--processes",
    default=1,
    envvar="SPANFERRY_PROCESSES",
    help="Number of processes, one per GPU (torchrun).  [default: 1]",
)
def main(name: str, data: Path, checkpoints: Path, out: Path, processes: int) -> None:
    params = read_params()
    run = params.run(name)
    documents = list(read_cleaned(data, params.targets(run.train_on), "train").values())
    source = locate_model(run.base.model, run.base.revision, run.base.weights) if run.base.model else None
    if processes > 1 and "LOCAL_RANK" not in os.environ:
        if run.training.batch % processes:
            raise InputError(
                f"runs.{name}.training.batch: {run.training.batch} is not divisible by the {processes} processes"
            )
        run_in_processes("stages.finetune", sys.argv[1:], processes)
        return
    if run.training.portable:
        use_portable_arithmetic()
    silence_transformers()
    models = finetune(run, documents, source, checkpoints, out, lambda steps: progress_bar("finetune", steps, "steps"))
    for seed, model in models:
        label = f"{name}, seed {seed}" if run.seeds else name
        if model is None:
            print_summary("finetune", f"{label}: its model is there already")
            continue
        resumed = f", from step {model.result.resumed:,}" if model.result.resumed else ""
        skipped = f"; left out: {reasons}" if (reasons := describe_skipped(model.counts)) else ""
        done = f"{plural(model.result.steps, 'step')}{resumed} on {plural(model.features, 'window')} of text"
        print_summary("finetune", f"{label}: {done}{skipped}")


if __name__ == "__main__":
    main()
