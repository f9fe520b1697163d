"""Puts all runs of params.yaml into one table, with the figures that others published beside them."""

from pathlib import Path

import click
import msgspec
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.files import write_bytes, write_json
from spanferry.reader.comparison import compare, render
from spanferry.reader.published import published


@click.command(cls=Command, name="compare", help=__doc__)
@path_option("--reports", help="The folder of the runs' reports.")
@path_option("--out", help="The table's path without its ending: .md, .html and .json are written.")
def main(reports: Path, out: Path) -> None:
    found = compare(read_params().runs, reports, published())
    for ending in ("md", "html"):
        write_bytes(out.with_suffix(f".{ending}"), render(found, f"comparison.{ending}.jinja").encode())
    write_json(out.with_suffix(".json"), msgspec.to_builtins(found))
    measured = sum(row.figures is not None for row in found.rows)
    print_summary("compare", f"{measured} of {len(found.rows)} runs measured here: {out.with_suffix('.md')}")


if __name__ == "__main__":
    main()
