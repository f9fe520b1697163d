"""What every stage and command does at its rim: one line for an error, exit code 2."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from spanferry.errors import ParamsError, SpanferryError
from spanferry.printing import escape_output, printable


class Command(click.Command):
    """A command whose expected errors are one line on stderr, without a traceback."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        escape_output()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SpanferryError as error:
            told = error
        except (OSError, MemoryError) as error:
            # A full disk, a folder without permission: the user's to mend, not a bug to trace.
            told = error
        click.echo(f"{self.name}: {printable(str(told) or type(told).__name__)}", err=True)
        sys.exit(2)


def print_summary(stage: str, text: str) -> None:
    """The one line that a stage ends with."""
    click.echo(f"{stage}: {printable(text)}")


def path_option(name: str, **kwargs: Any) -> Callable:
    """A click option that gives a Path."""
    return click.option(name, type=click.Path(path_type=Path), **{"required": True, **kwargs})


@contextmanager
def progress_bar(name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    """A progress bar on stderr for what takes longer than a second; gives its `update`."""
    often = 0.2 if sys.stderr.isatty() else 10  # seconds; a log file needs few lines
    with tqdm(desc=name, total=total, unit=f" {unit}", delay=1, leave=False, mininterval=often) as shown:
        yield shown.update


def worker_count() -> int:
    """Processes to work with: SPANFERRY_WORKERS, else the cores this process may use.

    From the environment and not from params.yaml, because it changes nothing in what is written.
    """
    asked = os.environ.get("SPANFERRY_WORKERS")
    if asked is None:
        # Not every system tells which cores a process may use (macOS does not).
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not asked.isdecimal() or int(asked) < 1:
        raise ParamsError(f"SPANFERRY_WORKERS: {asked!r} is not a number of processes")
    return int(asked)
