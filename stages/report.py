"""Writes what was lost, once as figures (loss.json), plots and a page that a person can search."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.report import build
from spanferry.report.accuracy import read_gold
from spanferry.report.inputs import read_build, read_rescue
from spanferry.report.review import read_verdicts
from spanferry.report.wording import percent


@click.command(cls=Command, name="report", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--translations")
@path_option("--clean")
@path_option("--rescue", required=False, help="What rescue noted, where it ran.")
@path_option("--out")
def main(
    name: str,
    source: Path,
    layout: Path,
    paragraphs: Path,
    translations: Path,
    clean: Path,
    rescue: Path | None,
    out: Path,
) -> None:
    params = read_params()
    built = read_build(layout, paragraphs, clean, None if params.corpus(name).native else translations)
    gold, verdicts = source / "gold.json", source / "verdicts.csv"
    figures = build.figures_of(
        built,
        params.language.source,
        read_gold(gold) if gold.exists() else None,
        read_verdicts(verdicts) if verdicts.exists() else None,
        read_rescue(rescue) if rescue else None,
    )
    build.write(built, figures, name, (params.language.source, params.language.target), out)
    has_answer = figures["total"]["has_answer"]
    kept = f"{has_answer['kept']:,} of {has_answer['visited']:,}"
    print_summary(
        "report", f"{name}: {kept} answerable questions kept ({percent(has_answer['yield'])}); {out / 'loss.html'}"
    )


if __name__ == "__main__":
    main()
