"""Fetches a corpus's files and checks that they are what was promised."""

from pathlib import Path

import click
from tqdm import tqdm

from pipeline import squad
from pipeline.fetch import fetch
from stages.params import load
from stages.rim import OneLine, path_option, summary


@click.command(cls=OneLine, name="fetch", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--out")
def main(name: str, out: Path) -> None:
    corpus = load().corpus(name)
    wanted = {f"{split}.json": (place, corpus.digest(split)) for split, place in corpus.splits().items()}
    extras = {"memory.tmx": corpus.memory, "gold.json": corpus.gold}
    wanted |= {file: (place, None) for file, place in extras.items() if place}
    out.mkdir(parents=True, exist_ok=True)
    for stale in {path.name for path in out.iterdir()} - set(wanted):
        (out / stale).unlink()
    for file, (place, sha256) in wanted.items():
        with tqdm(desc=f"fetch {file}", unit="B", unit_scale=True, delay=2, leave=False) as bar:

            def progress(piece: int, whole: int | None, bar: tqdm = bar) -> None:
                bar.total = whole
                bar.update(piece)

            fetch(place, out / file, sha256, progress)
    documents = [squad.read(out / f"{split}.json") for split in corpus.splits()]
    asked = sum(1 for document in documents for _ in squad.walk(document))
    summary("fetch", f"{name}: {', '.join(wanted)}; {asked:,} questions")


if __name__ == "__main__":
    main()
