"""A small corpus that was built as far as stage clean, in a project of its own."""

import csv
from pathlib import Path

from click.testing import CliRunner, Result

from tests.support.tiny_build import build

PARAMS = """
build: {corpora: [tiny], runs: []}
language: {source: en, target: nl}
corpora: {tiny: {dev: dev.json, translator: memory}}
"""
REPORT = [
    *("--corpus", "tiny", "--judgements", "data/tiny/judgements", "--layout", "data/tiny/segments/layout.parquet"),
    *("--paragraphs", "data/tiny/located/paragraphs.parquet", "--translations", "data/tiny/translations.parquet"),
    *("--clean", "data/tiny/clean", "--decisions", "data/tiny/decisions.parquet", "--out", "reports/tiny"),
]


def lay_out_project(root: Path) -> None:
    """Write params.yaml and data/tiny into a folder."""
    (root / "params.yaml").write_text(PARAMS)
    build().write(root / "data" / "tiny")
    (root / "data" / "tiny" / "judgements").mkdir()


def fill_in(sheet: Path, judged: Path) -> None:
    """Write a copy of a review sheet with the verdict "right" in each row."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with judged.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"verdict": "right"} for row in rows)


def invoke(command, *arguments: str) -> Result:
    """Run a command with arguments, as a shell does."""
    return CliRunner().invoke(command, arguments, catch_exceptions=False)
