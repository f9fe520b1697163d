"""Answer the development questions of a run with its model, score the answers, and write the model card."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.files import write_bytes, write_json
from spanferry.reader.card import render_card
from spanferry.reader.gold import read_gold
from spanferry.reader.models import silence_transformers
from spanferry.reader.published import read_published
from spanferry.reader.run_report import evaluate_run, write_report_folder


@click.command(cls=Command, name="evaluate", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--data", help="The folder of the corpora.")
@path_option("--model", help="The folder of the model of the run.")
@path_option("--report", help="The JSON file of figures to write.")
@path_option("--details", help="The folder for predictions, null odds and breakdowns.")
@path_option("--card", help="The model card to write (Markdown).")
def main(name: str, data: Path, model: Path, report: Path, details: Path, card: Path) -> None:
    params = read_params()
    run, language = params.run(name), params.language.target
    gold = read_gold(data, run.evaluate_on, language)
    silence_transformers()
    with progress_bar("evaluate", None, "windows") as progress:
        result = evaluate_run(run, model, gold, language, read_published().get(name), progress)
    figures = result.figures
    write_report_folder(details, result)
    write_bytes(card, render_card(name, result.details, figures, language).encode())
    write_json(report, figures)
    print_summary(
        "evaluate", f"{name}: EM {figures['exact']:.2f}, F1 {figures['f1']:.2f} on {figures['total']:,} questions"
    )


if __name__ == "__main__":
    main()
