"""Converts records to Arrow tables and back, one column at a time.

    schema_of(SpanRow)            the Arrow schema of a record type
    to_table(rows, SpanRow)       records -> table
    from_table(table, SpanRow)    table -> records

The schema is derived from the record's type hints: `int` is int32, `float` is float32, `str`, a `StrEnum` and a
`Literal` are string, `tuple[X, ...]` is a list, a record is a struct, and `X | None` is a column that may be null. An
optional record in FLATTENED becomes several columns of the enclosing row, all of them null where it is None.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Literal, Protocol, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import fields

from spanferry.records import Placement, Quality, Record, Repair

R = TypeVar("R", bound=Record)
Column = pa.Array | pa.ChunkedArray

FLATTENED: frozenset[type[Record]] = frozenset({Placement, Quality, Repair})
"""Record types whose fields become columns of the enclosing row, not a struct."""

_SCALARS: dict[type, pa.DataType] = {str: pa.string(), int: pa.int32(), float: pa.float32(), bool: pa.bool_()}


class BatchSource(Protocol):
    """A table that can be read batch by batch: a `pa.Table` or a `tables.LazyTable`."""

    @property
    def num_rows(self) -> int: ...

    @property
    def schema(self) -> pa.Schema: ...

    def to_batches(self, max_chunksize: int) -> Iterable[pa.RecordBatch]: ...


def schema_of(record: type[Record]) -> pa.Schema:
    """Return the Arrow schema of a record type.

    Every field is nullable in the schema; `tables.check` rejects nulls in fields that are not optional.
    """
    return codec_of(record).schema


def to_table(rows: Sequence[R], record: type[R]) -> pa.Table:
    """Return records as a table, in order."""
    codec = codec_of(record)
    return pa.Table.from_arrays(codec.columns(rows), schema=codec.schema)


def from_table(table: pa.Table | pa.RecordBatch, record: type[R]) -> list[R]:
    """Return the rows of a table as records, in order. Its columns must be those of `schema_of(record)`."""
    codec = codec_of(record)
    batches = [table] if isinstance(table, pa.RecordBatch) else table.to_batches()
    return [row for batch in batches for row in codec.rows(batch.columns)]


def from_structs(column: Column, record: type[R]) -> list[R]:
    """Return the values of a column of structs as records, in order. No value may be null."""
    codec = codec_of(record)
    chunks = [column] if isinstance(column, pa.Array) else column.chunks
    return [row for chunk in chunks for row in codec.decode(chunk)]


def read_records(source: BatchSource, record: type[R], size: int) -> Iterator[R]:
    """Yield the rows of a table or file as records, with `size` of them in memory at a time."""
    for batch in source.to_batches(size):
        yield from from_table(batch, record)


def numpy_of(column: Column) -> np.ndarray:
    """Return an Arrow column as a numpy array. The values are copied only where numpy needs it."""
    return column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()


def index_of(column: Column, words: Sequence[str], missing: int = -1) -> np.ndarray:
    """Return the index in `words` of each value of a column; `missing` for null and for any other value."""
    return numpy_of(pc.fill_null(pc.index_in(column, value_set=pa.array([str(word) for word in words])), missing))


class Codec(Protocol):
    """A converter for the values of one column."""

    @property
    def type(self) -> pa.DataType: ...

    def encode(self, values: Sequence[Any]) -> pa.Array: ...

    def decode(self, array: pa.Array) -> list[Any]: ...


@dataclass(frozen=True)
class ScalarCodec:
    """Codec of str, int, float and bool values, or None."""

    type: pa.DataType

    def encode(self, values: Sequence[Any]) -> pa.Array:
        return pa.array(values, self.type)

    def decode(self, array: pa.Array) -> list[Any]:
        # numpy cannot represent null in an array of integers.
        if array.null_count and not pa.types.is_string(self.type):
            return array.to_pylist()
        return array.to_numpy(zero_copy_only=False).tolist()


@dataclass(frozen=True)
class WordCodec:
    """Codec of the values of an enum or a Literal, or None. members: string in the table -> value in the record."""

    members: dict[str, Any]

    @property
    def type(self) -> pa.DataType:
        return pa.string()

    def encode(self, values: Sequence[Any]) -> pa.Array:
        return pa.array(values, self.type)

    def decode(self, array: pa.Array) -> list[Any]:
        encoded = array.dictionary_encode()
        members = [self.members[word] for word in encoded.dictionary.to_pylist()]
        members.append(None)
        return [members[index] for index in pc.fill_null(encoded.indices, -1).to_numpy().tolist()]


@dataclass(frozen=True)
class ListCodec:
    """Codec of tuples whose items have one type. A null list is decoded as an empty tuple, and None encoded as one."""

    item: Codec

    @property
    def type(self) -> pa.DataType:
        return pa.list_(self.item.type)

    def encode(self, values: Sequence[Any]) -> pa.Array:
        ends = np.cumsum([0, *(len(value or ()) for value in values)])
        items = [item for value in values for item in value or ()]
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), self.item.encode(items), type=self.type)

    def decode(self, array: pa.Array) -> list[Any]:
        items = self.item.decode(array.flatten())
        ends = np.cumsum(pc.fill_null(pc.list_value_length(array), 0).to_numpy()).tolist()
        return [tuple(items[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


@dataclass(frozen=True)
class FieldCodec:
    """Codec of one field of a record: one column, or several for a flattened field."""

    name: str
    codec: Codec
    optional: bool

    @property
    def flattened(self) -> "RecordCodec | None":
        """The codec of the nested record if this field is flattened, else None."""
        codec = self.codec
        return codec if isinstance(codec, RecordCodec) and codec.record in FLATTENED else None

    @property
    def columns(self) -> list[pa.Field]:
        """The Arrow columns of this field."""
        return list(self.flattened.schema) if self.flattened else [pa.field(self.name, self.codec.type)]

    def encode(self, values: Sequence[Any]) -> list[pa.Array]:
        if not (nested := self.flattened):
            return [self.codec.encode(values)]
        return [
            field.codec.encode([None if value is None else getattr(value, field.name) for value in values])
            for field in nested.fields
        ]

    def decode(self, arrays: Sequence[pa.Array]) -> list[Any]:
        if not (nested := self.flattened):
            return self.codec.decode(arrays[0])
        present = pc.is_valid(arrays[0])
        records = iter(nested.rows([array.filter(present) for array in arrays]))
        return [next(records) if is_set else None for is_set in present.to_numpy(zero_copy_only=False).tolist()]


class RecordCodec:
    """Codec of a record type, as a struct or as the columns of a table."""

    def __init__(self, record: type[Record]) -> None:
        self.record = record
        hints = get_type_hints(record)
        self.fields = [field_codec(field.name, hints[field.name]) for field in fields(record)]
        self.schema = pa.schema([column for field in self.fields for column in field.columns])
        self.type: pa.DataType = pa.struct(list(self.schema))

    def columns(self, rows: Sequence[Any]) -> list[pa.Array]:
        """Convert records to the columns of their table."""
        return [column for field in self.fields for column in field.encode(list(map(attrgetter(field.name), rows)))]

    def rows(self, columns: Sequence[pa.Array]) -> list[Any]:
        """Convert the columns of a table to records."""
        values: list[list[Any]] = []
        at = 0
        for field in self.fields:
            width = len(field.columns)
            values.append(field.decode(columns[at : at + width]))
            at += width
        return list(map(self.record, *values))

    def encode(self, values: Sequence[Any]) -> pa.Array:
        """Convert records, or None, to structs."""
        present = [value for value in values if value is not None]
        structs = pa.StructArray.from_arrays(self.columns(present), fields=list(self.schema))
        if len(present) == len(values):
            return structs
        indices = np.cumsum([value is not None for value in values]) - 1
        return structs.take(pa.array(indices, mask=np.array([value is None for value in values])))

    def decode(self, array: pa.Array) -> list[Any]:
        """Convert structs to records, or None."""
        if not array.null_count:
            return self.rows(array.flatten())
        records = iter(self.rows(array.drop_null().flatten()))
        return [next(records) if is_set else None for is_set in array.is_valid().to_pylist()]


@cache
def codec_of(record: type[Record]) -> RecordCodec:
    """Return the codec of a record type."""
    return RecordCodec(record)


def field_codec(name: str, hint: Any) -> FieldCodec:
    """Return the codec of a field with this type hint."""
    if get_origin(hint) in (Union, UnionType):
        inner = next(kind for kind in get_args(hint) if kind is not NoneType)
        return FieldCodec(name, value_codec(inner), optional=True)
    return FieldCodec(name, value_codec(hint), optional=False)


def value_codec(hint: Any) -> Codec:
    """Return the codec of a type that is not optional. Raises TypeError for a type that tables do not support."""
    if get_origin(hint) is Literal:
        return WordCodec({word: word for word in get_args(hint)})
    if get_origin(hint) is tuple:
        return ListCodec(field_codec("", get_args(hint)[0]).codec)
    if hint in _SCALARS:
        return ScalarCodec(_SCALARS[hint])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return WordCodec({member.value: member for member in hint})
    if isinstance(hint, type) and issubclass(hint, Record):
        return codec_of(hint)
    raise TypeError(f"no Arrow type for {hint}: use a type that the docstring of spanferry.arrow lists")
