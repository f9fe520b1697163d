"""Fixtures shared by tests of stages and commands."""

import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import settings
from spanferry.translation.client import rate_limiter, scheduler

from tests.support.standin import Page, Reply, page

# An example may take any time: a busy machine is no fault of the code. 40 examples of each property keep the suite
# under eight minutes; the campaigns try 10,000.
settings.register_profile("suite", deadline=None, max_examples=40)
settings.load_profile("suite")
# So that a failed assert_chosen shows the two texts.
pytest.register_assert_rewrite("tests.support.shown")


@pytest.fixture
def workdir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create an empty folder and make it the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run() -> Callable[..., Result]:
    """Return a function that runs a command with arguments of any type."""

    def invoke(command: click.Command, *arguments: object) -> Result:
        return CliRunner().invoke(command, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def refusal(run: Callable[..., Result]) -> Callable[..., str]:
    """Return a function that runs a command which must fail with exit code 2; it returns the one line on stderr."""

    def refused(command: click.Command, *arguments: object) -> str:
        result = run(command, *arguments)
        assert (result.exit_code, result.stdout) == (2, ""), result.output
        assert isinstance(result.exception, SystemExit), result.exception
        line, newline, rest = result.stderr.partition("\n")
        assert (newline, rest) == ("\n", "")
        return line

    return refused


@pytest.fixture
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[str, int], Reply | str]], Page]]:
    """Return `google(answer)`, which makes translate.google.com respond with `answer`."""
    with ExitStack() as stack:

        def start(answer: Callable[[str, int], Reply | str]) -> Page:
            served = stack.enter_context(page(answer))
            monkeypatch.setenv("http_proxy", served.url)
            monkeypatch.setenv("no_proxy", "")
            # urllib reads the environment only once per process.
            monkeypatch.setattr(urllib.request, "_opener", None)
            return served

        yield start


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten pauses and delays to milliseconds."""
    monkeypatch.setattr(rate_limiter, "FIRST_PAUSE_S", 0.002)
    monkeypatch.setattr(scheduler, "FIRST_DELAY_S", 0.002)
    monkeypatch.setattr(scheduler, "LONGEST_DELAY_S", 0.01)
