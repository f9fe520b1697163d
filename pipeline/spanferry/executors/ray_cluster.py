"""The executor `ray`: a Ray cluster that already runs, or one that is started on this machine."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from socket import create_connection
from typing import Any

import pyarrow as pa

from spanferry.errors import ParamsError, missing_package_message, single_line
from spanferry.executors.base import BatchFunction, Executor

# Batches passed to Ray Data at once, per core of the cluster. Setting up a data set takes about a second, as long as
# `locate` takes for one batch.
BATCHES_PER_CORE = 16
# Size of the object store of a cluster that is started here. Two windows of batches take 50 MB per core.
OBJECT_STORE_BYTES = 512 * 2**20
CONNECT_TIMEOUT_S = 10.0


class RayExecutor(Executor):
    """An executor on the Ray cluster that this process is connected to. `connect_ray` creates it.

    Ray Data reads all of its input at once. Batches are therefore passed to it one window at a time, so that the
    corpus need not fit in memory. When a machine fails, Ray runs its batches on another one.
    """

    def map(self, function: BatchFunction, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply `function` to each batch."""
        import ray.data

        data: Any = ray.data  # its type hints do not allow tables as batches
        batches = iter(batches)
        window = BATCHES_PER_CORE * max(1, int(ray.cluster_resources().get("CPU", 1)))
        while batch_window := list(islice(batches, window)):
            results = data.from_arrow(batch_window).map_batches(function, batch_format="pyarrow", batch_size=None)
            yield from results.iter_batches(batch_format="pyarrow", batch_size=None)

    def map_loaded(self, load: Callable[[], BatchFunction], batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply the function that `load` returns to each batch: once per GPU, or per machine if there is no GPU.

        The models reserve no cores, because the workers wait for their results.
        """
        import ray
        import ray.data

        data: Any = ray.data
        batches = iter(batches)
        if (first := next(batches, None)) is None:
            return
        gpus = int(ray.cluster_resources().get("GPU", 0))
        machines = sum(node["Alive"] and node["Resources"].get("CPU", 0) >= 1 for node in ray.nodes())
        results = data.from_arrow([first, *batches]).map_batches(
            LoadedFunction,
            fn_constructor_args=(load,),
            batch_format="pyarrow",
            batch_size=None,
            concurrency=max(gpus or machines, 1),
            num_cpus=0,
            num_gpus=1 if gpus else None,
        )
        yield from results.iter_batches(batch_format="pyarrow", batch_size=None)


class LoadedFunction:
    """A function that is loaded once for each actor."""

    def __init__(self, load: Callable[[], BatchFunction]) -> None:
        # Ray gives an actor without reserved cores one thread.
        os.environ["OMP_NUM_THREADS"] = str(os.cpu_count() or 1)
        self.function = load()

    def __call__(self, batch: pa.Table) -> pa.Table:
        return self.function(batch)


@contextmanager
def connect_ray(address: str | None, workers: int) -> Iterator[RayExecutor]:
    """Connect to a cluster, and disconnect when the `with` block ends.

    address: `auto` or host:port of a running cluster; None starts one on this machine with `workers`
    processes.

    Raises ParamsError when Ray is not installed or no cluster responds.
    """
    ray = import_ray()
    try:
        options = running_cluster_options(address) if address else new_cluster_options(workers)
        ray.init(**options, logging_level=logging.ERROR, log_to_driver=False)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        raise ParamsError(
            f"params.yaml: ray.address: {address}: cannot connect to a cluster ({single_line(error)})"
        ) from error
    try:
        yield RayExecutor()
    finally:
        ray.shutdown()


def new_cluster_options(workers: int) -> dict[str, Any]:
    """Return the options of `ray.init` that start a cluster on this machine."""
    return {
        "address": "local",
        "num_cpus": workers,
        "include_dashboard": False,
        "object_store_memory": OBJECT_STORE_BYTES,
    }


def running_cluster_options(address: str) -> dict[str, Any]:
    """Return the options of `ray.init` that join a running cluster. Its workers use this machine's version of the code.

    Raises OSError when nothing listens at the address.
    """
    import spanferry

    if address != "auto":
        host, _, port = address.partition(":")
        # Without this check Ray tries for minutes.
        with create_connection((host, int(port)), CONNECT_TIMEOUT_S):
            pass
    return {"address": address, "runtime_env": {"py_modules": [spanferry]}}


def import_ray() -> Any:
    """Import Ray, and switch off its usage statistics, progress bars and log messages.

    Raises ParamsError when it is not installed.
    """
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise ParamsError(f"params.yaml: executor: {missing_package_message('ray', 'ray', error)}") from error
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    return ray
