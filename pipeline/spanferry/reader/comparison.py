"""Compare runs: measured figures, published figures of the same run, and paired tests between runs.

A run counts as not measured (`RunFigures.figures` is None) when it has no report, or when its settings or the languages
of its corpora have changed since the report was written.
"""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from spanferry.files import read_json
from spanferry.reader.benchmarks import BenchmarkResult
from spanferry.reader.evaluation import Breakdown
from spanferry.reader.metrics import Figures, warn_about_total
from spanferry.reader.overlap import Overlap
from spanferry.reader.published import PublishedResult, find_published
from spanferry.reader.run_report import RunDetails, read_details
from spanferry.reader.settings import Run
from spanferry.reader.significance import Difference, run_paired_test


class RunFigures(Struct, frozen=True):
    """The figures of one run. figures: the flat report, None when not measured. languages: code -> exact, f1, total.

    overlaps: what the run is both trained and evaluated on. seeds: seed -> (exact, F1), for a run with several.
    breakdown: averages by group, as in the run's details.
    """

    run: str
    base: str
    train_on: tuple[str, ...]
    evaluate_on: tuple[str, ...]
    figures: Figures | None
    languages: dict[str, Figures]
    published: PublishedResult | None
    overlaps: tuple[Overlap, ...] = ()
    seeds: dict[int, tuple[float, float]] = {}
    breakdown: Breakdown = {}

    @property
    def warning(self) -> str | None:
        """A sentence when the total says little, because never answering scores as much."""
        return warn_about_total(self.figures) if self.figures else None


class RunPair(Struct, frozen=True):
    """The paired tests of runs a and b, on the questions that both answered. Scores of several seeds are averaged."""

    a: str
    b: str
    exact: Difference
    f1: Difference


class Comparison(Struct, frozen=True):
    """All runs in the order of params.yaml, and all pairs of measured runs that were evaluated on the same corpora.

    benchmarks: what readers from real weights scored in this project's benchmarks.
    """

    rows: tuple[RunFigures, ...]
    pairs: tuple[RunPair, ...]
    benchmarks: tuple[BenchmarkResult, ...] = ()

    @property
    def measured(self) -> list[RunFigures]:
        """The runs that have figures."""
        return [row for row in self.rows if row.figures is not None]


def compare_runs(
    runs: Mapping[str, Run],
    reports: Path,
    published: Mapping[str, PublishedResult],
    languages: Mapping[str, Mapping[str, str]],
    benchmarks: tuple[BenchmarkResult, ...] = (),
) -> Comparison:
    """Join the runs of params.yaml with the reports in a folder and the published results. Raises InputError.

    languages: run name -> {corpus that it is evaluated on: code of its language}.
    """
    measured: dict[str, tuple[Figures, RunDetails]] = {}
    rows: list[RunFigures] = []
    for name, run in runs.items():
        if result := _read_measured(name, run, languages[name], reports):
            measured[name] = result
        known = find_published(published, name, languages[name].values())
        rows.append(_join_figures(name, run, measured.get(name), known))
    details = {name: run_details for name, (_, run_details) in measured.items()}
    pairs = [
        _test_pair(a, b, details) for a, b in combinations(details, 2) if runs[a].evaluate_on == runs[b].evaluate_on
    ]
    return Comparison(tuple(rows), tuple(pairs), benchmarks)


def _read_measured(
    name: str, run: Run, languages: Mapping[str, str], reports: Path
) -> tuple[Figures, RunDetails] | None:
    path = reports / f"{name}.json"
    # Git has only the figures. A clone that has not built or pulled the run cannot check that they are current.
    if not path.is_file() or not (reports / name / "details.json").is_file():
        return None
    figures: Figures = read_json(path, dict[str, float])
    details = read_details(reports / name)
    return (figures, details) if (details.run, details.languages) == (run, languages) else None


def _join_figures(
    name: str, run: Run, measured: tuple[Figures, RunDetails] | None, published: PublishedResult | None
) -> RunFigures:
    figures, details = measured or (None, None)
    row = RunFigures(name, run.base.name, run.train_on, run.evaluate_on, figures, {}, published)
    if details is None:
        return row
    languages: dict[str, Figures] = {
        code: {"exact": group.exact, "f1": group.f1, "total": float(group.total)}
        for code, group in details.breakdown.get("language", {}).items()
    }
    return replace(
        row, languages=languages, overlaps=details.overlaps, seeds=details.seeds, breakdown=details.breakdown
    )


def _test_pair(a: str, b: str, details: Mapping[str, RunDetails]) -> RunPair:
    scores_a, scores_b = details[a].scores, details[b].scores
    paragraph_of = {question: paragraph for question, (_, _, paragraph) in scores_a.items()}

    def test(column: int) -> Difference:
        values_a, values_b = ({one: row[column] for one, row in scores.items()} for scores in (scores_a, scores_b))
        return run_paired_test(values_a, values_b, paragraph_of)

    return RunPair(a, b, exact=test(0), f1=test(1))
