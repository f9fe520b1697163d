"""Measure seconds and memory, and print Markdown tables. Shared by the benchmarks."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

MIB = 2**20
SAMPLE_EVERY_S = 0.1


@dataclass(frozen=True)
class Usage:
    """The time and memory that a command used. Memory is in bytes, sampled every SAMPLE_EVERY_S."""

    seconds: float
    cpu_seconds: float  # of all its processes
    peak: int  # of all its processes together; shared pages count once (PSS)
    own_peak: int  # of its first process, without shared pages (USS)
    largest_other_peak: int  # of any other process (USS); 0 if there is none


def run_measured(command: Sequence[str] | str, cwd: Path | None = None) -> tuple[str, Usage]:
    """Run a command (a string: in a shell) and return its stdout and usage. Raises SystemExit if it fails."""
    start = time.perf_counter()
    peak = 0
    peaks: Counter[int] = Counter()
    cpu_seconds: dict[int, float] = {}
    with subprocess.Popen(
        command, shell=isinstance(command, str), cwd=cwd, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        while process.poll() is None:
            together = 0
            for one in list_processes(process.pid):
                with suppress(psutil.Error):
                    memory = one.memory_full_info()
                    together += memory.pss
                    peaks[one.pid] = max(peaks[one.pid], memory.uss)
                    cpu_seconds[one.pid] = sum(one.cpu_times()[:2])
            peak = max(peak, together)
            time.sleep(SAMPLE_EVERY_S)
        output = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"{command}: exit code {process.returncode}")
    own_peak = peaks.pop(process.pid, 0)
    return output, Usage(
        seconds=time.perf_counter() - start,
        cpu_seconds=sum(cpu_seconds.values()),
        peak=peak,
        own_peak=own_peak,
        largest_other_peak=max(peaks.values(), default=0),
    )


def list_processes(pid: int) -> list[psutil.Process]:
    """Return a process and all its descendants."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []


def best_of(runs: int, work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Run `work` this many times and return the fewest seconds: other programs may share the machine."""
    seconds: list[float] = []
    for _ in range(runs):
        start = clock()
        work()
        seconds.append(clock() - start)
    return min(seconds)


@contextmanager
def measure_block() -> Iterator[dict[str, float]]:
    """Yield a dict that has `seconds` and `cpu` (CPU seconds of this process) after the block."""
    figures: dict[str, float] = {}
    start, cpu = time.perf_counter(), time.process_time()
    yield figures
    figures |= {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def print_header(columns: Sequence[str], texts: int = 1) -> None:
    """Print the head of a Markdown table. The first `texts` columns are left-aligned, the others hold numbers."""
    print(f"| {' | '.join(columns)} |")
    print(f"|{'--|' * texts}{'--:|' * (len(columns) - texts)}", flush=True)


def print_row(*cells: object) -> None:
    """Print a row of a Markdown table."""
    print(f"| {' | '.join(map(str, cells))} |", flush=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], texts: int = 1) -> None:
    """Print a Markdown table."""
    print_header(columns, texts)
    for row in rows:
        print_row(*row)
