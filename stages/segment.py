"""Cuts a corpus into the distinct texts to translate, and keeps where each one lies."""

from pathlib import Path

import click

from pipeline import squad, tables
from pipeline.segmentation import layout, segments
from stages.params import load
from stages.rim import OneLine, bar, path_option, summary


@click.command(cls=OneLine, name="segment", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source")
@path_option("--out")
def main(name: str, source: Path, out: Path) -> None:
    params = load()
    corpus = params.corpus(name)
    documents = {split: squad.read(source / f"{split}.json") for split in corpus.splits()}
    with bar("segment", None, "paragraphs") as progress:
        laid = layout(documents, params.language.source, corpus.native, progress)
    texts = tables.SEGMENTS.empty_table() if corpus.native else segments(laid)
    tables.write(laid, out / "layout.parquet")
    tables.write(texts, out / "segments.parquet")
    summary("segment", f"{name}: {laid.num_rows:,} paragraphs, {texts.num_rows:,} distinct segments")


if __name__ == "__main__":
    main()
