"""Limits the size to which a parquet file unpacks, before it is read: 3 KB can hold 10 GB.

A repeated text is stored once, in the dictionary of its column. The columns are therefore read as dictionaries first,
where the length of a text is multiplied by its number of occurrences and the text is never copied.
"""

from collections.abc import Iterator
from itertools import accumulate, chain
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# The tables of a build unpack to 2 to 20 times their size.
MAX_BYTES, MAX_RATIO = 1 << 28, 100
BATCH_ROWS = 10_000


def limit_unpacked_size(file: BinaryIO, size: int) -> BinaryIO:
    """Return the file, at its start, when it unpacks to at most 256 MiB or 100 times its size.

    size: bytes of the file.

    Raises ValueError when it unpacks to more, ArrowException when it is broken.
    """
    limit = max(MAX_BYTES, MAX_RATIO * size)
    if any(total > limit for total in chain([declared_size(file)], accumulate(batch_sizes(file)))):
        raise ValueError(f"its {size:,} bytes unpack to more than {limit:,}")
    file.seek(0)
    return file


def declared_size(file: BinaryIO) -> int:
    """The bytes to which a file unpacks, according to its own metadata."""
    metadata = pq.ParquetFile(file).metadata
    return sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))


def batch_sizes(file: BinaryIO) -> Iterator[int]:
    """The bytes to which each batch of a file unpacks."""
    texts = [column.path for column in pq.ParquetFile(file).schema if column.physical_type == "BYTE_ARRAY"]
    table = pq.ParquetFile(file, read_dictionary=texts)
    for group in range(table.num_row_groups):  # one at a time, or Arrow would keep some memory of each
        for batch in table.iter_batches(BATCH_ROWS, row_groups=[group]):
            yield sum(map(column_size, batch.columns))


def column_size(column: Any) -> int:
    """The bytes of an Arrow array when it is stored without dictionaries."""
    if pa.types.is_dictionary(column.type):
        lengths = pc.binary_length(column.dictionary).cast(pa.int64())
        return pc.sum(lengths.take(column.indices), min_count=0).as_py() if len(column) else 0
    if pa.types.is_nested(column.type):
        parts = column.flatten()
        return sum(map(column_size, parts)) if isinstance(parts, list) else column_size(parts)
    return column.nbytes
