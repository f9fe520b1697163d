"""Find each translated answer in its translated paragraph."""

from pathlib import Path

import click
from spanferry.arrow import schema_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import read_params
from spanferry.executors import open_executor
from spanferry.projection.locate_tables import locate_batches
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import make_locator
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.tables import LazyTable, writer


@click.command(cls=Command, name="locate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--translations")
@path_option("--out")
def main(name: str, layout: Path, translations: Path, out: Path) -> None:
    params = read_params()
    source = LazyTable(layout, SourceParagraph)
    lookup = TranslationLookup(LazyTable(translations, TranslationRow))
    is_native = params.corpus(name).native
    locator = None if is_native else make_locator(params.language.source, params.language.target, params.align)
    answers = placed = 0
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        writer(out / "paragraphs.parquet", schema_of(TargetParagraph)) as add_paragraphs,
        writer(out / "spans.parquet", schema_of(SpanRow)) as add_spans,
        progress_bar("locate", source.num_rows, "paragraphs") as progress,
    ):
        for paragraphs, spans in locate_batches(source, lookup, locator, executor, progress):
            add_paragraphs(paragraphs)
            add_spans(spans)
            answers += spans.num_rows
            placed += spans.num_rows - spans["text"].null_count
    print_summary("locate", f"{name}: {placed:,} of {answers:,} answers found")


if __name__ == "__main__":
    main()
