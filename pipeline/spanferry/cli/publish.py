"""Uploads a corpus that was built to the Hugging Face hub."""

import subprocess
import sys
from pathlib import Path

import click

from spanferry.cli.support import Command, print_summary
from spanferry.config import load
from spanferry.errors import InputError
from spanferry.printing import printable
from spanferry.publish.about import About
from spanferry.publish.hub import listing, ready, upload
from spanferry.publish.revision import clean_revision, version


@click.command(cls=Command)
@click.argument("corpus")
@click.option("--to", "repository", required=True, metavar="USER/NAME", help="The dataset repository.")
@click.option("--tag", help="The version's name. [default: what `git describe --tags` says]")
@click.option("--public", is_flag=True, help="Make a new repository public; without it, it is private.")
@click.option("--dry-run", is_flag=True, help="Check, list every file with its size, and send nothing.")
def publish(corpus: str, repository: str, tag: str | None, public: bool, dry_run: bool) -> None:
    """Uploads data/CORPUS/published to the Hugging Face hub, as one tagged commit.

    Refused when the folder breaks its format, is not what the checked-out commit builds, or the work tree has
    changes. The token is huggingface_hub's own (`hf auth login`, or HF_TOKEN).
    """
    params = load()
    params.corpus(corpus)
    about = params.about.get(corpus, About())
    folder = Path("data") / corpus / "published"
    ready(folder, about)
    files = listing(folder)
    if dry_run:
        for name, size in files:
            click.echo(printable(f"{size:>13,}  {name}"))
    revision = clean_revision(Path())
    up_to_date(corpus)
    tag = tag or version(Path())
    if dry_run:
        held = f"{len(files)} files, {sum(size for _, size in files):,} bytes"
        who = "public" if public else "private"
        print_summary("publish", f"{held}, would go to {repository} as {tag}, {who}; nothing was sent")
        return
    from huggingface_hub import HfApi

    address = upload(folder, revision, repository, tag, not public, HfApi())
    print_summary("publish", f"{corpus}, {tag}: {address}")


def up_to_date(corpus: str) -> None:
    """Raises InputError when the published folder, or what it is made of, is not what this commit's dvc.lock says."""
    asked = [sys.executable, "-m", "dvc", "status", "--quiet", "--with-deps", f"publish@{corpus}"]
    if subprocess.run(asked, capture_output=True, check=False).returncode:
        # In a clone that pulled this folder alone, `dvc repro` would ask the translator for everything again.
        advice = "`dvc pull` what is missing, or run `dvc repro` and commit dvc.lock"
        raise InputError(f"data/{corpus}/published: not what this commit builds; {advice}")
