"""Fixtures that tests of stages and commands share."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the working directory meanwhile."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs a command with arguments of any type."""

    def invoke(command: click.Command, *arguments: object) -> Result:
        return CliRunner().invoke(command, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def refusal(run: Callable[..., Result]) -> Callable[..., str]:
    """Runs a command that must refuse: exit code 2 and one line on stderr, which it gives."""

    def refused(command: click.Command, *arguments: object) -> str:
        result = run(command, *arguments)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert isinstance(result.exception, SystemExit), result.exception
        line, newline, rest = result.stderr.partition("\n")
        assert (newline, rest) == ("\n", "")
        return line

    return refused
