"""Finds every translated answer in its translated paragraph."""

from pathlib import Path

import click

from pipeline import tables
from pipeline.projection.batches import locate_table
from pipeline.projection.decide import Locator
from pipeline.projection.languages import language
from stages.params import load
from stages.rim import OneLine, bar, path_option, summary, workers


@click.command(cls=OneLine, name="locate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--translations")
@path_option("--out")
def main(name: str, layout: Path, translations: Path, out: Path) -> None:
    params = load()
    laid = tables.read(layout, tables.LAYOUT)
    translated = tables.read(translations, tables.TRANSLATIONS)
    locator = None
    if not params.corpus(name).native:
        locator = Locator(language(params.language.source), language(params.language.target), params.align)
    with bar("locate", laid.num_rows, "paragraphs") as progress:
        paragraphs, spans = locate_table(laid, translated, locator, workers(), progress)
    tables.write(paragraphs, out / "paragraphs.parquet")
    tables.write(spans, out / "spans.parquet")
    found = spans.num_rows - spans["text"].null_count
    summary("locate", f"{name}: {found:,} of {spans.num_rows:,} answers found")


if __name__ == "__main__":
    main()
