"""Check the cleaned files against their contract, and build the folder to publish."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.printing import plural
from spanferry.publish.about import request_facts
from spanferry.publish.build import describe_build
from spanferry.publish.package import build_package


@click.command(cls=Command, name="publish", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--source", help="The folder of the fetched splits.")
@path_option("--clean")
@path_option("--loss")
@path_option("--quality", required=False, help="The table of the questions' quality, if stage check ran.")
@path_option("--out")
def main(name: str, source: Path, clean: Path, loss: Path, quality: Path | None, out: Path) -> None:
    params = read_params()
    about = params.about_build(name)
    build = describe_build(params, name, source)
    reports = build_package(clean, loss, out, build, about, params.corpus(name).allow_language, quality)
    if request := request_facts(about, name, build.target, native=params.corpus(name).native):
        print_summary("publish", f"{name} cannot be uploaded: {request}")
    questions = sum(report.counts.questions for report in reports.values())
    warnings = sum(report.warnings for report in reports.values())
    found = f"no error, {plural(warnings, 'warning')}"
    print_summary("publish", f"{name}: {plural(questions, 'question')} in {out}; {found}")


if __name__ == "__main__":
    main()
