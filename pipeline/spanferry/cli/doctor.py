"""Check that a build can run here: Python, packages, DVC, disk, inputs, network, keys, models and memory.

Each check is a line; a wrong one comes with its remedy. The exit code is 1 when something stops a build. Keys are never
shown.
"""

import json
import sys
from pathlib import Path

import click
from msgspec import to_builtins

from spanferry.cli.corpus_session import MEMORY
from spanferry.cli.support import Command, command_name, print_summary
from spanferry.printing import plural, printable, printable_json
from spanferry.project.checks import Finding, check_project

COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command(cls=Command, help=__doc__, example="spanferry doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as a JSON list.")
def doctor(as_json: bool) -> None:
    findings: list[Finding] = []
    for finding in check_project(Path(), MEMORY):
        findings.append(finding)
        if not as_json:
            show(finding)
    if as_json:
        click.echo(printable_json(json.dumps(to_builtins(findings), ensure_ascii=False, indent=2)))
    problems, warnings = (sum(each.status == status for each in findings) for status in ("problem", "warning"))
    if not as_json:
        verdict = f"{problems} of {len(findings)} checks stop a build" if problems else "a build can run"
        print_summary(command_name(), verdict + (f"; {plural(warnings, 'warning')}" if warnings else ""))
    sys.exit(1 if problems else 0)


def show(finding: Finding) -> None:
    """Print a finding, and its remedy below it."""
    status = click.style(f"{finding.status:<8}", fg=COLOURS[finding.status])
    click.echo(f"{status} {printable(f'{finding.check}: {finding.found}')}")
    if finding.remedy:
        click.echo(f"{'':<8}   {printable(finding.remedy)}")
