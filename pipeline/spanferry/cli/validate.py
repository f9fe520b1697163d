"""Checks SQuAD files, ours or anyone's."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command
from spanferry.printing import printable, printable_json
from spanferry.report.wording import plural
from spanferry.squad.validation.rules import RULES, table
from spanferry.squad.validation.validator import Report
from spanferry.squad.validation.validator import validate as go_through

SHOWN = 160  # characters of an example


def print_rules(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        click.echo(table(), nl=False)
        context.exit()


@click.command(cls=Command)
@click.argument("place", metavar="FILE|FOLDER", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The reports as JSON, on stdout.")
@click.option("--rules", is_flag=True, is_eager=True, expose_value=False, callback=print_rules, help="List the rules.")
def validate(place: Path, as_json: bool) -> None:
    """Checks a SQuAD 1.1 or 2.0 file (JSON or parquet), or each one in a folder.

    Exit code: 0 when the format is kept (there may be warnings), 1 when it is broken, 2 when a file cannot be read.
    """
    reports, others = go_through(place)
    if as_json:
        told_all = {"valid": valid(reports), "files": reports, "skipped": others}
        click.echo(printable_json(msgspec.json.encode(told_all).decode()))
    else:
        for line in told(reports, others):
            click.echo(printable(line))
    sys.exit(0 if valid(reports) else 1)


def valid(reports: tuple[Report, ...]) -> bool:
    return not any(report.errors for report in reports)


def told(reports: tuple[Report, ...], others: tuple[str, ...]) -> Iterator[str]:
    for report in reports:
        held = report.counts
        holds = f"{plural(held.articles, 'article')}, {plural(held.paragraphs, 'paragraph')}, "
        holds += f"{plural(held.questions, 'question')} ({held.no_answer:,} without an answer), "
        holds += plural(held.answers, "answer")
        yield f"{report.file}: {report.form}" + (f"; {holds}" if held.questions else "")
        for finding in report.findings:
            yield f"  {finding.severity:<7}  {finding.rule}  {finding.count:,}  {RULES[finding.rule].meaning}"
            for example in finding.examples:
                line = f"{example.path}: {example.told}" if example.told else example.path
                yield f"             {line if len(line) <= SHOWN else line[: SHOWN - 1] + '…'}"
        yield f"  {verdict(report)}"
    for name in others:
        yield f"{name}: not a SQuAD file; skipped"


def verdict(report: Report) -> str:
    if report.errors:
        return f"breaks its format: {plural(report.errors, 'error')}, {plural(report.warnings, 'warning')}"
    return f"keeps its format: {plural(report.warnings, 'warning')}" if report.warnings else "keeps its format"
