"""Tests of reading segments with their paragraphs."""

from pathlib import Path

import pytest
from spanferry import segmentation, tables
from spanferry.arrow import to_table
from spanferry.errors import InputError
from spanferry.records import Kind, SegmentRow
from spanferry.squad import Article, Document, Paragraph
from spanferry.translation.client.segment_tables import read_segments
from spanferry.translation.client.tasks import Segment


def write_segments(folder: Path, *contexts: str) -> tuple[Path, Path]:
    """Write the segments and the layout of paragraphs without questions, as the stage does. Return both paths."""
    paragraphs = tuple(Paragraph(context, ()) for context in contexts)
    laid = segmentation.make_layout({"dev": Document((Article(paragraphs),))}, "en")
    tables.write(laid, folder / "layout.parquet")
    tables.write(segmentation.collect_segments(laid), folder / "segments.parquet")
    return folder / "segments.parquet", folder / "layout.parquet"


def test_segments_are_read_with_their_paragraphs_only_when_these_are_used(tmp_path):
    segments, layout = write_segments(tmp_path, "It rains.", "Boats go by. It rains.")
    assert read_segments(segments) == [Segment("Boats go by.", "sentence"), Segment("It rains.", "sentence")]
    assert read_segments(segments, layout) == [
        Segment("Boats go by.", "sentence", "Boats go by. It rains."),
        Segment("It rains.", "sentence", "It rains."),
    ]


def test_long_paragraphs_are_not_repeated_with_each_of_their_sentences(tmp_path):
    contexts = [" ".join(f"Boat {at} came by in year {n}." for at in range(1500)) for n in range(8)]
    segments, layout = write_segments(tmp_path, *contexts)
    read = read_segments(segments, layout)
    assert len(read) == 12_000
    assert {segment.context for segment in read} == set(contexts)
    # 12,000 times 38,000 characters would be 460 MB, more than a table may unpack to.
    assert tables.read(segments, SegmentRow).nbytes < 2_000_000


@pytest.mark.parametrize("row", [1, -1])
def test_a_row_that_is_not_in_the_layout_is_an_error(tmp_path, row):
    segments, layout = write_segments(tmp_path, "It rains.")
    tables.write(to_table([SegmentRow("It rains.", Kind.SENTENCE, 1, row)], SegmentRow), segments)
    with pytest.raises(InputError) as caught:
        read_segments(segments, layout)
    assert (
        str(caught.value)
        == f"{segments}: column layout_row: {layout} has no row {row}; build it again with `dvc repro`"
    )
