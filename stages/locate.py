"""Finds every translated answer in its translated paragraph."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import read_params
from spanferry.executors import open_executor
from spanferry.language.profile import language
from spanferry.projection.locate_tables import located
from spanferry.projection.lookup import Known
from spanferry.projection.ranking import Locator
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow


@click.command(cls=Command, name="locate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--translations")
@path_option("--out")
def main(name: str, layout: Path, translations: Path, out: Path) -> None:
    params = read_params()
    laid = tables.LazyTable(layout, SourceParagraph)
    known = Known(tables.LazyTable(translations, TranslationRow))
    locator = None
    if not params.corpus(name).native:
        locator = Locator(language(params.language.source), language(params.language.target), params.align)
    answers = found = 0
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        tables.writer(out / "paragraphs.parquet", schema_of(TargetParagraph)) as add_paragraphs,
        tables.writer(out / "spans.parquet", schema_of(SpanRow)) as add_spans,
        progress_bar("locate", laid.num_rows, "paragraphs") as progress,
    ):
        for paragraphs, spans in located(laid, known, locator, executor, progress):
            add_paragraphs(paragraphs)
            add_spans(spans)
            answers += spans.num_rows
            found += spans.num_rows - spans["text"].null_count
    print_summary("locate", f"{name}: {found:,} of {answers:,} answers found")


if __name__ == "__main__":
    main()
