"""Fetch the files of a corpus and check them."""

from pathlib import Path

import click
from spanferry.cli.support import Command, download_bar, path_option, print_summary
from spanferry.config import read_params
from spanferry.fetch import fetch_corpus


@click.command(cls=Command, name="fetch", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--out")
def main(name: str, out: Path) -> None:
    fetched = fetch_corpus(read_params().corpus(name), out, download_bar)
    for note in fetched.notes:
        print_summary("fetch", f"{name}: {note}")
    print_summary("fetch", f"{name}: {', '.join(fetched.files)}; {fetched.questions:,} questions")


if __name__ == "__main__":
    main()
