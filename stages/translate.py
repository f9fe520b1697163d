"""Translate the segments of a corpus. Texts in the translation memory are not sent again."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.cli.corpus_session import corpus_session
from spanferry.cli.support import Command, path_option, print_summary, worker_count
from spanferry.config import read_params
from spanferry.executors import open_executor
from spanferry.files import write_json
from spanferry.records import Kind, SourceParagraph
from spanferry.segmentation import contexts_to_translate
from spanferry.translation.client.segment_tables import read_segments, translation_table
from spanferry.translation.client.tasks import Segment
from spanferry.translation.metrics import translation_metrics


@click.command(cls=Command, name="translate", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--segments")
@path_option("--layout")
@path_option("--out")
@path_option("--report")
def main(name: str, source: Path, segments: Path, layout: Path, out: Path, report: Path) -> None:
    params = read_params()
    with (
        open_executor(params.executor, params.ray, worker_count()) as executor,
        corpus_session(params, name, source, out, executor) as session,
    ):
        texts = read_segments(segments, layout if session.translator.uses_context else None)
        results = session.translate(texts)
        # If a sentence has no translation, send its whole paragraph: the engine may translate the sentence there.
        known = {segment.text: result.text for segment, result in zip(texts, results, strict=True)}
        if None in known.values():
            contexts = contexts_to_translate(tables.read(layout, SourceParagraph), known)
            wholes = [Segment(text, Kind.SENTENCE) for text in contexts if text not in known]
            texts, results = [*texts, *wholes], [*results, *session.translate(wholes)]
        tables.write(translation_table(texts, results, session), out)
    write_json(report, translation_metrics(texts, results))
    print_summary("translate", f"{name}: {session.counts.summary()}")


if __name__ == "__main__":
    main()
