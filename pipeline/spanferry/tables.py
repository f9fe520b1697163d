"""Reads and writes tables of records as Parquet files, and the rejected answers as JSON lines.

A table is read whole or batch by batch, and written atomically. Reading checks what an Arrow schema cannot express:
which columns may have nulls, and which values a column of strings may have.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from spanferry.arrow import Codec, Column, FieldCodec, ListCodec, RecordCodec, WordCodec, codec_of, schema_of
from spanferry.decompression import limit_unpacked_size
from spanferry.errors import InputError, single_line
from spanferry.files import atomic_write, regular_file
from spanferry.records import Record, SpanRow

# Rows in each row group of a file, the unit of writing and reading: about 10 MB of spans, 60 MB of paragraphs.
ROW_GROUP = 10_000
READ_BYTES = 1 << 20
REBUILD = "build it again with `dvc repro`"  # the remedy for a table that is not as this version writes it


def write(table: pa.Table, path: Path) -> None:
    """Write a table atomically. Equal tables give equal bytes."""
    with writer(path, table.schema) as add:
        add(table)


@contextmanager
def writer(path: Path, schema: pa.Schema) -> Iterator[Callable[[pa.Table], None]]:
    """Yield a function that appends rows to a table.

    The file appears when the `with` block ends without an exception.

    The bytes of the file do not depend on how the rows are divided over calls. At most ROW_GROUP rows are buffered.
    """
    with atomic_write(path) as part, pq.ParquetWriter(part, schema, compression="zstd") as file:
        buffered = schema.empty_table()

        def add(table: pa.Table) -> None:
            nonlocal buffered
            buffered = pa.concat_tables([buffered, table])
            while buffered.num_rows >= ROW_GROUP:
                file.write_table(buffered.slice(0, ROW_GROUP).combine_chunks())
                buffered = buffered.slice(ROW_GROUP)

        yield add
        if buffered.num_rows:
            file.write_table(buffered.combine_chunks())


def read(path: Path, record: type[Record]) -> pa.Table:
    """Read a table of a record type. Raises InputError when the file is broken or has other columns."""
    try:
        with regular_file(path).open("rb") as file:  # read_table would read a folder as a data set
            table = pq.read_table(limit_unpacked_size(file, path.stat().st_size))
        table.validate(full=True)  # otherwise invalid UTF-8 is noticed only much later
    except (OSError, ValueError, pa.ArrowException) as error:
        raise unreadable(path, error) from error
    check_schema(table.schema, path, record)
    check(table, path, record)
    return table


class LazyTable:
    """A table that is read from its file batch by batch (an `arrow.BatchSource`).

    The constructor and `to_batches` raise InputError when the file is broken or has other columns.
    """

    def __init__(self, path: Path, record: type[Record]) -> None:
        self.path, self.record, self.schema = path, record, schema_of(record)
        with self._open() as file:
            self.num_rows: int = file.metadata.num_rows
            check_schema(file.schema_arrow, path, record)

    def to_batches(self, max_chunksize: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows, at most `max_chunksize` at a time."""
        with self._open() as file:
            for group in range(file.num_row_groups):  # otherwise Arrow keeps half a MB per group until the end
                for batch in file.iter_batches(max_chunksize, row_groups=[group]):
                    batch.validate(full=True)  # otherwise invalid UTF-8 is noticed only much later
                    check(batch, self.path, self.record)
                    yield batch

    @contextmanager
    def _open(self) -> Iterator[pq.ParquetFile]:
        try:
            with regular_file(self.path).open("rb") as file:
                yield pq.ParquetFile(limit_unpacked_size(file, self.path.stat().st_size), buffer_size=READ_BYTES)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise unreadable(self.path, error) from error


def unreadable(path: Path, error: Exception) -> InputError:
    """Return the error for a file that is not a readable table."""
    return InputError(f"{path}: not a readable table: {getattr(error, 'strerror', None) or error}")


def check_schema(found: pa.Schema, path: Path, record: type[Record]) -> None:
    """Raise InputError when the columns of a file are not those of a record type."""
    if not found.equals(schema_of(record)):
        raise InputError(f"{path}: has other columns than this version of Spanferry writes; {REBUILD}")


def check(rows: pa.Table | pa.RecordBatch, path: Path, record: type[Record]) -> None:
    """Raise InputError for a null in a required column, an unknown value of an enum, or a broken `exclusive` pair."""
    codec = codec_of(record)
    for field in codec.fields:
        for column in field.columns:
            if missing := next(missing_values(column.name, rows[column.name], field), None):
                raise InputError(f"{path}: column {missing}: a value is missing; {REBUILD}")
    for name, column, words in closed_columns(codec, rows):
        present = column.drop_null()
        unknown = present.filter(pc.invert(pc.is_in(present, value_set=pa.array(words))))
        if len(unknown):
            raise InputError(
                f"{path}: column {name}: {unknown[0].as_py()!r} is not one of {', '.join(words)}; {REBUILD}"
            )
    for one, other in exclusive_columns(codec):
        if not pc.all(pc.not_equal(pc.is_null(rows[one]), pc.is_null(rows[other])), min_count=0).as_py():
            raise InputError(f"{path}: columns {one} and {other}: a row has both or neither; {REBUILD}")


def missing_values(name: str, column: pa.Array | pa.ChunkedArray, field: FieldCodec) -> Iterator[str]:
    """Yield the names of required columns that have nulls, including those inside lists and structs."""
    if field.optional:
        return
    if column.null_count:
        yield name
    elif isinstance(field.codec, ListCodec):
        yield from missing_values(f"{name}[]", pc.list_flatten(column), FieldCodec("", field.codec.item, False))
    elif isinstance(field.codec, RecordCodec):
        for nested in field.codec.fields:
            for part in nested.columns:
                values = pc.struct_field(column, part.name)
                yield from missing_values(f"{name}.{part.name}", values, nested)


def closed_columns(codec: RecordCodec, rows: pa.Table | pa.RecordBatch) -> Iterator[tuple[str, Column, list[str]]]:
    """Yield (name, column, allowed values) of each enum column, including those inside lists and structs."""
    for field in codec.fields:
        for part in field.flattened.fields if field.flattened else [field]:
            yield from closed_values(part.name, rows[part.name], part.codec)


def closed_values(name: str, column: Column, codec: Codec) -> Iterator[tuple[str, Column, list[str]]]:
    """Yield (name, values, allowed values) of the enum columns in one column."""
    if isinstance(codec, WordCodec):
        yield name, column, list(codec.members)
    elif isinstance(codec, ListCodec):
        yield from closed_values(f"{name}[]", pc.list_flatten(column), codec.item)
    elif isinstance(codec, RecordCodec):
        for field in codec.fields:
            for part in field.flattened.fields if field.flattened else [field]:
                yield from closed_values(f"{name}.{part.name}", pc.struct_field(column, part.name), part.codec)


def exclusive_columns(codec: RecordCodec) -> Iterator[tuple[str, str]]:
    """Yield the pairs of columns of which exactly one is set in each row."""
    if fields := getattr(codec.record, "exclusive", None):
        columns = [[column.name for column in field.columns] for field in codec.fields if field.name in fields]
        yield from ((one, other) for one in columns[0] for other in columns[1])


def read_rejected(path: Path) -> pa.Table:
    """Read rejected.jsonl (records.SpanRow). Raises InputError.

    Arrow's own reader of JSON lines is not used, because a line `null` crashes the process (pyarrow 26).
    """
    decoder = msgspec.json.Decoder(dict[str, Any])
    schema = schema_of(SpanRow)
    try:
        rows = [decoder.decode(line) for line in regular_file(path).read_bytes().splitlines()]
        if unexpected := next((row for row in rows if row.keys() != set(schema.names)), None):
            raise ValueError(f"a row has the columns {', '.join(unexpected)}")
        table = pa.Table.from_pylist(rows, schema=schema)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, OverflowError, RecursionError, pa.ArrowException) as error:
        raise InputError(f"{path}: not rejected answers as this version writes them: {single_line(error)}") from error
    check(table, path, SpanRow)
    return table


def write_rejected(batches: Iterable[pa.Table | pa.RecordBatch], path: Path) -> None:
    """Write rows of SpanRow as JSON lines, atomically."""
    with atomic_write(path) as part, part.open("wb") as lines:
        for batch in batches:
            for row in batch.to_pylist():
                lines.write(msgspec.json.encode(row) + b"\n")
