"""Tests of the results of benchmarks: recorded by name, and shown by the comparison."""

from pathlib import Path

import pytest
from spanferry.errors import InputError
from spanferry.reader.benchmarks import (
    BENCHMARKS_FILE,
    BenchmarkResult,
    BenchmarkScore,
    BenchmarkTest,
    read_benchmarks,
    record_benchmark,
)
from spanferry.reader.comparison import Comparison
from spanferry.reader.comparison_page import benchmark_tables, render_comparison
from spanferry.reader.comparison_tables import render_markdown


def score(trained_on: str, f1: float) -> BenchmarkScore:
    return BenchmarkScore(trained_on, 1933, 34.0, f1, f1 - 3, f1 + 3, {1: f1 - 1, 2: f1 + 1}, 1234.0)


RECIPE = BenchmarkResult(
    name="Two recipes",
    data="minilm; part of SQuAD",
    command="benchmarks/recipe.py FOLDER",
    evaluated=642,
    scores=(score("ours", 50.0), score("theirs <i>", 49.0)),
    tests=(BenchmarkTest("ours", "theirs <i>", 1.0, -1.5, 3.5, 0.42),),
)
OTHER = BenchmarkResult("Other", "e5", "benchmarks/other.py", 330, (score("zero-shot", 40.0),))


def test_a_result_replaces_the_one_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    for result in (RECIPE, OTHER, BenchmarkResult("Two recipes", "minilm", "other", 1, ())):
        record_benchmark(result, path)
    assert read_benchmarks(path) == (BenchmarkResult("Two recipes", "minilm", "other", 1, ()), OTHER)


def test_a_broken_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('[{"name": "x"}]')
    with pytest.raises(InputError, match=r"results\.json"):
        read_benchmarks(tmp_path / "results.json")


def test_the_comparison_shows_scores_and_tests() -> None:
    comparison = Comparison((), (), (RECIPE, OTHER))
    markdown, page = render_markdown(comparison), render_comparison(comparison)
    assert "### Two recipes\n\nminilm; part of SQuAD. Measured by `benchmarks/recipe.py FOLDER`.\n" in markdown
    assert "| ours | 1,933 | 34.0/50.0 | 47.0 to 53.0 | 49.0, 51.0 | 1,234 |" in markdown
    assert "+1.0 (p = 0.420) | -1.5 to 3.5" in markdown.replace("+3.5", "3.5")
    assert "2 benchmarks of Spanferry" in page
    assert "theirs &lt;i&gt;" in page
    assert "<i>" not in page
    scores, tests = benchmark_tables(RECIPE)
    assert [(row.head, [cell.text for cell in row.cells]) for row in scores.rows] == [
        ("ours", ["1,933", "34.0", "50.0", "49.0, 51.0", "1,234"]),
        ("theirs <i>", ["1,933", "34.0", "49.0", "48.0, 50.0", "1,234"]),
    ]
    assert tests is not None
    assert tests.rows[0].cells[0].note == "-1.5 to +3.5"
    assert "What to expect" not in render_comparison(Comparison((), ()))


def test_recorded_results_come_from_the_scripts_they_name() -> None:
    root = Path(__file__).parents[2]
    for result in read_benchmarks(BENCHMARKS_FILE):
        assert (root / result.command.split()[0]).is_file()
        assert {one.trained_on for one in result.scores} >= {name for test in result.tests for name in (test.a, test.b)}
