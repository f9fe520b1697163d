"""What `clean` and `report` leave of the small build, for tests of publishing."""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from spanferry import squad, tables
from spanferry.cleaning import documents, provenance, rejected
from spanferry.files import write_json
from spanferry.loss import count
from spanferry.publish.about import About, Made, Work
from spanferry.selection import Selection, decide

from tests.support.tiny_build import Tiny, build

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
)
MADE = Made(
    corpus="tiny",
    source="en",
    target="nl",
    translator="memory",
    places={"train": "tiny/train.json", "dev": "tiny/dev.json"},
    digests={"dev": "0" * 64},
    settings={"language": {"source": "en", "target": "nl"}, "align": {"min_score": 0.6}},
)


def write(root: Path, lost: tuple[str, ...] = ()) -> tuple[Path, Path]:
    """Writes clean/ and loss.json below root; returns their paths. lost: splits whose contexts stayed untranslated."""
    tiny = build()
    tiny.write(root)
    there = pc.invert(pc.is_in(tiny.paragraphs["split"], value_set=pa.array(lost, pa.string())))
    contexts = pc.if_else(there, tiny.paragraphs["context"], None)
    paragraphs = tiny.paragraphs.set_column(tiny.paragraphs.column_names.index("context"), "context", contexts)
    selection = decide(tiny.layout, paragraphs, tiny.spans, tiny.translations)
    for split, document in documents(tiny.layout, paragraphs, tiny.spans, tiny.translations, selection).items():
        squad.write(document, root / "clean" / f"nl_squadv2_{split}_clean.json")
    # As `clean` does: what goes with its question is no kept answer.
    rewrite_spans(root, tiny, selection)
    write_json(root / "loss.json", count(tiny.layout, tiny.spans, selection, "en") | {"gold": None, "people": []})
    return root / "clean", root / "loss.json"


def rewrite_spans(root: Path, tiny: Tiny, selection: Selection) -> None:
    tables.write(provenance(tiny.spans, selection), root / "clean" / "provenance.parquet")
    lines = (msgspec.json.encode(row) + b"\n" for row in rejected(tiny.spans, selection))
    (root / "clean" / "rejected.jsonl").write_bytes(b"".join(lines))
