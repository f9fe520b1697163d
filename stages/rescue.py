"""Translate the sentences of uncertain answers again, with markers, and drop spans below align.min_confidence."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click
import pyarrow as pa
from spanferry.arrow import schema_of
from spanferry.cli.corpus_session import corpus_session, import_earlier_output
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import Params, read_params
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.projection.confidence import drop_below
from spanferry.projection.ranking import make_locator
from spanferry.projection.rescue_tables import rescue_batches
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.tables import ROW_GROUP, LazyTable, write, writer
from spanferry.translation.client.marked_sentences import MarkedSentences
from spanferry.translation.money import describe_spent


@click.command(cls=Command, name="rescue", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--memory", help="The folder of the corpus's TMX file.")
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--out")
@path_option("--marked")
@path_option("--report")
def main(
    name: str, memory: Path, layout: Path, paragraphs: Path, spans: Path, out: Path, marked: Path, report: Path
) -> None:
    params = read_params()
    located = LazyTable(spans, SpanRow)
    cost: Counter[str] = Counter()
    spent: dict[str, object] = {}
    if params.rescue.enabled and not params.corpus(name).native:
        tables = LazyTable(layout, SourceParagraph), LazyTable(paragraphs, TargetParagraph), located
        cost, spent = rescue(params, name, memory, marked, tables, out)
    else:
        import_earlier_output(name, marked)
        batches = (pa.Table.from_batches([batch]) for batch in located.to_batches(ROW_GROUP))
        write_spans(batches, params.align.min_confidence, out)
        write(schema_of(TranslationRow).empty_table(), marked)
    write_json(report, {**cost, **spent})
    counts = ", ".join(f"{count:,} {label.replace('_', ' ')}" for label, count in cost.items())
    print_summary("rescue", f"{name}: {counts or 'switched off'}")


def rescue(
    params: Params, name: str, memory: Path, marked: Path, tables: tuple[LazyTable, LazyTable, LazyTable], out: Path
) -> tuple[Counter[str], dict[str, object]]:
    """Write the spans and the translations of the marked sentences.

    Returns the texts and outcomes, and what the service has billed (`describe_spent`).
    """
    languages = params.languages(name)
    locator = make_locator(languages.source, languages.target, params.align)
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, "rescue", name, memory, marked, executor) as session,
        MarkedSentences(session, marked) as sentences,
        progress_bar("rescue", tables[0].num_rows, "paragraphs") as progress,
    ):
        settled, cost = rescue_batches(
            *tables, sentences.translate, locator, params.rescue, executor, progress, session.translator.markers
        )
        write_spans(settled, params.align.min_confidence, out)
        return cost, describe_spent(session.spent)


def write_spans(batches: Iterable[pa.Table], min_confidence: float, out: Path) -> None:
    """Write spans, and drop those that are less probable than `min_confidence`."""
    with writer(out, schema_of(SpanRow)) as add:
        for batch in batches:
            add(drop_below(batch, min_confidence))


if __name__ == "__main__":
    main()
