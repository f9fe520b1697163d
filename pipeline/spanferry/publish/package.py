"""The published folder: what a person gets who has nothing else.

    published/
      <target>_squadv2_<split>_clean.json          the cleaned files, byte for byte
      default/<split>.parquet                      the same for `datasets`: id, title, context, question, answers
      provenance/<split>.parquet                   where each answer came from
      rejected/<split>.parquet                     the answers that were lost, with their reasons
      loss.json  croissant.json  CITATION.cff      figures, metadata, how to cite
      README.md  SHA256SUMS                        the card, the checksums of all the others

`datasets` calls the second split validation, and so do the parquet files.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from spanferry import squad, tables
from spanferry.checksums import SUMS, sums
from spanferry.errors import ContractError, InputError
from spanferry.files import atomic_folder, write_bytes, write_json
from spanferry.publish import card, citation, contract, croissant, figures
from spanferry.publish.about import About, Made
from spanferry.records import SPLITS, SpanRow

SPLIT_NAMES = {"train": "train", "dev": "validation"}
"""Our splits, and what `datasets` calls them."""

QUESTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("context", pa.string()),
        ("question", pa.string()),
        ("answers", pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))])),
    ]
)
"""The features of `squad_v2` on the hub."""

FOUND = ("text", "start", "method", "score", "probability", "occurrence", "occurrences")
"""Columns of a span that a lost answer has nothing in."""


def publish(clean: Path, loss: Path, out: Path, made: Made, about: About) -> dict[str, contract.Report]:
    """Checks what `clean` wrote and makes the published folder of it; returns a report for each split.

    loss: loss.json of the same build. Raises ContractError when the cleaned files break their contract,
    InputError when something cannot be read; then nothing is written.
    """
    told = figures.read(loss)
    # Of a split that is lost whole there is nothing to load; the card and `rejected` tell of it.
    files = cleaned_files(clean, made.target)
    lost = [split for split in files if not getattr(told, split).questions.kept]
    files = {split: path for split, path in files.items() if split not in lost}
    if not files:
        raise ContractError(f"{clean}: no question was kept; there is nothing to publish")
    provenance = tables.read(clean / "provenance.parquet", SpanRow)
    rejected = tables.read_rejected(clean / "rejected.jsonl")
    documents, reports = contract.checked(files, provenance, told)
    with atomic_folder(out) as beside:
        configs = {
            "default": named("default", {split: questions(document) for split, document in documents.items()}),
            "provenance": named("provenance", by_split(provenance, documents, ("split", "reason"))),
            "rejected": named("rejected", by_split(rejected, [*documents, *lost], ("split", *FOUND))),
        }
        for path in (*files.values(), loss):
            write_bytes(beside / path.name, path.read_bytes())
        for parts in configs.values():
            for name, table in parts.items():
                tables.write(table, beside / name)
        write_json(beside / croissant.NAME, croissant.metadata(beside, configs, about, made))
        write_bytes(beside / "CITATION.cff", citation.cff(about, made).encode())
        text = card.render({config: list(parts) for config, parts in configs.items()}, reports, told, about, made)
        write_bytes(beside / "README.md", text.encode())
        write_bytes(beside / SUMS, sums(beside).encode())
    return reports


def named(config: str, parts: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables of splits, by their paths in the published folder."""
    return {f"{config}/{SPLIT_NAMES[split]}.parquet": table for split, table in parts.items()}


def cleaned_files(clean: Path, target: str) -> dict[str, Path]:
    """Split -> cleaned file, for the splits that there are. Raises InputError when there is none."""
    files = {split: clean / f"{target}_squadv2_{split}_clean.json" for split in SPLITS}
    there = {split: path for split, path in files.items() if path.is_file()}
    if not there:
        raise InputError(f"{clean}: no {target}_squadv2_<split>_clean.json in it")
    return there


def questions(document: squad.Document) -> pa.Table:
    """One row a question (QUESTIONS), in the document's order."""
    rows = (
        {
            "id": question.id,
            "title": article.title,
            "context": paragraph.context,
            "question": question.question,
            "answers": {
                "text": [answer.text for answer in question.answers],
                "answer_start": [answer.answer_start for answer in question.answers],
            },
        }
        for _, article, paragraph, question in squad.walk(document)
    )
    return pa.Table.from_pylist(list(rows), schema=QUESTIONS)


def by_split(table: pa.Table, splits: Iterable[str], without: tuple[str, ...]) -> dict[str, pa.Table]:
    """A table cut by split, less some columns. Empty parts are left out: `datasets` cannot read them."""
    parts = ((split, table.filter(pc.equal(table["split"], split)).drop_columns(list(without))) for split in splits)
    return {split: part for split, part in parts if part.num_rows}
