"""The outputs of stages clean and report for the small build, for tests of publishing."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from spanferry import tables
from spanferry.cleaning import documents, provenance, rejected, target_texts
from spanferry.files import write_json
from spanferry.loss import count_losses
from spanferry.publish.about import About, BuildDetails, SourceFile, Work
from spanferry.selection import select
from spanferry.squad import write_squad

from tests.support.tiny_build import build

ABOUT = About(
    title="Dutch harbour questions",
    licence="CC-BY-SA-4.0",
    description="Questions about a harbour that never was.",
    attribution=("Written for Spanferry's tests.",),
    sources=(
        Work(
            key="doe-2020",
            title="Harbours & Locks",
            authors=("Doe, Jo", "Roe, Max"),
            year=2020,
            published="Journal of Harbours",
            url="https://example.org/harbours",
            licence="CC-BY-SA-4.0",
        ),
    ),
    extends="squad_v2",
    translated_by="hand",
    version="1.0.0",
    published=date(2026, 11, 29),
    translated=date(2026, 11, 28),
    repository="https://example.org/spanferry",
)
BUILD = BuildDetails(
    corpus="tiny",
    source="en",
    target="nl",
    translator="memory",
    sources={"train": SourceFile("tiny/train.json", "1" * 64), "dev": SourceFile("hf:anna/havens@v1", "0" * 64, "v1")},
    settings={"language": {"source": "en", "target": "nl"}, "align": {"min_score": 0.6}},
)


def write(root: Path, lost: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """Write clean/ and loss.json below root and return their paths. lost: splits whose contexts are untranslated."""
    tiny = build()
    tiny.write(root)
    translated = pc.invert(pc.is_in(tiny.paragraphs["split"], value_set=pa.array(lost, pa.string())))
    contexts = pc.if_else(translated, tiny.paragraphs["context"], None)
    paragraphs = tiny.paragraphs.set_column(tiny.paragraphs.column_names.index("context"), "context", contexts)
    selection = select(tiny.layout, paragraphs, tiny.spans, tiny.translations)
    texts = target_texts(tiny.layout, tiny.translations)
    for split, document in documents(tiny.layout, paragraphs, tiny.spans, texts, selection).items():
        write_squad(document, root / "clean" / f"nl_squadv2_{split}_clean.json")
    # As stage clean does: an answer that is dropped with its question is not a kept answer.
    tables.write(provenance(tiny.spans, selection), root / "clean" / "provenance.parquet")
    tables.write_rejected(rejected(tiny.spans, selection), root / "clean" / "rejected.jsonl")
    write_json(root / "loss.json", count_losses(tiny.layout, tiny.spans, selection, "en"))
    return root / "clean", root / "loss.json"
