"""Notes which cleaned files a run trains on and is evaluated on, by their checksums.

DVC cannot make a stage's dependencies from a list in params.yaml. This stage therefore depends on the checksums of all
corpora and selects those of the run's own; training and evaluation depend on the selection. Editing, adding or
removing a corpus reruns the runs that read it, and no others.
"""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.files import write_json
from spanferry.reader.corpora import select_checksums


@click.command(cls=Command, name="inputs", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--digests", help="The folder of the checksums that clean writes, one file per corpus.")
@path_option("--out", help="A folder: OUT/train.json and OUT/dev.json are written.")
def main(name: str, digests: Path, out: Path) -> None:
    params = read_params()
    run = params.run(name)
    for split, checksums in select_checksums(run, params.language.target, digests).items():
        write_json(out / f"{split}.json", checksums)
    print_summary(
        "inputs", f"{name} trains on {', '.join(run.train_on)}, and is evaluated on {', '.join(run.evaluate_on)}"
    )


if __name__ == "__main__":
    main()
