"""Writes a sheet of kept answers for a person to judge, or reads its verdicts back."""

import json
from pathlib import Path

import click

from spanferry.cli.support import Command
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.report import review
from spanferry.report.inputs import read_build
from spanferry.report.terminal import tabulate
from spanferry.report.wording import percent


@click.command(cls=Command, name="sample")
@click.argument("corpus", required=False)
@click.option("-n", "size", default=50, show_default=True, type=click.IntRange(min=1), help="Answers to judge.")
@click.option("--seed", default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the sheet. [default: reports/CORPUS]")
@click.option("--score", "scored", type=click.Path(path_type=Path), help="A sheet with verdicts: what do they say?")
@click.option("--json", "as_json", is_flag=True, help="The scores as JSON.")
def sample(corpus: str | None, size: int, seed: int, out: Path | None, scored: Path | None, as_json: bool) -> None:
    """Writes a sheet of kept answers for a person to judge (CSV, and HTML with whole paragraphs).

    The answers are drawn evenly over methods and confidences. Write right, extent or wrong in the column
    `verdict`, then read the sheet back with --score: precision by method with its 95 % interval.
    """
    if (corpus is None) == (scored is None):
        raise click.UsageError("give either CORPUS or --score FILE")
    if scored:
        tell(review.score(review.read_verdicts(scored)), as_json)
        return
    written = write(corpus, size, seed, out or Path("reports") / corpus)
    click.echo(f"sample: {corpus}: {written[1]} answers to judge in {written[0]}")


def write(corpus: str, size: int, seed: int, out: Path) -> tuple[Path, int]:
    """Writes the sheet of a corpus that was built; its path and how many rows it has."""
    params = read_params()
    native = params.corpus(corpus).native
    data = Path("data") / corpus
    if not (data / "clean").is_dir():
        raise InputError(f"{data / 'clean'}: not there; build it with `dvc repro clean@{corpus}`")
    build = read_build(
        data / "segments" / "layout.parquet",
        data / "located" / "paragraphs.parquet",
        data / "clean",
        None if native else data / "translations.parquet",
    )
    rows = review.sample(build, size, seed)
    review.write_csv(rows, out / "review.csv")
    review.write_html(rows, corpus, (params.language.source, params.language.target), out / "review.html")
    return out / "review.csv", len(rows)


def tell(rows: list[dict], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = [["method", "judged", "right", "extent", "wrong", "precision", "95 % interval"]]
    for row in rows:
        counts = [str(row[name]) for name in ("judged", "right", "extent", "wrong")]
        table.append(
            [row["method"], *counts, percent(row["precision"]), f"{percent(row['low'])} to {percent(row['high'])}"]
        )
    click.echo("\n".join(tabulate(table)))
