"""Writes which cleaned files of a corpus a run reads, with their checksums.

One small file for each run and corpus; a run's training depends on the folder of its own. So editing one
corpus reruns the runs that read it, and no others: DVC cannot list a stage's dependencies from a list in
params.yaml.
"""

import hashlib
from pathlib import Path

import click

from pipeline.files import write_json
from stages.params import load
from stages.rim import OneLine, path_option, summary
from stages.runs import run_of


@click.command(cls=OneLine, name="inputs", help=__doc__)
@click.argument("name", metavar="RUN")
@click.option("--corpus", required=True)
@path_option("--clean", help="The corpus's cleaned files.")
@path_option("--out")
def main(name: str, corpus: str, clean: Path, out: Path) -> None:
    params = load()
    run = run_of(params, name)
    names = []
    if corpus in run.train_on:
        names.append(f"{params.language.target}_squadv2_train_clean.json")
    if corpus in run.evaluate_on:
        names += [f"{params.language.target}_squadv2_dev_clean.json", "provenance.parquet"]
    files = [clean / file for file in names if (clean / file).is_file()]
    write_json(out, {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    summary("inputs", f"{name} reads {len(files)} files of {corpus}")


if __name__ == "__main__":
    main()
