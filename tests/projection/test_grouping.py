"""Tests of whole tables: the result is the same for any size of batches and any number of workers."""

import pyarrow as pa
import pytest
from spanferry.arrow import schema_of
from spanferry.errors import InputError
from spanferry.executors import local
from spanferry.projection import grouping, rescue_tables
from spanferry.projection.grouping import group_by_paragraph
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.rescue_tables import rescue_table
from spanferry.projection.settings import RescueSettings
from spanferry.records import SpanRow, TargetParagraph

from tests.support.corpora import DUTCH, memory, sample_layout, sample_translations

SETTINGS = RescueSettings()


def locate_and_rescue(layout: pa.Table, workers: int = 1, progress=lambda _: None) -> list[pa.Table]:
    """Return the paragraphs, and the spans before and after rescue."""
    paragraphs, spans = locate_table(layout, sample_translations(), DUTCH, workers, progress)
    rescued, _ = rescue_table(
        layout, paragraphs, spans, lambda texts: {text: memory().get(text) for text in texts}, DUTCH, SETTINGS, workers
    )
    return [paragraphs.combine_chunks(), spans.combine_chunks(), rescued.combine_chunks()]


@pytest.fixture(scope="module")
def whole() -> list[pa.Table]:
    return locate_and_rescue(sample_layout())


@pytest.mark.parametrize("size", [1, 7])
def test_the_size_of_batches_does_not_change_the_result(whole, size, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", size)
    assert locate_and_rescue(sample_layout()) == whole


@pytest.mark.parametrize("size", [1, 7])
def test_the_size_of_rescue_windows_does_not_change_the_result(whole, size, monkeypatch):
    monkeypatch.setattr(rescue_tables, "WINDOW", size)
    assert locate_and_rescue(sample_layout()) == whole


def test_the_number_of_workers_does_not_change_the_result(whole, monkeypatch):
    monkeypatch.setattr(grouping, "BATCH", 9)
    monkeypatch.setattr(local, "MIN_POOL_BATCHES", 0)
    assert locate_and_rescue(sample_layout(), workers=3) == whole


def test_paragraphs_are_located_independently(whole):
    alone = [locate_and_rescue(sample_layout().slice(at, 1)) for at in range(6)]
    counts = [sum(part[1].num_rows for part in alone[:n]) for n in range(7)]
    for which in (1, 2):
        assert pa.concat_tables([part[which] for part in alone]).combine_chunks() == whole[which].slice(0, counts[6])


def test_progress_counts_every_paragraph():
    counts: list[int] = []
    locate_table(sample_layout(), sample_translations(), DUTCH, 1, counts.append)
    assert sum(counts) == sample_layout().num_rows


def test_an_empty_layout_gives_empty_tables():
    paragraphs, spans = locate_table(sample_layout().slice(0, 0), sample_translations(), DUTCH, 2)
    assert (paragraphs, spans) == (schema_of(TargetParagraph).empty_table(), schema_of(SpanRow).empty_table())


def other_sentences(paragraphs: pa.Table) -> pa.Table:
    """Return the paragraphs, the first with other sentences than its source has."""
    rows = paragraphs.to_pylist()
    rows[0]["sentences"] += [rows[0]["sentences"][-1]]
    return pa.Table.from_pylist(rows, schema=schema_of(TargetParagraph))


@pytest.mark.parametrize(
    ("other", "corrupt"),
    [
        ("spans", lambda layout, paragraphs, spans: (layout.slice(1), paragraphs.slice(1), spans)),
        ("paragraphs", lambda layout, paragraphs, spans: (layout.slice(1), paragraphs, spans)),
        ("paragraphs", lambda layout, paragraphs, spans: (layout, paragraphs.slice(1), spans)),
        ("spans", lambda layout, paragraphs, spans: (layout, paragraphs, spans.slice(1))),
        ("spans", lambda layout, paragraphs, spans: (layout, paragraphs, spans.slice(0, spans.num_rows - 1))),
        (
            "spans",
            lambda layout, paragraphs, spans: (layout, paragraphs, spans.take([1, 0, *range(2, spans.num_rows)])),
        ),
        ("paragraphs", lambda layout, paragraphs, spans: (layout, other_sentences(paragraphs), spans)),
    ],
    ids=["spans_more", "layout_less", "paragraphs_less", "spans_less", "spans_cut", "spans_mixed", "sentences"],
)
def test_tables_of_two_builds_are_refused(whole, other, corrupt):
    paragraphs, spans, _ = whole
    message = (
        rf"^layout.parquet and {other}.parquet are from different builds; run `dvc repro --force segment@CORPUS`, then"
    )
    with pytest.raises(InputError, match=message):
        list(group_by_paragraph(*corrupt(sample_layout(), paragraphs, spans), grouping.BATCH))
