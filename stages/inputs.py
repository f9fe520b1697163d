"""Notes which cleaned files of a corpus a run trains on and is evaluated on, by their checksums.

Two small files for each run and corpus; a run's training and its evaluation each depend on a folder of
them. So editing a corpus reruns the runs that read it, and no others: DVC cannot make a stage's
dependencies out of a list in params.yaml.
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
@path_option("--out", help="A folder: OUT/train/CORPUS.json and OUT/dev/CORPUS.json are written.")
def main(name: str, corpus: str, clean: Path, out: Path) -> None:
    params = load()
    run = run_of(params, name)
    cleaned = f"{params.language.target}_squadv2_{{}}_clean.json".format
    read = {
        "train": [cleaned("train")] if corpus in run.train_on else [],
        "dev": [cleaned("dev"), "provenance.parquet"] if corpus in run.evaluate_on else [],
    }
    for split, names in read.items():
        files = [clean / file for file in names if (clean / file).is_file()]
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
        write_json(out / split / f"{corpus}.json", digests)
    used = [split for split, names in read.items() if names]
    summary("inputs", f"{name} reads {' and '.join(used) or 'nothing'} of {corpus}")


if __name__ == "__main__":
    main()
