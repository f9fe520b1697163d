"""What every executor is, and how params.yaml selects one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Literal

import pyarrow as pa
from msgspec import Meta, Struct

ExecutorName = Literal["local", "ray"]
BatchFunction = Callable[[pa.Table], pa.Table]
"""Each row of the result depends on that row alone, so an executor may split and join batches."""


class RaySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Section `ray` of params.yaml."""

    address: Annotated[str, Meta(pattern=r"\A(auto|[^\s/:]+:[0-9]+)\Z")] | None = None
    """`auto` or host:port joins the cluster that this machine belongs to; null starts one here, for this stage."""


class Executor(ABC):
    """Applies one function to many batches."""

    @abstractmethod
    def map(self, function: BatchFunction, batches: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Apply `function` to each batch and yield the results in order.

        Batch boundaries of the results may differ from those of the input. Only a few batches are read ahead.
        """
