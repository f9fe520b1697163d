"""Split a corpus into the distinct texts to translate, and record where each one occurs."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.printing import plural
from spanferry.records import SegmentRow, Split
from spanferry.segmentation import collect_segments, lay_out
from spanferry.squad import Reading, read_document


@click.command(cls=Command, name="segment", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--out")
def main(name: str, source: Path, out: Path) -> None:
    params = read_params()
    corpus = params.corpus(name)
    readings: dict[Split, Reading] = {split: read_document(source / f"{split}.json") for split in corpus.locations()}
    with progress_bar("segment", None, "paragraphs") as progress:
        layout = lay_out(readings, params.languages(name).source, corpus.native, progress)
    segments = schema_of(SegmentRow).empty_table() if corpus.native else collect_segments(layout, params.names.titles)
    tables.write(layout, out / "layout.parquet")
    tables.write(segments, out / "segments.parquet")
    counts = f"{plural(layout.num_rows, 'paragraph')}, {plural(segments.num_rows, 'distinct text')} to translate"
    print_summary("segment", f"{name}: {counts}")


if __name__ == "__main__":
    main()
