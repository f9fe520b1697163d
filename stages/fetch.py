"""Fetch a group of files of a corpus and check them. Link the local files and folders, so that DVC notices edits."""

from pathlib import Path
from typing import cast

import click
from spanferry.cli.support import Command, download_bar, path_option, print_summary
from spanferry.config import read_params
from spanferry.fetch import FILE_NAMES, FileGroup, check_present, fetch_group, group_locations
from spanferry.links import link_files, link_folder
from spanferry.records import SPLITS


@click.command(cls=Command, name="fetch", help=__doc__)
@click.option("--corpus", "name", required=True)
@click.option("--files", "group", type=click.Choice(list(FILE_NAMES)), required=True)
@path_option("--out")
@path_option("--links", help="The folder of links to files to write.")
@path_option("--folders", help="The folder of links to the folders of data sets to write.")
def main(name: str, group: str, out: Path, links: Path, folders: Path) -> None:
    params, files = read_params(), cast(FileGroup, group)
    corpus = params.corpus(name)
    locations = group_locations(corpus, params.languages(name).target, files)
    check_present(name, locations)
    fetched = fetch_group(corpus, locations, files, out, download_bar)
    link_files(locations, links)
    for split in SPLITS:
        link_folder(locations.get(split, ""), folders / split)
    for note in fetched.notes:
        print_summary("fetch", f"{name}: {note}")
    questions = f"; {fetched.questions:,} questions" if fetched.questions else ""
    print_summary("fetch", f"{name}, {group}: {', '.join(fetched.files) or 'no files'}{questions}")


if __name__ == "__main__":
    main()
