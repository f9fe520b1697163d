"""What must hold whatever the input: one clear line and exit code 2, or success; nothing half-written, no hang,
no more than a GiB."""

import re
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from click.testing import CliRunner, Result

MOST_BYTES = 1 << 30  # beyond what the process held before
MOST_SECONDS = 20.0  # of processor time; inputs of a campaign take milliseconds
LONGEST_LINE = 2500


class Hang(BaseException):
    """An input took longer than MOST_SECONDS."""


def _hangs(_: int, frame: FrameType | None) -> None:
    raise Hang(f"more than {MOST_SECONDS:g} s, in {frame.f_code.co_qualname if frame else '?'}")


@contextmanager
def bounded() -> Iterator[None]:
    """Within the block allocating more fails, and going on for longer raises Hang.

    RLIMIT_DATA and not RLIMIT_AS: the engine that draws the charts reserves address space that it never uses.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    held = int(re.search(r"VmData:\s+(\d+)", Path("/proc/self/status").read_text())[1]) << 10
    before = signal.signal(signal.SIGPROF, _hangs)
    resource.setrlimit(resource.RLIMIT_DATA, (held + MOST_BYTES, hard))
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
        signal.signal(signal.SIGPROF, before)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def survived(command: click.Command, *arguments: object, folder: Path | None = None) -> Result:
    """Runs a command in a folder (the working one by default); fails unless it ends well or refuses well.

    Exit codes 0 and 1 (`validate`: looked at, and broken) are ends; 2 is a refusal.
    """
    folder = folder or Path.cwd()
    before = contents(folder)
    with bounded():
        result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise AssertionError(f"a traceback: {result.exception!r}") from result.exception
    assert result.exit_code in (0, 1, 2), result.output
    if result.exit_code == 2:
        refused(result)
        assert contents(folder) == before, "it was refused, yet something was written"
    else:
        assert not [name for name in contents(folder) if name.endswith((".part", ".old"))]
    assert safe(result.stdout), result.stdout
    assert safe(result.stderr), result.stderr
    return result


def refused(result: Result) -> str:
    """The one line of a refusal."""
    assert result.stdout == "", result.stdout
    line, newline, rest = result.stderr.partition("\n")
    assert (newline, rest) == ("\n", ""), result.stderr
    assert line.partition(": ")[2].strip(), line
    assert len(line) <= LONGEST_LINE, len(line)
    assert "MemoryError" not in line, line
    assert "malloc" not in line, line
    return line


def safe(printed: str) -> bool:
    """Whether a terminal shows it as it is: no control character but line feeds."""
    return all(ch.isprintable() or ch == "\n" for ch in printed)
