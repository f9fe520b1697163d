"""Where batches are worked on: processes of this machine, or a Ray cluster.

    batches ──> function ──> results, in order

Either way the same pure function runs on the same Arrow tables, and results come back in order, so that what
is written has the same bytes. Ray is imported only when it is asked for.
"""

import gc
import logging
import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import chain, islice
from multiprocessing import get_context
from socket import create_connection
from typing import Annotated, Any, Literal, Self

import pyarrow as pa
from msgspec import Meta, Struct

from spanferry.errors import ParamsError, WorkerError, missing, single_line

Kind = Literal["local", "ray"]
Work = Callable[[pa.Table], pa.Table]
"""Each row's result depends on that row alone: an executor may cut and join batches."""

# Objects between two searches for cyclic garbage, of which this work makes none: a tenth of its time at Python's 700.
GARBAGE = 200_000
# Fewer batches than this are done before a second process has started.
WORTH_A_POOL = 5
# Batches that Ray gets at once, for each of its cores: a data set costs about a second, a batch of locate too.
WINDOW = 16
# What a Ray of our own keeps results in; two windows of batches are 50 MB a core.
OBJECT_STORE = 512 * 2**20
ANSWER_S = 10.0  # within which a cluster's address must answer


class RaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `ray`."""

    address: Annotated[str, Meta(pattern=r"\A(auto|[^\s/:]+:[0-9]+)\Z")] | None = None
    """`auto` or host:port joins the cluster that this machine belongs to; null starts one here, for this stage."""


class Executor(ABC):
    """Does the same to many batches."""

    @abstractmethod
    def map(self, function: Work, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """function over batches; results in order, though perhaps cut elsewhere. Takes only a few batches ahead."""


class Local(Executor):
    """A pool of processes, as long as the `with` block lasts; none for one worker, or for so little work."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pool:
            self.pool.shutdown(cancel_futures=True)

    def map(self, function: Work, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        batches = iter(batches)
        first = list(islice(batches, WORTH_A_POOL)) if self.workers > 1 else []
        if len(first) < WORTH_A_POOL:
            yield from map(function, chain(first, batches))
            return
        if self.pool is None:
            # "spawn": a forked child would inherit the threads' locks of Arrow and of progress bars.
            self.pool = ProcessPoolExecutor(self.workers, get_context("spawn"), gc.set_threshold, (GARBAGE,))
        waiting: deque[Future[pa.Buffer]] = deque()
        try:
            for batch in chain(first, batches):
                waiting.append(self.pool.submit(packed_work, function, packed(batch)))
                # A few batches ahead keep the workers busy and memory bounded.
                if len(waiting) > 2 * self.workers:
                    yield unpacked(waiting.popleft().result())
            while waiting:
                yield unpacked(waiting.popleft().result())
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process was killed (out of memory?); run again, or with fewer workers"
            ) from error


def packed_work(function: Work, batch: pa.Buffer) -> pa.Buffer:
    return packed(function(unpacked(batch)))


def packed(table: pa.Table) -> pa.Buffer:
    """A table to send: pickle would take along what a slice is cut from."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def unpacked(buffer: pa.Buffer) -> pa.Table:
    return pa.ipc.open_stream(buffer).read_all()


class Ray(Executor):
    """A Ray cluster that this process is connected to; `opened` makes one.

    Batches go through Ray Data a window at a time: it takes all its input at once, and the corpus must not lie
    in memory. Work that a lost machine had is done again by another.
    """

    def map(self, function: Work, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        import ray

        batches = iter(batches)
        window = WINDOW * max(1, int(ray.cluster_resources().get("CPU", 1)))
        while some := list(islice(batches, window)):
            done = ray.data.from_arrow(some).map_batches(function, batch_format="pyarrow", batch_size=None)
            yield from done.iter_batches(batch_format="pyarrow", batch_size=None)


@contextmanager
def opened(kind: Kind, settings: RaySettings, workers: int) -> Iterator[Executor]:
    """An executor as params.yaml names it, as long as the `with` block lasts.

    workers: processes on this machine; a cluster that is joined has its own. Raises ParamsError when Ray is not
    installed or no cluster answers.
    """
    if kind == "local":
        with Local(workers) as local:
            yield local
        return
    ray = imported()
    try:
        options = joined(settings.address) if settings.address else started(workers)
        ray.init(**options, logging_level=logging.ERROR, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        told = single_line(error)
        raise ParamsError(f"params.yaml: ray.address: {settings.address}: no cluster to work on ({told})") from error
    try:
        yield Ray()
    finally:
        ray.shutdown()


def started(workers: int) -> dict[str, Any]:
    """Ray's options for a cluster of our own, of this machine."""
    return {
        "address": "local",
        "num_cpus": workers,
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE,
    }


def joined(address: str) -> dict[str, Any]:
    """Ray's options for a cluster that is there: its machines run this machine's version of the code.

    Raises OSError when nobody answers at the address.
    """
    import spanferry

    if address != "auto":
        host, _, port = address.partition(":")
        # Ray itself would try for minutes.
        with create_connection((host, int(port)), ANSWER_S):
            pass
    return {"address": address, "runtime_env": {"py_modules": [spanferry]}}


def imported() -> Any:
    """Ray, silent: without statistics for its makers, progress bars and notes on stderr. Raises ParamsError."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ParamsError(f"params.yaml: executor: {missing('ray', 'ray', error)}") from error
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray
