"""Translates a corpus's segments through the memory: what was translated before is never asked for again."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.cli.corpus_session import corpus_session
from spanferry.cli.support import Command, path_option, print_summary, worker_count
from spanferry.config import load
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.records import Kind, SourceParagraph
from spanferry.segmentation import incomplete
from spanferry.translation.client.setup import read_segments, to_table
from spanferry.translation.client.tasks import Segment
from spanferry.translation.metrics import figures


@click.command(cls=Command, name="translate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--segments")
@path_option("--layout")
@path_option("--out")
@path_option("--report")
def main(name: str, source: Path, segments: Path, layout: Path, out: Path, report: Path) -> None:
    params = load()
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, name, source, out, executor) as desk,
    ):
        texts = read_segments(segments, layout if desk.translator.uses_context else None)
        results = desk.translate(texts)
        # A sentence that the engine does not manage alone, it may manage in its paragraph.
        known = {segment.text: result.text for segment, result in zip(texts, results, strict=True)}
        if None in known.values():
            contexts = incomplete(tables.read(layout, SourceParagraph), known)
            wholes = [Segment(text, Kind.SENTENCE) for text in contexts if text not in known]
            texts, results = [*texts, *wholes], [*results, *desk.translate(wholes)]
        tables.write(to_table(texts, results, desk), out)
    write_json(report, figures(texts, results))
    print_summary("translate", f"{name}: {desk.counts.told()}")


if __name__ == "__main__":
    main()
