"""Write the checksums of the cleaned files that a run trains on and is evaluated on, and link its base model.

A run that is evaluated on contexts or questions that it is trained on is refused, unless it allows that.

DVC cannot derive the dependencies of a stage from a list in params.yaml. This stage therefore depends on the checksums
of all corpora and selects those that the run uses. Training and evaluation depend on the selection, so that a change of
a corpus reruns only the runs that use it.
"""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.files import write_json
from spanferry.links import link_folder
from spanferry.reader.corpora import select_checksums
from spanferry.reader.overlap import corpora_of_base, find_overlaps, read_texts


@click.command(cls=Command, name="inputs", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--digests", help="The folder of the checksums that stage clean writes, one file per corpus.")
@path_option("--data", help="The folder of the corpora.")
@path_option("--out", help="The folder in which train.json, dev.json and overlaps.json are written.")
@path_option("--base", help="The link to the folder of the base model to write, or a file that names the model.")
def main(name: str, digests: Path, data: Path, out: Path, base: Path) -> None:
    params = read_params()
    run = params.run(name)
    for split, checksums in select_checksums(run, params.targets(run.corpora), digests).items():
        write_json(out / f"{split}.json", checksums)
    base_model = run.base.model
    if base_model and not run.base.revision and not Path(base_model).is_dir():
        raise InputError(
            f"runs.{name}.base: {base_model}: there is no such folder; if it is the model of another run, run "
            "`dvc repro finetune@RUN` for that one first; a model on the Hub needs a `revision`"
        )
    of_base = corpora_of_base(base_model)
    before = [corpus for corpus in of_base if corpus in params.build.corpora]
    trained = read_texts(data, params.targets([*run.train_on, *before]), "train")
    overlaps = find_overlaps(trained, read_texts(data, params.targets(run.evaluate_on), "dev"))
    for overlap in overlaps:
        if not run.allow_overlap:
            raise InputError(
                f"runs.{name}: {overlap}: evaluate it on another corpus, or set runs.{name}.allow_overlap: true"
            )
        print_summary("inputs", f"{name}: {overlap}; runs.{name}.allow_overlap allows it")
    for corpus in of_base:
        if corpus not in before:
            told = f"its base model was trained on {corpus}, which is not in build.corpora, so overlaps are not known"
            print_summary("inputs", f"{name}: {told}")
    write_json(out / "overlaps.json", overlaps)
    link_folder(run.base.name, base)
    print_summary(
        "inputs", f"{name} trains on {', '.join(run.train_on)}, and is evaluated on {', '.join(run.evaluate_on)}"
    )


if __name__ == "__main__":
    main()
