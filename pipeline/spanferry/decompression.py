"""Rejects Parquet files that unpack to an excessive size, before they are read: 3 KB can unpack to 10 GB.

A Parquet file stores a repeated text once, in the dictionary of its column. The check reads the columns as
dictionaries and multiplies the length of each text by its number of occurrences, so it never copies a text.
"""

from collections.abc import Iterator
from itertools import accumulate, chain
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# The tables of a build unpack to 2 to 20 times the size of their files.
MAX_BYTES, MAX_RATIO = 1 << 28, 100
BATCH_ROWS = 10_000


def limit_unpacked_size(file: BinaryIO, size: int) -> BinaryIO:
    """Return the file, positioned at its start, if it unpacks to at most 256 MiB or 100 times its size.

    size: size of the file in bytes.

    Raises ValueError when it unpacks to more, and ArrowException when it is broken.
    """
    limit = max(MAX_BYTES, MAX_RATIO * size)
    if any(total > limit for total in chain([declared_size(file)], accumulate(batch_sizes(file)))):
        raise ValueError(f"its {size:,} bytes unpack to more than {limit:,}")
    file.seek(0)
    return file


def declared_size(file: BinaryIO) -> int:
    """Return the unpacked size of a file in bytes, according to its own metadata."""
    metadata = pq.ParquetFile(file).metadata
    return sum(metadata.row_group(n).total_byte_size for n in range(metadata.num_row_groups))


def batch_sizes(file: BinaryIO) -> Iterator[int]:
    """Yield the unpacked size in bytes of each batch of a file."""
    texts = [column.path for column in pq.ParquetFile(file).schema if column.physical_type == "BYTE_ARRAY"]
    table = pq.ParquetFile(file, read_dictionary=texts)
    for group in range(table.num_row_groups):  # one at a time; otherwise Arrow keeps memory for each group
        for batch in table.iter_batches(BATCH_ROWS, row_groups=[group]):
            yield sum(map(column_size, batch.columns))


def column_size(column: Any) -> int:
    """Return the size in bytes of an Arrow array without dictionary encoding."""
    if pa.types.is_dictionary(column.type):
        lengths = pc.binary_length(column.dictionary).cast(pa.int64())
        return pc.sum(lengths.take(column.indices), min_count=0).as_py() if len(column) else 0
    if pa.types.is_nested(column.type):
        parts = column.flatten()
        return sum(map(column_size, parts)) if isinstance(parts, list) else column_size(parts)
    return column.nbytes
