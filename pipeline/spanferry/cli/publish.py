"""`spanferry publish`: uploads a corpus to the Hugging Face Hub."""

import subprocess
import sys
from itertools import chain
from pathlib import Path

import click

from spanferry.cli.support import Command, command_name, print_summary
from spanferry.config import Params, read_params
from spanferry.errors import InputError
from spanferry.fetch import FILE_NAMES, group_locations
from spanferry.loss_figures import read_figures
from spanferry.printing import printable
from spanferry.publish.hub import check_ready, list_files, upload
from spanferry.publish.package import check_language
from spanferry.publish.revision import clean_commit, describe_version

BUILD_PARTS = ("dvc.yaml", "dvc.lock", "params.yaml", "requirements.lock")
CODE = (Path("pipeline"), Path("stages"))


@click.command(cls=Command, example="spanferry publish sample --to USER/NAME --tag v1.0.0")
@click.argument("corpus")
@click.option("--to", "repository", required=True, metavar="USER/NAME", help="The dataset repository.")
@click.option("--tag", help="The tag of this version.  [default: the output of `git describe --tags`]")
@click.option("--public", is_flag=True, help="Create a new repository as public; the default is private.")
@click.option(
    "--dry-run", is_flag=True, help="Check the folder and list its files with their sizes, but upload nothing."
)
@click.option("--allow-language", is_flag=True, help="Upload a text that is evidently not in its target language.")
def publish(corpus: str, repository: str, tag: str | None, public: bool, dry_run: bool, allow_language: bool) -> None:
    """Upload data/CORPUS/published to the Hugging Face Hub, as one tagged commit.

    The command fails if the folder breaks its contract, if the checked-out commit builds something else, or if files
    that the build depends on have changes. Log in with `hf auth login`, or set HF_TOKEN.
    """
    params = read_params()
    native, target = params.corpus(corpus).native, params.languages(corpus).target
    folder = Path("data") / corpus / "published"
    check_ready(folder, corpus, params.about_build(corpus), target, native=native)
    if not allow_language:
        check_language(read_figures(folder / "loss.json"), corpus, "give --allow-language")
    files = list_files(folder)
    if dry_run:
        for name, size in files:
            click.echo(printable(f"{size:>13,}  {name}"))
    commit = clean_commit(Path(), build_parts(params, corpus), CODE)
    check_up_to_date(corpus)
    tag = tag or describe_version(Path())
    if dry_run:
        content = f"{len(files)} files, {sum(size for _, size in files):,} bytes"
        visibility = "public" if public else "private"
        print_summary(
            command_name(), f"{content}, would be uploaded to {repository} as {tag}, {visibility}; nothing was sent"
        )
        return
    from huggingface_hub import HfApi

    address = upload(folder, commit, repository, tag, not public, HfApi())
    print_summary(command_name(), f"{corpus}, {tag}: {address}")


def build_parts(params: Params, corpus: str) -> list[Path]:
    """Return the files and folders in git that the build of a corpus depends on."""
    settings, target = params.corpus(corpus), params.languages(corpus).target
    locations = chain.from_iterable(group_locations(settings, target, group).values() for group in FILE_NAMES)
    return [
        *map(Path, BUILD_PARTS),
        Path("data/inputs") / corpus,
        *(Path(path) for path in locations if "://" not in path),
    ]


def check_up_to_date(corpus: str) -> None:
    """Raise InputError when the published folder, or anything it is built from, differs from dvc.lock."""
    command = [sys.executable, "-m", "dvc", "status", "--quiet", "--with-deps", f"publish@{corpus}"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        # In a clone that pulled only this folder, `dvc repro` would translate everything again.
        advice = "run `dvc pull`, or run `dvc repro` and commit dvc.lock"
        raise InputError(f"data/{corpus}/published: differs from what this commit builds; {advice}")
