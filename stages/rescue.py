"""Asks for what locate could not settle, with the answer between markers, and holds all to min_confidence."""

from collections.abc import Sequence
from pathlib import Path

import click
import pyarrow as pa

from pipeline import tables
from pipeline.files import write_json
from pipeline.projection.batches import Ask, rescue_table
from pipeline.projection.confidence import hold
from pipeline.projection.decide import Locator
from pipeline.projection.languages import language
from pipeline.translation.drafts import Segment
from pipeline.translation.session import open_desk, to_table
from pipeline.translation.validation import MARKED
from stages.params import Params, load
from stages.rim import OneLine, bar, path_option, summary, workers
from stages.translation import MEMORY, progress_bar


@click.command(cls=OneLine, name="rescue", help=__doc__)
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
    params = load()
    found = tables.read(spans, tables.SPANS)
    asked, cost = tables.TRANSLATIONS.empty_table(), {}
    if params.rescue.enabled and not params.corpus(name).native:
        laid = tables.read(layout, tables.LAYOUT)
        placed = tables.read(paragraphs, tables.PARAGRAPHS)
        found, asked, cost = rescued(params, name, source, marked, (laid, placed, found))
    found = hold(found, params.align.min_confidence)
    tables.write(asked, marked)
    tables.write(found, out)
    write_json(report, cost)
    summary("rescue", f"{name}: {', '.join(f'{n:,} {what}' for what, n in cost.items()) or 'switched off'}")


def rescued(
    params: Params, name: str, source: Path, marked: Path, build: tuple[pa.Table, pa.Table, pa.Table]
) -> tuple[pa.Table, pa.Table, dict[str, int]]:
    """(spans, translations of the marked sentences, what it cost and brought)."""
    corpus = params.corpus(name)
    locator = Locator(language(params.language.source), language(params.language.target), params.align)
    known: dict[str, tuple[Segment, object]] = {}
    with (
        progress_bar(name) as (progress, tell),
        open_desk(
            corpus.translator,
            (params.language.source, params.language.target),
            folder=MEMORY,
            translators=params.translators,
            settings=params.translate,
            tmx=source / "memory.tmx" if corpus.memory else None,
            seeds=[marked],
            progress=progress,
            tell=tell,
        ) as desk,
    ):

        def ask(texts: Sequence[str]) -> dict[str, str | None]:
            segments = [Segment(text, MARKED) for text in texts]
            results = desk.translate(segments)
            known.update({text: pair for text, *pair in zip(texts, segments, results, strict=True)})
            return {text: result.text for text, result in zip(texts, results, strict=True)}

        asking: Ask = ask
        with bar("rescue", build[0].num_rows, "paragraphs") as settled:
            found, cost = rescue_table(
                *build, asking, locator, params.rescue, workers(), settled, desk.translator.markers
            )
        segments, results = zip(*(known[text] for text in sorted(known)), strict=True) if known else ((), ())
        return found, to_table(segments, results, desk), cost


if __name__ == "__main__":
    main()
