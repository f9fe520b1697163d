"""Run a command on any input and check that it succeeds, or fails with one line and exit code 2.

It may leave no half-written file, hang, or allocate more than 1 GiB.
"""

import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from click.testing import CliRunner, Result

MAX_BYTES = 1 << 30  # beyond what the process had allocated before
MAX_SECONDS = 20.0  # of CPU time; inputs of a campaign take milliseconds
MAX_LINE = 2500


class Hang(BaseException):
    """An input took longer than MAX_SECONDS."""


def _raise_hang(_: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {MAX_SECONDS:g} s, in {frame.f_code.co_qualname if frame else '?'}")


@contextmanager
def limit_resources() -> Iterator[None]:
    """Limit memory and time while the block lasts. Allocating more fails; running longer raises Hang.

    RLIMIT_DATA instead of RLIMIT_AS: the engine that draws charts reserves address space that it never uses.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    allocated = int(re.search(r"VmData:\s+(\d+)", Path("/proc/self/status").read_text())[1]) << 10
    before = signal.signal(signal.SIGPROF, _raise_hang)
    resource.setrlimit(resource.RLIMIT_DATA, (allocated + MAX_BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        signal.signal(signal.SIGPROF, before)


def read_files(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run_safely(command: click.Command, *arguments: object, folder: Path | None = None) -> Result:
    """Run a command in a folder (by default the working folder); fail unless it succeeds or refuses properly.

    Exit codes 0 and 1 (`validate`: the file has errors) are success; 2 is a refusal.
    """
    folder = folder or Path.cwd()
    before = read_files(folder)
    with limit_resources():
        result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"a traceback: {result.exception!r}") from result.exception
    assert result.exit_code in (0, 1, 2), result.output
    if result.exit_code == 2:
        check_refusal(result)
        assert read_files(folder) == before, "refused, but something was written"
    else:
        assert not [name for name in read_files(folder) if name.endswith((".part", ".old"))]
    assert is_safe(result.stdout), result.stdout
    assert is_safe(result.stderr), result.stderr
    return result


def check_refusal(result: Result) -> str:
    """Check the error of a refusal and return its one line."""
    assert result.stdout == "", result.stdout
    line, newline, rest = result.stderr.partition("\n")
    assert (newline, rest) == ("\n", ""), result.stderr
    assert line.partition(": ")[2].strip(), line
    assert len(line) <= MAX_LINE, len(line)
    assert "MemoryError" not in line, line
    assert "malloc" not in line, line
    return line


def is_safe(printed: str) -> bool:
    """Return True if a text has no control characters except line feeds."""
    return all(ch.isprintable() or ch == "\n" for ch in printed)
