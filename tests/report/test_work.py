"""Tests of the notes on the corpus's own memory, on names, and on what was spent."""

from pathlib import Path

import pytest
from spanferry.errors import InputError
from spanferry.loss_figures import MemoryFigures, SpentFigures
from spanferry.report.inputs import read_counts, read_stage_reports
from spanferry.report.wording import describe_memory, describe_names, describe_spent
from spanferry.translation.money import Spent
from spanferry.translation.money import describe_spent as spent_entry
from spanferry.translation.usage import Usage

NAMES = {"compared": 396, "different": 13, "replaced": 9, "asked_again": 1, "different_after": 3}
TITLES = {"titles_compared": 15, "titles_different": 7, "titles_different_after": 1}


def test_names_are_described_before_and_after() -> None:
    assert describe_names(NAMES) == (
        "13 of 396 questions with a known name had another one than their paragraph (3.3 %): 10 repaired, 3 left "
        "(0.8 %)."
    )
    assert describe_names(NAMES | {"replaced": 10}) == (
        "13 of 396 questions with a known name had another one than their paragraph (3.3 %): 10 repaired, 3 left "
        "(0.8 %), 1 of them repaired in part."
    )
    assert describe_names(NAMES | TITLES) == (
        f"{describe_names(NAMES)} 7 of 15 titles had another name than the paragraphs: 6 repaired, 1 left."
    )
    assert describe_names({}) == describe_names(NAMES | {"compared": 0}) == ""


def test_what_the_memory_brought_is_described() -> None:
    memory = MemoryFigures(taken=1310, empty=0, no_segment=1, other_languages={"en+fr": 1, "others": 9, "en+de": 2})
    assert describe_memory(memory) == (
        "1,310 units of its memory taken; 13 units passed over: 1 without a segment, 12 in other languages "
        "(en+de 2, en+fr 1, others 9)."
    )
    assert describe_memory(MemoryFigures(taken=1, empty=0, no_segment=0, other_languages={})) == (
        "1 unit of its memory taken."
    )
    assert describe_memory(None) == ""


def test_what_was_spent_is_read_and_described_by_stage(tmp_path: Path) -> None:
    reports = {stage: tmp_path / f"{stage}.json" for stage in ("translate", "rescue", "names")}
    usages = Usage(5000, 625_000), Usage(2, 100, 2000, 300), None
    prices = (12.5, "EUR"), (None, None), None
    for path, usage, price in zip(reports.values(), usages, prices, strict=True):
        path.write_text(
            repr({"visited": 3, **spent_entry(Spent(usage, *price) if usage and price else None)})
            .replace("'", '"')
            .replace("None", "null")
        )
    spent = {stage: report.spent for stage, report in read_stage_reports(reports).items() if report.spent}
    assert spent == {
        "translate": SpentFigures(
            requests=5000, characters=625_000, input_tokens=0, output_tokens=0, cost=12.5, currency="EUR"
        ),
        "rescue": SpentFigures(
            requests=2, characters=100, input_tokens=2000, output_tokens=300, cost=None, currency=None
        ),
    }
    assert describe_spent(spent) == (
        "Spent in all runs: translate 12.50 EUR (625,000 characters in 5,000 requests); rescue 100 characters, "
        "2,000 + 300 tokens in 2 requests (price not known)."
    )
    assert read_counts(reports["translate"], "translate") == {"visited": 3}
    reports["names"].write_text('{"spent": 3}')
    with pytest.raises(
        InputError,
        match=r"names\.json: not what stage names writes: spent: must be keys with values or nothing, not",
    ):
        read_stage_reports(reports)
