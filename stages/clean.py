"""Decide which answers to keep, and write the cleaned SQuAD files, their provenance, and the rejected answers."""

from pathlib import Path

import click
from spanferry.cleaning import clean_corpus
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params


@click.command(cls=Command, name="clean", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--translations")
@path_option("--names", required=False, help="The table of repaired questions, if stage names ran.")
@path_option("--titles", required=False, help="The table of repaired titles, if stage names ran.")
@path_option("--out")
@path_option("--decisions", help="The table of decisions on paragraphs and questions to write.")
@path_option("--digests", help="The JSON file to write: file name in OUT -> sha256.")
def main(
    name: str,
    layout: Path,
    paragraphs: Path,
    spans: Path,
    translations: Path,
    names: Path | None,
    titles: Path | None,
    out: Path,
    decisions: Path,
    digests: Path,
) -> None:
    params = read_params()
    answers = clean_corpus(
        layout,
        paragraphs,
        spans,
        None if params.corpus(name).native else translations,
        params.languages(name).target,
        names=names,
        titles=params.names.titles,
        repaired_titles=titles,
        out=out,
        decisions=decisions,
        checksums=digests,
    )
    print_summary("clean", f"{name}: {answers.kept:,} of {answers.visited:,} answers kept")


if __name__ == "__main__":
    main()
