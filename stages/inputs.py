"""Notes which cleaned files a run trains on and is evaluated on, by their checksums.

DVC cannot make a stage's dependencies out of a list in params.yaml. So this stage depends on the checksums of all
corpora and picks those of the run's own, and training and evaluation depend on what it picked: editing, adding or
removing a corpus reruns the runs that read it, and no others.
"""

from pathlib import Path

import click
import msgspec
from spanferry.cli.runs import run_of
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.files import regular_file, write_json


@click.command(cls=Command, name="inputs", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--digests", help="The folder of what clean notes, one file a corpus.")
@path_option("--out", help="A folder: OUT/train.json and OUT/dev.json are written.")
def main(name: str, digests: Path, out: Path) -> None:
    params = read_params()
    run = run_of(params, name)
    held = {corpus: read_digests(digests / f"{corpus}.json") for corpus in run.corpora}
    cleaned = f"{params.language.target}_squadv2_{{}}_clean.json".format
    for split, corpora, files in (
        ("train", run.train_on, {cleaned("train")}),
        ("dev", run.evaluate_on, {cleaned("dev"), "provenance.parquet"}),
    ):
        read = {corpus: {file: held[corpus][file] for file in files & held[corpus].keys()} for corpus in corpora}
        write_json(out / f"{split}.json", read)
    print_summary(
        "inputs", f"{name} trains on {', '.join(run.train_on)}, and is evaluated on {', '.join(run.evaluate_on)}"
    )


def read_digests(path: Path) -> dict[str, str]:
    """File -> sha256, as clean notes them. Raises InputError."""
    try:
        return msgspec.json.decode(regular_file(path).read_bytes(), type=dict[str, str])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; is the corpus among build.corpora?") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not the checksums of a corpus: {error}; rebuild it") from error


if __name__ == "__main__":
    main()
