"""Executors apply a pure function to batches, in processes on this machine or on a Ray cluster.

    batches ──> function ──> results, in order

Every executor applies the same function to the same Arrow tables and returns the results in order, so the output of a
stage does not depend on the executor. Ray is imported only when params.yaml selects it.
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
    """Yield the executor that params.yaml selects, and close it when the `with` block ends.

    workers: the number of processes on this machine. A cluster that already runs has its own number of workers.

    Raises ParamsError when Ray is not installed or no cluster responds.
    """
    if name == "local":
        with LocalExecutor(workers) as local:
            yield local
    else:
        with connect_ray(settings.address, workers) as cluster:
            yield cluster
