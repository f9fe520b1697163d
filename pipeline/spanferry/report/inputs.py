"""The tables of a build that the report reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import tables
from spanferry.arrow import index_of
from spanferry.corrections.corpus import CorrectionRecord, read_corrections, with_contexts
from spanferry.errors import InputError
from spanferry.files import read_json
from spanferry.loss_figures import MemoryFigures, SpentFigures
from spanferry.records import (
    Field,
    ParagraphDecision,
    QualityRow,
    SourceParagraph,
    SpanRow,
    TargetParagraph,
    TranslationRow,
)
from spanferry.report.wording import RESCUE_OUTCOMES
from spanferry.selection import Selection, check_same_paragraphs, restore_selection

Count = Annotated[int, msgspec.Meta(ge=0)]
RESCUE_COUNTS = ("texts", "characters", *RESCUE_OUTCOMES)


@dataclass(frozen=True)
class Build:
    """The tables of one built corpus.

    spans: the kept rows, then the rejected ones, as `clean` wrote them.
    translations: None for a corpus that is already in the target language.
    corrections: what people have corrected; paragraphs and spans have their corrections, translations have not.
    quality: rows of QualityRow; None if stage check did not run.
    """

    layout: pa.Table
    paragraphs: pa.Table
    spans: pa.Table
    translations: pa.Table | None
    selection: Selection
    corrections: CorrectionRecord = field(default_factory=CorrectionRecord)
    quality: pa.Table | None = None

    @cached_property
    def order(self) -> np.ndarray:
        """The indices of the spans rows in the order of the source: by question, answers before plausible, by index."""
        fields = pa.array(index_of(self.spans["field"], list(Field)))
        keys = {"owner": self.selection.owners, "field": fields, "index": self.spans["index"]}
        return pc.sort_indices(pa.table(keys), [(key, "ascending") for key in keys]).to_numpy()

    @cached_property
    def kept(self) -> pa.Array:
        """The indices of the kept spans rows, in the order of the source."""
        order = pa.array(self.order)
        return order.filter(pc.is_null(self.selection.answers).take(order))

    def paragraphs_of(self, rows: pa.Array) -> pa.ChunkedArray:
        """Return the layout row of each of these spans rows."""
        return self.selection.questions["paragraph"].take(self.selection.owners.take(rows))


def read_spans(clean: Path) -> pa.Table:
    """Read the kept rows (provenance.parquet) and the rejected ones (rejected.jsonl) that `clean` wrote to a folder.

    Raises InputError.
    """
    kept = tables.read(clean / "provenance.parquet", SpanRow)
    return pa.concat_tables([kept, tables.read_rejected(clean / "rejected.jsonl")])


class StageReport(msgspec.Struct):
    """The parts of a stage's report that say what a service has billed, and what the corpus's own memory brought.

    Other keys are ignored.
    """

    spent: SpentFigures | None = None
    memory: MemoryFigures | None = None


def read_counts(path: Path, stage: str) -> dict[str, int]:
    """Read the counts of a stage's report, without `spent`. Raises InputError."""
    content: dict[str, Any] = read_json(
        path, dict[str, Count | dict[str, Any]], f"not what stage {stage} writes: {{}}; build it again with `dvc repro`"
    )
    return {name: value for name, value in content.items() if isinstance(value, int)}


def read_stage_reports(reports: Mapping[str, Path]) -> dict[str, StageReport]:
    """Read the reports of stages. reports: stage -> its report. Raises InputError."""
    return {
        stage: read_json(path, StageReport, f"not what stage {stage} writes: {{}}; build it again with `dvc repro`")
        for stage, path in reports.items()
    }


def read_rescue(path: Path) -> dict[str, int]:
    """Read the counts of rescue.json; there are none when rescue was disabled. Raises InputError."""
    counts = read_counts(path, "rescue")
    if counts and (missing := [name for name in RESCUE_COUNTS if name not in counts]):
        raise InputError(f"{path}: lacks {', '.join(missing)}; build it again with `dvc repro`")
    return counts


def read_build(
    layout: Path,
    paragraphs: Path,
    clean: Path,
    decisions: Path,
    translations: Path | None,
    corrected: Path | None = None,
    quality: Path | None = None,
) -> Build:
    """Read the tables that segment, locate, clean and translate wrote. corrected: None if nothing was corrected.

    quality: the table that check wrote, None if it did not run. Raises InputError.
    """
    source = tables.read(layout, SourceParagraph)
    target = tables.read(paragraphs, TargetParagraph)
    check_same_paragraphs(source, target, "paragraphs")
    spans = read_spans(clean)
    corrections = read_corrections(corrected) if corrected else CorrectionRecord()
    return Build(
        layout=source,
        paragraphs=with_contexts(target, corrections.contexts),
        spans=spans,
        translations=None if translations is None else tables.read(translations, TranslationRow),
        selection=restore_selection(source, tables.read(decisions, ParagraphDecision), spans),
        corrections=corrections,
        quality=None if quality is None else tables.read(quality, QualityRow),
    )
