"""`spanferry validate`: checks SQuAD files of any origin."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command
from spanferry.printing import plural, printable, printable_json
from spanferry.squad import validation
from spanferry.squad.notes import describe_notes
from spanferry.squad.validation import ValidationReport
from spanferry.squad.validation.report import Example
from spanferry.squad.validation.rules import RULES, rules_as_json, rules_as_markdown

SHOWN_FINDINGS = 5  # of each rule, unless all are asked for
MAX_EXAMPLE_LENGTH = 160  # characters


@click.command(cls=Command, example="spanferry validate train-v2.0.json")
@click.argument("place", metavar="FILE|FOLDER", type=click.Path(path_type=Path), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the reports, with every finding, or the rules as JSON.")
@click.option("--all", "show_all", is_flag=True, help=f"Show every finding, not only {SHOWN_FINDINGS} of each rule.")
@click.option("--no-repair", is_flag=True, help="Wrong offsets are errors even where they can be repaired.")
@click.option("--rules", is_flag=True, help="List the rules and exit.")
def validate(place: Path | None, as_json: bool, show_all: bool, no_repair: bool, rules: bool) -> None:
    """Check a file of questions (SQuAD 1.1 or 2.0, rows, MRQA), or every such file in a folder.

    Exit code: 0 if all questions and answers can be used (there may be notes and warnings), 1 if some cannot, 2 if a
    file cannot be read. Notes say what the reader repairs and ignores; wrong offsets that it repairs are notes too.
    """
    if rules:
        click.echo(printable_json(rules_as_json()) if as_json else rules_as_markdown(), nl=as_json)
        return
    if place is None:
        raise click.UsageError("Missing argument 'FILE|FOLDER'.")
    reports, skipped = validation.validate(place, repair=not no_repair)
    is_valid = not any(report.errors for report in reports)
    if as_json:
        result = {"valid": is_valid, "files": reports, "skipped": skipped}
        click.echo(printable_json(msgspec.json.encode(result).decode()))
    else:
        for line in report_lines(reports, skipped, None if show_all else SHOWN_FINDINGS):
            click.echo(printable(line))
    sys.exit(0 if is_valid else 1)


def report_lines(reports: tuple[ValidationReport, ...], skipped: tuple[str, ...], shown: int | None) -> Iterator[str]:
    """Yield the lines that describe the reports. skipped: names of files that are not SQuAD files.

    shown: how many findings of each rule, None for all.
    """
    for report in reports:
        yield f"{report.file}: {report.form}" + (f"; {describe_counts(report)}" if report.counts.questions else "")
        for note in describe_notes(report.notes):
            yield f"  note     {note}"
        if report.offsets:
            yield f"  note     {report.offsets}"
        for finding in report.findings:
            yield f"  {finding.severity:<7}  {finding.rule}  {finding.count:,}  {RULES[finding.rule].meaning}"
            for example in finding.examples[:shown]:
                yield f"             {describe_example(example)}"
            if (more := finding.count - len(finding.examples[:shown])) > 0:
                yield f"             and {more:,} more (--all shows them)"
        yield f"  {describe_outcome(report)}"
    for name in skipped:
        yield f"{name}: not a SQuAD file; skipped"


def describe_counts(report: ValidationReport) -> str:
    """Return the numbers of articles, paragraphs, questions and answers of a file as text."""
    counts = report.counts
    return (
        f"{plural(counts.articles, 'article')}, {plural(counts.paragraphs, 'paragraph')}, "
        f"{plural(counts.questions, 'question')} ({counts.no_answer:,} without an answer), "
        f"{plural(counts.answers, 'answer')}"
    )


def describe_example(example: Example) -> str:
    """Return the path and message of an example, in at most MAX_EXAMPLE_LENGTH characters."""
    line = f"{example.path}: {example.message}" if example.message else example.path
    return line if len(line) <= MAX_EXAMPLE_LENGTH else line[: MAX_EXAMPLE_LENGTH - 1] + "…"


def describe_outcome(report: ValidationReport) -> str:
    """Return the outcome of a report as text, with the numbers of errors and warnings."""
    if report.errors:
        lost = report.counts.questions - report.usable
        left_out = f"; {plural(lost, 'question')} of {report.counts.questions:,} left out" if lost else ""
        return f"breaks its format: {plural(report.errors, 'error')}, {plural(report.warnings, 'warning')}{left_out}"
    return f"keeps its format: {plural(report.warnings, 'warning')}" if report.warnings else "keeps its format"
