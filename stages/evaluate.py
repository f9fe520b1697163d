"""Lets a run's model answer its development questions, scores the answers, and writes the model card."""

from pathlib import Path

import click
from spanferry import tables
from spanferry.cli.runs import cleaned, quiet, run_of
from spanferry.cli.support import Command, path_option, print_summary, progress_bar
from spanferry.config import read_params
from spanferry.files import write_bytes, write_json
from spanferry.records import SpanRow


@click.command(cls=Command, name="evaluate", help=__doc__)
@click.argument("name", metavar="RUN")
@path_option("--data", help="The folder of the corpora.")
@path_option("--model", help="The run's model.")
@path_option("--report", help="The flat figures (JSON).")
@path_option("--details", help="A folder for predictions, null odds and breakdowns.")
@path_option("--card", help="The model card (Markdown).")
def main(name: str, data: Path, model: Path, report: Path, details: Path, card: Path) -> None:
    params = read_params()
    run = run_of(params, name)
    language = params.language.target
    documents = cleaned(data, run.evaluate_on, language, "dev")

    from spanferry.reader import run_report
    from spanferry.reader.card import render
    from spanferry.reader.evaluation import Gold, join, methods
    from spanferry.reader.published import published

    quiet()
    golds = {}
    for corpus, document in documents.items():
        spans = data / corpus / "clean" / "provenance.parquet"
        known = methods(tables.read(spans, SpanRow), "dev") if spans.is_file() else {}
        golds[corpus] = Gold(document, known)
    with progress_bar("evaluate", None, "windows") as progress:
        made = run_report.evaluate_run(run, model, join(golds), language, published().get(name), progress)
    run_report.write(details, made)
    write_bytes(card, render(name, made.details, made.figures, language).encode())
    write_json(report, made.figures)
    flat = made.figures
    print_summary("evaluate", f"{name}: EM {flat['exact']:.2f}, F1 {flat['f1']:.2f} on {flat['total']:,} questions")


if __name__ == "__main__":
    main()
