"""Apply corrections, decide what is kept, and write the cleaned SQuAD files, provenance and rejected answers."""

from pathlib import Path

import click
from spanferry.cleaning import Corrections, clean_corpus
from spanferry.cli.support import Command, path_option, print_summary
from spanferry.config import read_params
from spanferry.corrections.corpus import make_finder
from spanferry.corrections.reading import read_reviews
from spanferry.corrections.wording import describe_corrections

SHOWN_OUTDATED = 10


@click.command(cls=Command, name="clean", help=__doc__)
@click.option("--corpus", "name", required=True)
@path_option("--layout")
@path_option("--paragraphs")
@path_option("--spans")
@path_option("--translations")
@path_option("--names", required=False, help="The table of repaired questions, if stage names ran.")
@path_option("--titles", required=False, help="The table of repaired titles, if stage names ran.")
@path_option("--corrections", required=False, help="The folder of people's corrections.")
@path_option("--quality", required=False, help="The table of the questions' quality, if stage check ran.")
@path_option("--out")
@path_option("--corrected", required=False, help="The JSON file to write: what the corrections changed.")
@path_option("--decisions", help="The table of decisions on paragraphs and questions to write.")
@path_option("--digests", help="The JSON file to write: file name in OUT -> sha256.")
def main(
    name: str,
    layout: Path,
    paragraphs: Path,
    spans: Path,
    translations: Path,
    names: Path | None,
    titles: Path | None,
    corrections: Path | None,
    quality: Path | None,
    out: Path,
    corrected: Path | None,
    decisions: Path,
    digests: Path,
) -> None:
    params = read_params()
    languages = params.languages(name)
    reviews = read_reviews(corrections, params.corpus(name).correction_locations()) if corrections else []
    find_again = make_finder((languages.source, languages.target), params.align.min_confidence)
    answers = clean_corpus(
        layout,
        paragraphs,
        spans,
        None if params.corpus(name).native else translations,
        languages.target,
        names=names,
        quality=quality,
        min_quality=params.check.min_quality,
        titles=params.names.titles,
        repaired_titles=titles,
        corrections=Corrections(reviews, find_again),
        out=out,
        decisions=decisions,
        corrected=corrected,
        checksums=digests,
    )
    if answers.corrections:
        print_summary("clean", f"{name}: {describe_corrections(answers.corrections)}")
    for item in answers.outdated[:SHOWN_OUTDATED]:
        question = f"question {item.question_id!r} has changed since, or is gone"
        print_summary("clean", f"{name}: {item.place}: outdated: {question}")
    if (more := len(answers.outdated) - SHOWN_OUTDATED) > 0:
        print_summary("clean", f"{name}: {more:,} more are outdated; the loss report lists them")
    print_summary("clean", f"{name}: {answers.kept:,} of {answers.visited:,} answers kept")


if __name__ == "__main__":
    main()
