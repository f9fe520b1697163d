"""Runs the command `spanferry` in this process."""

from click.testing import CliRunner, Result
from spanferry.cli import main


def run(*arguments: object) -> Result:
    """Run `spanferry` with arguments of any type."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])
