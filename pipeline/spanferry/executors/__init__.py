"""Executors run a pure function over batches: in processes of this machine, or on a Ray cluster.

    batches ──> function ──> results, in order

Every executor runs the same function on the same Arrow tables and returns the results in order, so the bytes that
are written do not depend on it. Ray is imported only when it is selected.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from spanferry.executors.base import BatchFunction, Executor, ExecutorName, RaySettings
from spanferry.executors.local import LocalExecutor
from spanferry.executors.ray_cluster import RayExecutor, connect_ray

__all__ = [
    "BatchFunction",
    "Executor",
    "ExecutorName",
    "LocalExecutor",
    "RayExecutor",
    "RaySettings",
    "open_executor",
]


@contextmanager
def open_executor(name: ExecutorName, settings: RaySettings, workers: int) -> Iterator[Executor]:
    """Yield the executor that params.yaml selects; it is closed at the end of the `with` block.

    workers: processes on this machine. A cluster that is joined has its own number of workers.

    Raises ParamsError when Ray is not installed or no cluster responds.
    """
    if name == "local":
        with LocalExecutor(workers) as local:
            yield local
    else:
        with connect_ray(settings.address, workers) as cluster:
            yield cluster
