"""Translates each segment of a corpus once, through the memory."""

from collections import Counter
from pathlib import Path

import click

from pipeline import tables
from pipeline.files import write_json
from pipeline.translation.drafts import Segment
from pipeline.translation.session import open_desk, to_table
from stages.params import load
from stages.rim import OneLine, path_option, summary
from stages.translation import MEMORY, progress_bar


@click.command(cls=OneLine, name="translate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--segments")
@path_option("--out")
@path_option("--report")
def main(name: str, source: Path, segments: Path, out: Path, report: Path) -> None:
    params = load()
    corpus = params.corpus(name)
    rows = tables.read(segments, tables.SEGMENTS).select(["text", "kind", "context"]).to_pylist()
    if corpus.native:
        tables.write(tables.TRANSLATIONS.empty_table(), out)
        write_json(report, {})
        summary("translate", f"{name}: in its language already")
        return
    wanted = [Segment(**row) for row in rows]
    with progress_bar(name) as (progress, tell), open_desk(
        corpus.translator,
        (params.language.source, params.language.target),
        folder=MEMORY,
        translators=params.translators,
        settings=params.translate,
        tmx=source / "memory.tmx" if corpus.memory else None,
        seeds=[out],
        progress=progress,
        tell=tell,
    ) as desk:
        results = desk.translate(wanted)
        tables.write(to_table(wanted, results, desk), out)
        counts = desk.counts
    faults = Counter(str(result.fault) for result in results if result.fault)
    write_json(
        report,
        {
            "segments": Counter(segment.kind for segment in wanted),
            "characters": sum(len(segment.text) for segment in wanted),
            "translated": len(results) - faults.total(),
            "untranslated": faults,
        },
    )
    summary("translate", f"{name}: {counts.hits:,} held, {counts.requests:,} requests, {faults.total():,} untranslated")


if __name__ == "__main__":
    main()
