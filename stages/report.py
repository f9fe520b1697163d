"""Write the loss report of a corpus: figures (loss.json), plots, and a searchable page."""

from pathlib import Path

import click
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.loss_figures import percent
from spanferry.report.build import report_corpus
from spanferry.report.inputs import read_build
from spanferry.report.wording import number
from spanferry.translation.public_settings import public_settings


@click.command(cls=Command, name="report", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--judgements", help="The folder of the gold spans and verdicts.")
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--translations")
@path_option("--clean")
@path_option("--decisions")
@path_option("--corrected", required=False, help="What people corrected, as stage clean wrote it.")
@path_option("--translate", required=False, help="The report of stage translate, if it ran.")
@path_option("--rescue", required=False, help="The report of stage rescue, if it ran.")
@path_option("--names", required=False, help="The report of stage names, if it ran.")
@path_option("--quality", required=False, help="The table of the questions' quality, if stage check ran.")
@path_option("--out")
def main(
    name: str,
    judgements: Path,
    layout: Path,
    paragraphs: Path,
    translations: Path,
    clean: Path,
    decisions: Path,
    corrected: Path | None,
    translate: Path | None,
    rescue: Path | None,
    names: Path | None,
    quality: Path | None,
    out: Path,
) -> None:
    params = read_params()
    texts = None if params.corpus(name).native else translations
    build = read_build(layout, paragraphs, clean, decisions, texts, corrected, quality)
    languages = params.languages(name).source, params.languages(name).target
    reports = {"translate": translate, "rescue": rescue, "names": names}
    translator = params.corpus(name).translator
    figures = report_corpus(
        name,
        build,
        languages,
        judgements=judgements,
        reports={stage: path for stage, path in reports.items() if path},
        translator=public_settings(translator, params.translators) if translator else None,
        out=out,
    )
    has_answer = figures.total.has_answer
    kept = f"{number(has_answer.kept)} of {number(has_answer.visited)}"
    page = out / "loss.html"
    print_summary("report", f"{name}: {kept} answerable questions kept ({percent(has_answer.kept_share)}); {page}")


if __name__ == "__main__":
    main()
