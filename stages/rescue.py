"""Asks for what locate could not settle, with the answer between markers, and holds all to min_confidence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import pyarrow as pa
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.cli.corpus_session import corpus_session, import_earlier_output
from spanferry.cli.support import Command, path_option, print_summary, progress_bar, worker_count
from spanferry.config import Params, read_params
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.language.profile import language
from spanferry.projection.confidence import hold
from spanferry.projection.ranking import Locator
from spanferry.projection.rescue_tables import rescued
from spanferry.records import SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.tables import LazyTable
from spanferry.translation.checks import MARKED
from spanferry.translation.client.segment_tables import translation_table
from spanferry.translation.client.tasks import Segment
from spanferry.translation.memory.prior import schema


@click.command(cls=Command, name="rescue", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--out")
@path_option("--marked")
@path_option("--report")
def main(
    name: str, source: Path, layout: Path, paragraphs: Path, spans: Path, out: Path, marked: Path, report: Path
) -> None:
    params = read_params()
    found = tables.LazyTable(spans, SpanRow)
    cost: Counter[str] = Counter()
    if params.rescue.enabled and not params.corpus(name).native:
        build = (
            tables.LazyTable(layout, SourceParagraph),
            tables.LazyTable(paragraphs, TargetParagraph),
            found,
        )
        cost = rescue(params, name, source, marked, build, out)
    else:
        import_earlier_output(name, marked)
        write_held(map(pa.Table.from_batches, ([batch] for batch in found.to_batches(tables.ROW_GROUP))), params, out)
        tables.write(schema_of(TranslationRow).empty_table(), marked)
    write_json(report, cost)
    print_summary("rescue", f"{name}: {', '.join(f'{n:,} {what}' for what, n in cost.items()) or 'switched off'}")


def rescue(
    params: Params, name: str, source: Path, marked: Path, build: tuple[LazyTable, LazyTable, LazyTable], out: Path
) -> Counter[str]:
    """Writes the spans, and the translations of the marked sentences; gives what it cost and brought."""
    locator = Locator(language(params.language.source), language(params.language.target), params.align)
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, name, source, marked, executor) as session,
        tables.writer(marked, schema(session.scope)) as add_marked,
        progress_bar("rescue", build[0].num_rows, "paragraphs") as progress,
    ):

        def ask(texts: Sequence[str]) -> dict[str, str | None]:
            segments = [Segment(text, MARKED) for text in texts]
            results = session.translate(segments)
            # A table that is written in parts cannot note what the corpus's own translations gave: they give it again.
            noted = [n for n, text in enumerate(texts) if not session.uses_corpus_translations(text)]
            add_marked(translation_table([segments[n] for n in noted], [results[n] for n in noted], session))
            return {text: result.text for text, result in zip(texts, results, strict=True)}

        settled, cost = rescued(*build, ask, locator, params.rescue, executor, progress, session.translator.markers)
        write_held(settled, params, out)
    return cost


def write_held(spans: Iterable[pa.Table], params: Params, out: Path) -> None:
    """Writes spans, held to min_confidence."""
    with tables.writer(out, schema_of(SpanRow)) as add:
        for some in spans:
            add(hold(some, params.align.min_confidence))


if __name__ == "__main__":
    main()
