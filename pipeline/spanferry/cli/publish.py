"""Uploads a corpus to the Hugging Face Hub."""

import subprocess
import sys
from pathlib import Path

import click

from spanferry.cli.support import Command, print_summary
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.printing import printable
from spanferry.publish.about import About
from spanferry.publish.hub import check_ready, list_files, upload
from spanferry.publish.revision import clean_revision, describe_version


@click.command(cls=Command)
@click.argument("corpus")
@click.option("--to", "repository", required=True, metavar="USER/NAME", help="The dataset repository.")
@click.option("--tag", help="The name of the version. [default: the output of `git describe --tags`]")
@click.option("--public", is_flag=True, help="Make a new repository public; by default it is private.")
@click.option("--dry-run", is_flag=True, help="Check the folder, list every file with its size, and upload nothing.")
def publish(corpus: str, repository: str, tag: str | None, public: bool, dry_run: bool) -> None:
    """Upload data/CORPUS/published to the Hugging Face Hub, as one tagged commit.

    The upload is refused when the folder breaks its format, is not what the checked-out commit builds, or when the
    work tree has changes. The token is that of huggingface_hub (`hf auth login`, or HF_TOKEN).
    """
    params = read_params()
    params.corpus(corpus)
    folder = Path("data") / corpus / "published"
    check_ready(folder, params.about.get(corpus, About()))
    files = list_files(folder)
    if dry_run:
        for name, size in files:
            click.echo(printable(f"{size:>13,}  {name}"))
    revision = clean_revision(Path())
    check_up_to_date(corpus)
    tag = tag or describe_version(Path())
    if dry_run:
        content = f"{len(files)} files, {sum(size for _, size in files):,} bytes"
        visibility = "public" if public else "private"
        print_summary("publish", f"{content}, would go to {repository} as {tag}, {visibility}; nothing was sent")
        return
    from huggingface_hub import HfApi

    address = upload(folder, revision, repository, tag, not public, HfApi())
    print_summary("publish", f"{corpus}, {tag}: {address}")


def check_up_to_date(corpus: str) -> None:
    """Raise InputError when the published folder, or what it is built from, differs from this commit's dvc.lock."""
    command = [sys.executable, "-m", "dvc", "status", "--quiet", "--with-deps", f"publish@{corpus}"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        # In a clone that pulled this folder alone, `dvc repro` would translate everything again.
        advice = "`dvc pull` what is missing, or run `dvc repro` and commit dvc.lock"
        raise InputError(f"data/{corpus}/published: not what this commit builds; {advice}")
