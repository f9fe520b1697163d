"""Compare all runs of params.yaml with each other and with published figures in one table."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.printing import plural
from spanferry.reader.benchmarks import read_benchmarks
from spanferry.reader.comparison import compare_runs
from spanferry.reader.comparison_tables import write_comparison
from spanferry.reader.published import read_published
from spanferry.stage_settings import run_settings


@click.command(cls=Command, name="compare", help=__doc__)
@path_option("--reports", help="The folder of the runs' reports.")
@path_option("--out", help="The path of the table without a suffix; .md, .html and .json files are written.")
def main(reports: Path, out: Path) -> None:
    params = read_params()
    comparison = compare_runs(params.runs, reports, read_published(), run_settings(params), read_benchmarks())
    write_comparison(comparison, out)
    runs = f"{plural(len(comparison.rows), 'run')}, {len(comparison.measured)} of them measured here"
    print_summary("compare", f"{runs}: {out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
