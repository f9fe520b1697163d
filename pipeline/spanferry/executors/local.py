"""The executor `local`: a pool of processes on this machine."""

import gc
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from typing import Self

import pyarrow as pa

from spanferry.errors import WorkerError
from spanferry.executors.base import BatchFunction, Executor

# Allocations between two runs of Python's garbage collector. The batch functions create no reference cycles; with
# Python's default of 700 the collector takes a tenth of their time.
GC_THRESHOLD = 200_000
# One process finishes fewer batches than this before a second one has started.
MIN_POOL_BATCHES = 5


class LocalExecutor(Executor):
    """An executor with a process pool, which is shut down when the `with` block ends.

    One worker, or fewer than MIN_POOL_BATCHES batches, need no pool: the batches run in this process.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def map(self, function: BatchFunction, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply `function` to each batch. Raises WorkerError when a worker process is killed."""
        batches = iter(batches)
        first = list(islice(batches, MIN_POOL_BATCHES)) if self.workers > 1 else []
        if len(first) < MIN_POOL_BATCHES:
            yield from map(function, chain(first, batches))
            return
        if self.pool is None:
            # "spawn", because a forked process would inherit locks from the threads of Arrow and of progress bars.
            self.pool = ProcessPoolExecutor(self.workers, get_context("spawn"), gc.set_threshold, (GC_THRESHOLD,))
        pending: deque[Future[pa.Buffer]] = deque()
        try:
            for batch in chain(first, batches):
                # The pool may start its processes now.
                with interrupts_blocked():
                    pending.append(self.pool.submit(apply_to_buffer, function, to_buffer(batch)))
                # Two batches per worker keep every worker busy, and bound the memory.
                if len(pending) > 2 * self.workers:
                    yield from_buffer(pending.popleft().result())
            while pending:
                yield from_buffer(pending.popleft().result())
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed (out of memory?); run again with fewer: SPANFERRY_WORKERS=N"
            ) from error

    def map_loaded(self, load: Callable[[], BatchFunction], batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply the function that `load` returns to each batch, in this process: it has the GPU, or uses all cores."""
        batches = iter(batches)
        if (first := next(batches, None)) is not None:
            yield from map(load(), chain([first], batches))


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Block SIGINT (Ctrl-C) for the processes and threads that start in the `with` block. This process gets it later.

    A terminal sends it to all processes. Only this one handles it; the others would print tracebacks.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


def apply_to_buffer(function: BatchFunction, batch: pa.Buffer) -> pa.Buffer:
    """Apply a function to a serialized table, in a worker process."""
    return to_buffer(function(from_buffer(batch)))


def to_buffer(table: pa.Table) -> pa.Buffer:
    """Serialize a table. Pickle is not used, because for a slice it serializes the whole table."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def from_buffer(buffer: pa.Buffer) -> pa.Table:
    """Deserialize a table that `to_buffer` has serialized."""
    return pa.ipc.open_stream(buffer).read_all()
