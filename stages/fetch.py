"""Fetches a corpus's files and checks that they are what was promised."""

from pathlib import Path

import click
from spanferry import squad
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import load
from spanferry.fetch import fetch
from tqdm import tqdm


@click.command(cls=Command, name="fetch", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--out")
def main(name: str, out: Path) -> None:
    corpus = load().corpus(name)
    splits = {f"{split}.json": place for split, place in corpus.splits().items()}
    extras = {"memory.tmx": corpus.memory, "gold.json": corpus.gold, "verdicts.csv": corpus.verdicts}
    wanted = splits | {file: place for file, place in extras.items() if place}
    for file, place in wanted.items():

        def check(fetched: Path, file: str = file, place: str = place) -> None:
            if file in splits:
                squad.decode(fetched.read_bytes(), place)

        with tqdm(desc=f"fetch {file}", unit="B", unit_scale=True, delay=2, leave=False) as bar:

            def progress(got: int, whole: int | None, bar: tqdm = bar) -> None:
                bar.total = whole
                bar.update(got - bar.n)

            sha256 = corpus.digest(file.removesuffix(".json")) if file in splits else None
            fetch(place, out / file, sha256, check, progress)
    for stale in {path.name for path in out.iterdir()} - set(wanted):
        (out / stale).unlink()
    asked = sum(1 for file in splits for _ in squad.walk(squad.read(out / file)))
    print_summary("fetch", f"{name}: {', '.join(wanted)}; {asked:,} questions")


if __name__ == "__main__":
    main()
