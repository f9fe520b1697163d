"""Find each translated answer in its translated paragraph."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
from spanferry.arrow import schema_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import read_params
from spanferry.executors import Executor, open_executor
from spanferry.projection.link_tables import judge_batches
from spanferry.projection.locate_tables import locate_batches
from spanferry.projection.lookup import TranslationLookup
from spanferry.projection.ranking import Locator, make_locator
from spanferry.projection.settings import EncoderSettings
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
    languages = params.languages(name)
    is_native = params.corpus(name).native
    locator = None if is_native else make_locator(languages.source, languages.target, params.align)
    with open_executor(params.executor, params.ray, worker_count()) as executor:
        if locator is None or params.align.encoder is None:
            found = locate(source, lookup, locator, executor, out / "paragraphs.parquet", out / "spans.parquet")
        else:
            out.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=out) as folder:
                lexical = Path(folder) / "spans.parquet"
                locate(source, lookup, locator, executor, out / "paragraphs.parquet", lexical)
                tables = source, LazyTable(out / "paragraphs.parquet", TargetParagraph), LazyTable(lexical, SpanRow)
                found = judge(tables, locator, params.align.encoder, executor, out / "spans.parquet")
    print_summary("locate", f"{name}: {found.placed:,} of {found.answers:,} answers found")


class Found(NamedTuple):
    """The number of answers, and of those that have a span."""

    answers: int
    placed: int


def locate(
    source: LazyTable,
    lookup: TranslationLookup,
    locator: Locator | None,
    executor: Executor,
    paragraphs: Path,
    spans: Path,
) -> Found:
    """Locate all answers by their words, and write the tables of paragraphs and spans."""
    answers = placed = 0
    with (
        writer(paragraphs, schema_of(TargetParagraph)) as add_paragraphs,
        writer(spans, schema_of(SpanRow)) as add_spans,
        progress_bar("locate", source.num_rows, "paragraphs") as progress,
    ):
        for paragraph_part, span_part in locate_batches(source, lookup, locator, executor, progress):
            add_paragraphs(paragraph_part)
            add_spans(span_part)
            answers += span_part.num_rows
            placed += span_part.num_rows - span_part["text"].null_count
    return Found(answers, placed)


def judge(
    tables: tuple[LazyTable, LazyTable, LazyTable],
    locator: Locator,
    settings: EncoderSettings,
    executor: Executor,
    out: Path,
) -> Found:
    """Let the encoder judge the uncertain answers, and write the table of spans."""
    answers = placed = 0
    with (
        writer(out, schema_of(SpanRow)) as add,
        progress_bar("encode", tables[0].num_rows, "paragraphs") as progress,
    ):
        for part in judge_batches(*tables, locator, settings, executor, progress):
            add(part)
            answers += part.num_rows
            placed += part.num_rows - part["text"].null_count
    return Found(answers, placed)


if __name__ == "__main__":
    main()
