"""How large a parquet file becomes when it is read, found out before it is: 3 KB can hold 10 GB.

A text that is repeated stands in the file once, in a column's dictionary; so the columns are read as dictionaries
first, whose texts are counted as often as they are repeated and never put side by side.
"""

from collections.abc import Iterator
from itertools import accumulate, chain
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# The tables of a build unpack to 2 to 20 times their size.
MOST_BYTES, MOST_TIMES = 1 << 28, 100
ROWS = 10_000


def limit_unpacked_size(file: BinaryIO, size: int) -> BinaryIO:
    """The file, when it does not unpack to more than 256 MiB and 100 times its size.

    Raises ValueError when it does, ArrowException when it is broken.
    """
    most = max(MOST_BYTES, MOST_TIMES * size)
    if any(held > most for held in chain([promised(file)], accumulate(sizes(file)))):
        raise ValueError(f"its {size:,} bytes unpack to more than {most:,}")
    file.seek(0)
    return file


def promised(file: BinaryIO) -> int:
    """Bytes that a file says it unpacks to."""
    told = pq.ParquetFile(file).metadata
    return sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups))


def sizes(file: BinaryIO) -> Iterator[int]:
    """Bytes that each part of a file unpacks to."""
    held = pq.ParquetFile(file)
    texts = [column.path for column in held.schema if column.physical_type == "BYTE_ARRAY"]
    held = pq.ParquetFile(file, read_dictionary=texts)
    for group in range(held.num_row_groups):  # one at a time, or Arrow would keep some memory of each
        for batch in held.iter_batches(ROWS, row_groups=[group]):
            yield sum(map(unpacked, batch.columns))


def unpacked(column: pa.Array) -> int:
    """Bytes of a column without dictionaries."""
    if pa.types.is_dictionary(column.type):
        lengths = pc.binary_length(column.dictionary).cast(pa.int64())
        return pc.sum(lengths.take(column.indices), min_count=0).as_py() if len(column) else 0
    if pa.types.is_nested(column.type):
        parts = column.flatten()
        return sum(map(unpacked, parts)) if isinstance(parts, list) else unpacked(parts)
    return column.nbytes
