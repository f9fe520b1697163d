"""Helpers of all stages and commands: one-line errors, summaries, progress bars and common options."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any, TypeVar

import click
from tqdm import tqdm

from spanferry.errors import (
    READER_PACKAGES,
    ParamsError,
    SpanferryError,
    StaleError,
    describe_os_error,
    missing_package_message,
)
from spanferry.printing import escape_output, printable

F = TypeVar("F", bound=Callable[..., Any] | click.Command)


LOG_EVERY_S = 60.0  # between two lines of progress in a log
INTERRUPTED = 130  # the exit code after Ctrl-C: 128 + SIGINT


class Command(click.Command):
    """A command that ends with one line on stderr, without a traceback, after an expected error or an interruption.

    The exit code is 2 after an error, and 130 after an interruption (Ctrl-C). On a terminal it has colours, unless the
    environment variable NO_COLOR is set. example: a command line, shown below the
    help.
    """

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example below the help; see `click.Command.format_epilog`."""
        super().format_epilog(ctx, formatter)
        if self.example:
            with formatter.section("Example"):
                formatter.write(f"{'':{formatter.current_indent}}{self.example}\n")

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line; see `click.Command.main`."""
        escape_output()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with parsed options; see `click.Command.invoke`."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the output has enough of it (`| head`); click then ends quietly, with exit code 1
        except (SpanferryError, OSError, MemoryError) as error:
            # An OSError, such as a full disk or a missing permission, is a problem for the user to solve and not a bug.
            message, code = printable(describe_error(error, ctx)), 2
        except ModuleNotFoundError as error:
            if error.name not in READER_PACKAGES:
                raise
            message, code = missing_package_message(error.name, "reader", error), 2
        except KeyboardInterrupt as error:
            is_stage = ctx.parent is None
            message = str(error) or ("stopped; dvc repro runs this stage again" if is_stage else "stopped")
            code = INTERRUPTED
        name = click.style(f"{command_name(ctx)}:", fg="red")
        click.echo(f"{name} {message}", err=True)
        sys.exit(code)


def command_name(ctx: click.Context | None = None) -> str:
    """Return what a person calls the command that runs: "spanferry loss show", with its groups.

    A stage is named as in dvc.yaml, however it was started.
    """
    ctx = ctx or click.get_current_context()
    return ctx.command_path if ctx.parent else str(ctx.command.name)


def describe_error(error: SpanferryError | OSError | MemoryError, ctx: click.Context) -> str:
    """Return the message of an expected error, with its remedy."""
    match error:
        case StaleError():
            named = (ctx.params.get(each.name or "") for each in ctx.command.params if names_corpus(each))
            return error.describe(next(filter(None, named), "CORPUS"))
        case OSError():
            return describe_os_error(error)
        case MemoryError():
            return "out of memory; close other programs, or set SPANFERRY_WORKERS to a smaller number of processes"
        case _:
            return str(error) or type(error).__name__


def names_corpus(parameter: click.Parameter) -> bool:
    """Return whether a parameter of a command line is the name of a corpus."""
    return parameter.name == "corpus" or "--corpus" in parameter.opts


def print_summary(name: str, text: str) -> None:
    """Print the final summary line of a stage or command."""
    click.echo(f"{name}: {printable(text)}")


def say_line(name: str, text: str) -> None:
    """Print a line of a stage or command on stderr, beside its result."""
    click.echo(f"{name}: {printable(text)}", err=True)


def path_option(name: str, **kwargs: Any) -> Callable[[F], F]:
    """Return a click option whose value is a Path. It is required by default."""
    return click.option(name, type=click.Path(path_type=Path), **{"required": True, **kwargs})


@contextmanager
def progress_bar(name: str, total: int | None, unit: str) -> Iterator[Callable[[int], object]]:
    """Show the progress of work on stderr: a bar after a second on a terminal, a plain line a minute elsewhere.

    Yields a function that adds to the number of finished units.
    """
    if not sys.stderr.isatty():
        yield log_lines(name, total, unit)
        return
    with tqdm(desc=name, total=total, unit=f" {unit}", delay=1, leave=False, mininterval=0.2) as bar:
        yield bar.update


def log_lines(name: str, total: int | None, unit: str) -> Callable[[int], object]:
    """Return a function that adds to the number of finished units, and prints it on stderr once a minute."""
    done, next_line = 0, monotonic() + LOG_EVERY_S

    def update(units: int) -> None:
        nonlocal done, next_line
        done += units
        if monotonic() >= next_line:
            next_line = monotonic() + LOG_EVERY_S
            click.echo(f"{name}: {done:,}{f' of {total:,}' if total else ''} {unit}", err=True)

    return update


@contextmanager
def download_bar(file: str) -> Iterator[Callable[[int, int | None], None]]:
    """Show the bytes of a download that takes longer than two seconds.

    Yields a function that takes the number of bytes received so far, and the size of the file or None.
    """
    with tqdm(desc=f"fetch {file}", unit="B", unit_scale=True, delay=2, leave=False) as bar:

        def update(received: int, size: int | None) -> None:
            bar.total = size
            bar.update(received - bar.n)

        yield update


def worker_count() -> int:
    """Return the number of worker processes: SPANFERRY_WORKERS, or else the number of cores this process may use.

    It is not a setting in params.yaml, because it does not change the output.

    Raises ParamsError when the variable is not a positive number.
    """
    value = os.environ.get("SPANFERRY_WORKERS")
    if value is None:
        # Some systems, such as macOS, do not tell which cores a process may use.
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not value.isdecimal() or int(value) < 1:
        raise ParamsError(f"SPANFERRY_WORKERS: must be a positive number of processes, not {value!r}")
    return int(value)
