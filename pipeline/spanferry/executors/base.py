"""The interface of executors, and the settings that select one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

import pyarrow as pa
from msgspec import Meta, Struct

ExecutorName = Literal["local", "ray"]
BatchFunction = Callable[[pa.Table], pa.Table]
"""Each row of the result depends only on the same row of the input, so an executor may split and join batches."""


class RaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `ray` of params.yaml."""

    address: Annotated[str, Meta(pattern=r"\A(auto|[^\s/:]+:[0-9]+)\Z")] | None = None
    """`auto` or host:port joins a running cluster; null starts one on this machine for the length of the stage."""


class Executor(ABC):
    """Base class of the executors."""

    @abstractmethod
    def map(self, function: BatchFunction, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply `function` to each batch and yield the results in order.

        The results may be divided into batches differently from the input. Only a few batches are read ahead.
        """

    @abstractmethod
    def map_loaded(self, load: Callable[[], BatchFunction], batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply the function that `load` returns to each batch and yield the results in order.

        `load` is called once where a model is to run: on the GPU, or else with all cores of a machine. It is not called
        when there are no batches.
        """
