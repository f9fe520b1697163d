"""Tests of the files between stages: the same rows give the same bytes, and reading is strict."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.records import (
    ParagraphDecision,
    Record,
    SegmentRow,
    SourceParagraph,
    SpanRow,
    TargetParagraph,
    TranslationRow,
)

TABLE = pa.Table.from_pylist(
    [
        {"text": "The dam", "translation": "De dam", "reason": None},
        {"text": "91", "translation": None, "reason": "empty"},
    ],
    schema=schema_of(TranslationRow),
)


def test_a_table_is_read_as_written_and_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        tables.write(TABLE, tmp_path / name / "t.parquet")
    assert tables.read(tmp_path / "a" / "t.parquet", TranslationRow).equals(TABLE)
    assert (tmp_path / "a" / "t.parquet").read_bytes() == (tmp_path / "b" / "t.parquet").read_bytes()


@pytest.mark.parametrize("record", [SegmentRow, SourceParagraph, TargetParagraph, SpanRow, ParagraphDecision])
def test_an_empty_table_of_each_record_is_read_as_written(tmp_path: Path, record: type[Record]) -> None:
    tables.write(schema_of(record).empty_table(), tmp_path / "t.parquet")
    assert tables.read(tmp_path / "t.parquet", record).num_rows == 0


def test_another_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    tables.write(TABLE, path)
    message = "has other columns than this version of Spanferry writes; build it again with `dvc repro`$"
    with pytest.raises(InputError, match=message):
        tables.read(path, SegmentRow)
    pq.write_table(TABLE.cast(pa.schema([(name, pa.large_string()) for name in TABLE.column_names])), path)
    with pytest.raises(InputError, match=message):
        tables.read(path, TranslationRow)


def test_a_value_outside_its_closed_set_is_refused_in_lists_too(tmp_path: Path) -> None:
    question = {"id": "q", "is_impossible": False, "reason": "unknown"}
    row = {"split": "dev", "article": 0, "paragraph": 0, "reason": None, "questions": [question]}
    tables.write(pa.Table.from_pylist([row], schema=schema_of(ParagraphDecision)), tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"column questions\[\].reason: 'unknown' is not one of malformed, "):
        tables.read(tmp_path / "t.parquet", ParagraphDecision)


@pytest.mark.parametrize("keep", [0, 3, 4, 100, -1])
def test_a_truncated_table_is_refused(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "t.parquet"
    tables.write(TABLE, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"t\.parquet: not a readable table: "):
        tables.read(path, TranslationRow)


def test_a_missing_file_and_another_kind_of_file_are_refused(tmp_path: Path) -> None:
    tables.write(TABLE, tmp_path / "t.parquet")
    (tmp_path / "text").write_text("no table", encoding="utf-8")
    for name, message in [
        ("none", "No such file or directory"),
        (".", "Is a directory"),  # and not a data set of the tables in it
        ("text", "Parquet magic bytes not found"),
    ]:
        with pytest.raises(InputError, match=f": not a readable table: {message}"):
            tables.read(tmp_path / name, TranslationRow)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_table_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.parquet"
    tables.write(TABLE, path)
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        table = tables.read(path, TranslationRow)
    except InputError:
        return
    assert len(table.to_pylist()) == table.num_rows


@pytest.mark.parametrize("size", [1, 3, 100])
def test_rows_written_in_parts_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", 4)
    table = pa.concat_tables([TABLE] * 5)
    tables.write(table, tmp_path / "whole.parquet")
    with tables.writer(tmp_path / "parts.parquet", schema_of(TranslationRow)) as add:
        for start in range(0, table.num_rows, size):
            add(table.slice(start, size))
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    groups = pq.ParquetFile(tmp_path / "whole.parquet").metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [4, 4, 2]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_lazy_table_yields_its_rows_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(tables, "ROW_GROUP", 4)
    table, path = pa.concat_tables([TABLE] * 5), tmp_path / "t.parquet"
    tables.write(table, path)
    lazy = tables.LazyTable(path, TranslationRow)
    batches = list(lazy.to_batches(size))
    assert max(batch.num_rows for batch in batches) <= size
    assert lazy.num_rows == table.num_rows
    assert pa.Table.from_batches(batches).equals(table)
    assert list(lazy.to_batches(size)) == batches  # again, from the start


def test_a_lazy_table_has_the_same_errors_as_a_table_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    with pytest.raises(InputError, match=r"t\.parquet: not a readable table: No such file"):
        tables.LazyTable(path, TranslationRow)
    tables.write(TABLE, path)
    with pytest.raises(InputError, match="has other columns than"):
        tables.LazyTable(path, SegmentRow)
    damaged = pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\1\0\0\0"), pa.py_buffer(b"\xff")])
    bad = pa.Table.from_arrays(
        [damaged, pa.array(["x"]), pa.array([None], pa.string())], schema=schema_of(TranslationRow)
    )
    pq.write_table(bad, path)
    with pytest.raises(InputError, match=r"t\.parquet: not a readable table: .*UTF8"):
        list(tables.LazyTable(path, TranslationRow).to_batches(10))
