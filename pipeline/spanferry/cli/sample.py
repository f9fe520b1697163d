"""`spanferry sample`: writes a sheet of kept answers for a person to judge, and scores the verdicts in a sheet."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command, command_name, print_summary
from spanferry.config import read_params
from spanferry.errors import InputError
from spanferry.loss_figures import PeopleFigures, percent
from spanferry.printing import plural
from spanferry.report.inputs import read_build
from spanferry.report.review import draw_sample, write_csv, write_html
from spanferry.report.terminal import align_columns
from spanferry.report.verdicts import read_verdicts, score_verdicts


@click.command(cls=Command, name="sample", example="spanferry sample squad2 --out judged")
@click.argument("corpus", required=False)
@click.option(
    "-n", "size", default=50, show_default=True, type=click.IntRange(min=1), help="Number of answers to judge."
)
@click.option("--seed", default=1, show_default=True, help="Seed of the random choice of answers.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder for the sheet.  [default: reports/CORPUS]")
@click.option("--score", "scored", type=click.Path(path_type=Path), help="Score the verdicts in this sheet (CSV).")
@click.option("--json", "as_json", is_flag=True, help="Print the scores as JSON.")
def sample(corpus: str | None, size: int, seed: int, out: Path | None, scored: Path | None, as_json: bool) -> None:
    """Write a sheet of kept answers for a person to judge, as CSV and as HTML with whole paragraphs.

    The sample covers all methods and confidences evenly. Fill in right, extent or wrong in the column `verdict`,
    then run the command with --score to get the precision by method, with its 95 % interval.
    """
    if scored is not None:
        if corpus is not None:
            raise click.UsageError("give either CORPUS or --score FILE")
        print_scores(list(score_verdicts(read_verdicts(scored))), as_json)
    elif corpus is None:
        raise click.UsageError("give either CORPUS or --score FILE")
    else:
        path, count = write_sheet(corpus, size, seed, out or Path("reports") / corpus)
        print_summary(command_name(), f"{corpus}: {plural(count, 'answer')} to judge in {path}")


def write_sheet(corpus: str, size: int, seed: int, out: Path) -> tuple[Path, int]:
    """Write the sheet of a corpus that was built. Returns its path and its number of rows."""
    params = read_params()
    native, languages = params.corpus(corpus).native, params.languages(corpus)
    data = Path("data") / corpus
    if not (data / "clean").is_dir():
        raise InputError(f"{data / 'clean'}: does not exist; build it with `dvc repro clean@{corpus}`")
    build = read_build(
        data / "segments" / "layout.parquet",
        data / "located" / "paragraphs.parquet",
        data / "clean",
        data / "decisions.parquet",
        None if native else data / "translations.parquet",
    )
    rows = draw_sample(build, size, seed)
    write_csv(rows, out / "review.csv")
    write_html(rows, corpus, (languages.source, languages.target), out / "review.html")
    return out / "review.csv", len(rows)


def print_scores(rows: Sequence[PeopleFigures], as_json: bool) -> None:
    """Print the precision by method."""
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(rows)))
        return
    table = [["method", "judged", "right", "extent", "wrong", "precision", "95 % interval"]]
    for row in rows:
        counts = [str(n) for n in (row.judged, row.right, row.extent, row.wrong)]
        interval = f"{percent(row.low)} to {percent(row.high)}"
        table.append([row.method, *counts, percent(row.precision), interval])
    click.echo("\n".join(align_columns(table)))
