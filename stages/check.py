"""Judge how good each translated question is, and why."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pyarrow as pa
from spanferry.arrow import schema_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import read_params
from spanferry.errors import Interrupted
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.loss_figures import percent
from spanferry.pretrained import silence_transformers
from spanferry.projection.lookup import TranslationLookup
from spanferry.quality.crossfit import Opinions, ask_readers, collect_articles
from spanferry.quality.figures import count_quality
from spanferry.quality.tables import CheckedTables, check_tables, read_names, undecided
from spanferry.reader.settings import CheckReaderSettings
from spanferry.records import QualityRow, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.tables import LazyTable, writer


@click.command(cls=Command, name="check", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--translations")
@path_option("--names", help="The table of questions whose names differ.")
@path_option("--checkpoints", help="The folder for the readers' checkpoints; it is removed at the end.")
@path_option("--out")
@path_option("--report")
@path_option("--metrics", help="The JSON file of the headline figure to write.")
def main(
    name: str,
    layout: Path,
    paragraphs: Path,
    spans: Path,
    translations: Path,
    names: Path,
    checkpoints: Path,
    out: Path,
    report: Path,
    metrics: Path,
) -> None:
    params = read_params()
    source = LazyTable(layout, SourceParagraph)
    corpus = None
    if not params.corpus(name).native:
        corpus = CheckedTables(
            source,
            LazyTable(paragraphs, TargetParagraph),
            LazyTable(spans, SpanRow),
            TranslationLookup(LazyTable(translations, TranslationRow)),
            read_names(names),
            (params.languages(name).source, params.languages(name).target),
        )
    settings = params.check
    opinions = ask(corpus, settings.reader, checkpoints) if corpus and settings.reader else None
    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        progress_bar("check", source.num_rows * (2 if settings.encoder else 1), "paragraphs") as progress,
        TemporaryDirectory(dir=out.parent) as folder,
        writer(out, schema_of(QualityRow)) as add,
    ):
        if corpus:
            parts = check_tables(corpus, settings.encoder, executor, Path(folder), progress, opinions)
        else:
            parts = undecided(source)
        figures = count_quality(written(parts, add))
    write_json(report, figures)
    write_json(metrics, {} if figures.mean is None else {"quality": figures.mean})
    low = f"{figures.low:,} below 50 %" if figures.judged else "none judged"
    print_summary("check", f"{name}: {figures.judged:,} questions, quality {percent(figures.mean)} on average, {low}")


def written(parts: Iterable[pa.Table], add: Callable[[pa.Table], None]) -> Iterator[pa.Table]:
    """Write each part, and yield it."""
    for part in parts:
        add(part)
        yield part


def ask(corpus: CheckedTables, settings: CheckReaderSettings, checkpoints: Path) -> Opinions:
    """Train readers, and return how far they agree with the questions. Raises InputError; Interrupted after Ctrl-C."""
    silence_transformers()
    articles = list(collect_articles(corpus.jobs()))
    try:
        return ask_readers(articles, settings, checkpoints, lambda steps: progress_bar("check: reader", steps, "steps"))
    except KeyboardInterrupt as error:
        raise Interrupted("stopped; finished readers and checkpoints are kept; dvc repro goes on from here") from error


if __name__ == "__main__":
    main()
