"""The stages up to locate, with every text as its own translation."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from click.testing import Result
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.records import SegmentRow, TranslationRow

import stages.locate
import stages.segment

TRANSLATIONS = Path("translations.parquet")
LOCATE = (
    "--corpus",
    "small",
    "--layout",
    "segments/layout.parquet",
    "--translations",
    TRANSLATIONS,
    "--out",
    "located",
)
CLEAN = (
    *("--corpus", "small", "--layout", "segments/layout.parquet", "--paragraphs", "located/paragraphs.parquet"),
    *("--spans", "located/spans.parquet", "--translations", TRANSLATIONS, "--out", "clean"),
    *("--decisions", "decisions.parquet", "--corrected", "corrected.json", "--digests", "digests/small.json"),
)


def segmented(run: Callable[..., Result], **lost: str) -> None:
    """Run segment, and translate each text as itself. Texts in `lost` get this reason instead of a translation."""
    assert run(stages.segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
    texts = tables.read(Path("segments/segments.parquet"), SegmentRow)["text"].to_pylist()
    rows = [{"text": text, "translation": None if text in lost else text, "reason": lost.get(text)} for text in texts]
    tables.write(pa.Table.from_pylist(rows, schema=schema_of(TranslationRow)), TRANSLATIONS)


def located(run: Callable[..., Result], **lost: str) -> Result:
    segmented(run, **lost)
    return run(stages.locate.main, *LOCATE)
