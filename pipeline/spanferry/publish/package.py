"""Write the published folder, which contains everything that users of the dataset need.

    published/
      <target>_squadv2_<split>_clean.json          the cleaned files, byte for byte
      default/<split>.parquet                      the same for `datasets`: id, title, context, question, answers,
                                                   and the quality of the question with its signals
      provenance/<split>.parquet                   the origin of each answer
      rejected/<split>.parquet                     the answers that were lost, with their reasons
      loss.json  croissant.json  CITATION.cff      figures, metadata, citation
      README.md  SHA256SUMS                        the dataset card, the checksums of all other files

In the names of the parquet files the split dev is called validation, as in `datasets`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.checksums import SHA256SUMS, checksum_lines
from spanferry.errors import ContractError, InputError, StaleError
from spanferry.files import atomic_folder, file_sha256, write_bytes, write_json
from spanferry.loss_figures import LossFigures, read_figures
from spanferry.publish.about import About, BuildDetails
from spanferry.publish.card import render_card
from spanferry.publish.citation import citation_file
from spanferry.publish.contract import read_cleaned_files
from spanferry.publish.croissant import CROISSANT_FILE, croissant_metadata
from spanferry.records import SPLITS, Quality, QualityRow, SpanRow, Split
from spanferry.squad import cleaned_name
from spanferry.squad.forms import question_table
from spanferry.squad.validation import ValidationReport

SPLIT_NAMES: dict[Split, str] = {"train": "train", "dev": "validation"}
"""Split -> its name in `datasets`."""

EXAMPLE_CONTEXT = 1000
"""The largest number of characters of the context in the card's example."""

PLACEMENT_COLUMNS = ("text", "start", "method", "score", "probability", "occurrence", "occurrences")
"""The columns that are null for a lost answer."""


def build_package(
    clean: Path,
    loss: Path,
    out: Path,
    build: BuildDetails,
    about: About,
    allow_language: bool = False,
    quality: Path | None = None,
) -> dict[Split, ValidationReport]:
    """Check the cleaned files and write the published folder. Returns the validation report of each split.

    clean: the folder that stage clean wrote. loss: loss.json of the same build. out: the published folder. quality: the
    table of QualityRow; without it, the questions are published without their quality.

    Raises ContractError when the cleaned files break their contract, InputError when a file cannot be read; then
    nothing is written.
    """
    figures = read_figures(loss)
    if not allow_language:
        check_language(figures, build.corpus)
    files = find_cleaned_files(clean, build.target)
    # A split without a kept question has nothing to load; the card and `rejected` report it.
    lost: list[Split] = [split for split in files if not figures.units(split).questions.kept]
    files: dict[Split, Path] = {split: path for split, path in files.items() if split not in lost}
    if not files:
        raise ContractError(f"{clean}: no question was kept; there is nothing to publish")
    provenance = tables.read(clean / "provenance.parquet", SpanRow)
    rejected = tables.read_rejected(clean / "rejected.jsonl")
    cleaned = read_cleaned_files(files, provenance, figures)
    reports: dict[Split, ValidationReport] = {split: file.report for split, file in cleaned.items()}
    with atomic_folder(out) as part:
        judged = tables.read(quality, QualityRow) if quality else None
        questions: dict[Split, pa.Table] = {
            split: add_quality(question_table(file.document), judged, provenance, split)
            for split, file in cleaned.items()
        }
        configs = {
            "default": parquet_files("default", questions),
            "provenance": parquet_files("provenance", split_table(provenance, cleaned, ("split", "reason"))),
            "rejected": parquet_files(
                "rejected", split_table(rejected, [*cleaned, *lost], ("split", *PLACEMENT_COLUMNS))
            ),
        }
        for split, file in cleaned.items():
            write_bytes(part / files[split].name, file.raw)
        write_bytes(part / loss.name, loss.read_bytes())
        for parts in configs.values():
            for name, table in parts.items():
                tables.write(table, part / name)
        write_json(part / CROISSANT_FILE, croissant_metadata(part, configs, about, build))
        write_bytes(part / "CITATION.cff", citation_file(about, build).encode())
        checksums = {config: {name: file_sha256(part / name) for name in parts} for config, parts in configs.items()}
        example = choose_example(next(iter(questions.values())))
        columns = next(iter(configs["provenance"].values()), provenance).column_names
        card = render_card(checksums, reports, figures, about, build, example, columns)
        write_bytes(part / "README.md", card.encode())
        write_bytes(part / SHA256SUMS, checksum_lines(part).encode())
    return reports


def check_language(figures: LossFigures, corpus: str, remedy: str = "") -> None:
    """Raise ContractError when the text is evidently not in its target language. remedy: how to go on all the same."""
    if figures.language and figures.language.problem:
        raise ContractError(
            f"{corpus}: not in its language: {figures.language.problem}; "
            f"if it is right, {remedy or f'set corpora.{corpus}.allow_language: true in params.yaml'}"
        )


def find_cleaned_files(clean: Path, target: str) -> dict[Split, Path]:
    """Map each split to its cleaned file, if that exists. Raises InputError when there are none."""
    paths: dict[Split, Path] = {split: clean / cleaned_name(target, split) for split in SPLITS}
    files: dict[Split, Path] = {split: path for split, path in paths.items() if path.is_file()}
    if not files:
        raise InputError(f"{clean}: no {cleaned_name(target, '<split>')} in it")
    return files


def add_quality(questions: pa.Table, quality: pa.Table | None, provenance: pa.Table, split: Split) -> pa.Table:
    """Return the questions of a split with the columns of their quality. quality: rows of QualityRow, or None.

    A question that a person has corrected has none. Nothing is added when no question of the corpus was judged. Raises
    InputError when a question is not in the table.
    """
    if quality is None or quality["quality"].null_count == quality.num_rows:
        return questions
    own = quality.filter(pc.equal(quality["split"], split))
    rows = pc.index_in(questions["id"], value_set=own["question_id"].combine_chunks())
    if rows.null_count:
        missing = questions["id"].filter(pc.is_null(rows))[0].as_py()
        raise StaleError(f"quality.parquet lacks question {missing!r}", "check")
    touched = pc.and_(
        pc.equal(provenance["split"], split), pc.greater(pc.list_value_length(provenance["corrected"]), 0)
    )
    corrected = provenance["question_id"].filter(touched).combine_chunks()
    keeps = pc.invert(pc.is_in(questions["id"], value_set=corrected))
    for field in schema_of(Quality):
        values = pc.if_else(keeps, own[field.name].take(rows), pa.scalar(None, field.type))
        questions = questions.append_column(field, values)
    return questions


def parquet_files(config: str, parts: Mapping[Split, pa.Table]) -> dict[str, pa.Table]:
    """Map the paths of a configuration's parquet files in the published folder to their tables."""
    return {f"{config}/{SPLIT_NAMES[split]}.parquet": table for split, table in parts.items()}


def choose_example(table: pa.Table) -> dict[str, Any]:
    """Return the first row of a table of questions that has an answer and a short context, for the dataset card.

    Without such a row, the row with the shortest context.
    """
    lengths = pc.utf8_length(table["context"]).to_pylist()
    answers = pc.list_value_length(pc.struct_field(table["answers"], "text")).to_pylist()
    short = (n for n, length in enumerate(lengths) if answers[n] and length <= EXAMPLE_CONTEXT)
    row = next(short, lengths.index(min(lengths)))
    return table.slice(row, 1).to_pylist()[0]


def split_table(table: pa.Table, splits: Iterable[Split], without: tuple[str, ...]) -> dict[Split, pa.Table]:
    """Map each split to its rows of a table, without some columns.

    Splits without rows are left out, because `datasets` cannot read empty files.
    """
    parts: dict[Split, pa.Table] = {
        split: table.filter(pc.equal(table["split"], split)).drop_columns(list(without)) for split in splits
    }
    return {split: part for split, part in parts.items() if part.num_rows}
