"""Answer the development questions of a run with its model, score the answers, and write the model card."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.reader.metrics import warn_about_total
from spanferry.reader.overlap import read_overlaps
from spanferry.reader.portable import use_portable_arithmetic
from spanferry.reader.reporting import report_run


@click.command(cls=Command, name="evaluate", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--data", help="The folder of the corpora.")
@path_option("--overlaps", help="What the run is both trained and evaluated on, as stage inputs wrote it.")
@path_option("--model", help="The folder of the model of the run.")
@path_option("--report", help="The JSON file of figures to write.")
@path_option("--metrics", help="The JSON file of the headline figures to write.")
@path_option("--details", help="The folder for predictions, null odds and breakdowns.")
@path_option("--card", help="The model card to write (Markdown).")
def main(
    name: str, data: Path, overlaps: Path, model: Path, report: Path, metrics: Path, details: Path, card: Path
) -> None:
    params = read_params()
    run = params.run(name)
    if run.training.portable:
        use_portable_arithmetic()
    figures = report_run(
        name,
        run,
        params.targets(run.evaluate_on),
        read_overlaps(overlaps),
        data=data,
        model=model,
        report=report,
        metrics=metrics,
        details=details,
        card=card,
        progress_bar=lambda: progress_bar("evaluate", None, "windows"),
    )
    print_summary(
        "evaluate", f"{name}: EM {figures['exact']:.2f}, F1 {figures['f1']:.2f} on {figures['total']:,.0f} questions"
    )
    if warning := warn_about_total(figures):
        print_summary("evaluate", f"{name}: {warning}")


if __name__ == "__main__":
    main()
