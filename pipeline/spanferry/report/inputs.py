"""The tables of a build, as the report reads them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import tables
from spanferry.errors import InputError
from spanferry.files import read_json
from spanferry.records import Field, SourceParagraph, SpanRow, TargetParagraph, TranslationRow
from spanferry.report.wording import RESCUE
from spanferry.selection import Selection, decide

Count = Annotated[int, msgspec.Meta(ge=0)]
RESCUED = ("requests", "characters", *RESCUE)


@dataclass(frozen=True)
class Build:
    """One corpus's tables between stages; spans holds the kept rows and the rejected ones.

    translations: None for a corpus that is in its language already.
    """

    layout: pa.Table
    paragraphs: pa.Table
    spans: pa.Table
    translations: pa.Table | None

    @cached_property
    def selection(self) -> Selection:
        return decide(self.layout, self.paragraphs, self.spans, self.translations)

    @cached_property
    def order(self) -> np.ndarray:
        """The spans rows in the order of the source: by question, answers before plausible, by index."""
        fields = pc.index_in(self.spans["field"], value_set=pa.array([f.value for f in Field]))
        keys = {"owner": self.selection.owners, "field": fields, "index": self.spans["index"]}
        return pc.sort_indices(pa.table(keys), [(key, "ascending") for key in keys]).to_numpy()


def read_spans(clean: Path) -> pa.Table:
    """The kept rows (provenance.parquet) and the rejected ones (rejected.jsonl) that `clean` wrote to a folder.

    Raises InputError.
    """
    return pa.concat_tables([read_kept(clean), tables.read_rejected(clean / "rejected.jsonl")])


def read_kept(clean: Path) -> pa.Table:
    return tables.read(clean / "provenance.parquet", SpanRow)


def read_rescue(path: Path) -> dict[str, int]:
    """What rescue noted; {} when it was switched off. Raises InputError."""
    told = read_json(path, dict[str, Count], "not what rescue writes: {}; rebuild it")
    if told and (missing := [name for name in RESCUED if name not in told]):
        raise InputError(f"{path}: does not tell {', '.join(missing)}; rebuild it")
    return told


def read_build(layout: Path, paragraphs: Path, clean: Path, translations: Path | None) -> Build:
    """Reads what segment, locate, clean and translate wrote. Raises InputError."""
    return Build(
        layout=tables.read(layout, SourceParagraph),
        paragraphs=tables.read(paragraphs, TargetParagraph),
        spans=read_spans(clean),
        translations=None if translations is None else tables.read(translations, TranslationRow),
    )
