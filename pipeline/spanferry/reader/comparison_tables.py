"""Write the comparison of runs: tables in Markdown, the page, and JSON."""

from pathlib import Path

import msgspec

from spanferry.files import write_bytes, write_json
from spanferry.reader.benchmarks import BenchmarkResult
from spanferry.reader.comparison import Comparison
from spanferry.reader.comparison_page import render_comparison
from spanferry.reader.metrics import Figures
from spanferry.reader.rendering import NONE, TableRow, format_scores, render_template

NOT_MEASURED = "not measured here"
OVERLAP_MARK = " (trained on its questions)"


def _format_seeds(figures: Figures | None) -> str:
    """Return the number of seeds, and the standard deviation of EM and F1 between them."""
    if not figures or "seeds" not in figures:
        return NONE
    return f"{figures['seeds']:.0f} (± {figures['exact_deviation']:.2f}/{figures['f1_deviation']:.2f})"


def _format_count(figures: Figures | None) -> str:
    return f"{figures['total']:,.0f}" if figures else NONE


def format_runs(comparison: Comparison) -> list[TableRow]:
    """Return one row per run."""
    rows: list[TableRow] = []
    for row in comparison.rows:
        own, published = row.figures, row.published.figures if row.published else None
        published_no_answer = f"{published['NoAns_exact']:.2f}" if published and "NoAns_exact" in published else NONE
        rows.append(
            {
                "Run": row.run + (OVERLAP_MARK if row.overlaps else ""),
                "Questions": _format_count(own),
                "EM/F1": format_scores(own) if own else NOT_MEASURED,
                "Seeds": _format_seeds(own),
                "Published EM/F1": format_scores(published),
                "95 % of F1": f"{own['f1_low']:.1f} to {own['f1_high']:.1f}" if own else NONE,
                "HasAns": format_scores(own, "HasAns_exact", "HasAns_f1"),
                "Published HasAns": format_scores(published, "HasAns_exact", "HasAns_f1"),
                "NoAns": f"{own['NoAns_exact']:.2f}" if own and "NoAns_exact" in own else NONE,
                "Published NoAns": published_no_answer,
                "Own articles EM/F1": format_scores(own, "language_exact", "language_f1"),
                "Always no answer": f"{own['always_no_answer']:.2f}" if own else NONE,
                "Base model": row.base,
                "Trained on": ", ".join(row.train_on),
                "Evaluated on": ", ".join(row.evaluate_on),
            }
        )
    return rows


def format_languages(comparison: Comparison) -> list[TableRow]:
    """Return one row per language of each run, measured or published, if the question ids state a language."""
    rows: list[TableRow] = []
    for row in comparison.rows:
        published = row.published.languages if row.published else {}
        for code in sorted(set(row.languages) | set(published)):
            own, aware = row.languages.get(code), row.breakdown.get("own_language", {}).get(code)
            rows.append(
                {
                    "Run": row.run,
                    "Language": code,
                    "Questions": _format_count(own),
                    "EM/F1": format_scores(own) if own else NOT_MEASURED,
                    "Published EM/F1": format_scores(published.get(code)),
                    "Own articles EM/F1": format_scores(msgspec.structs.asdict(aware)) if aware else NONE,
                }
            )
    return rows


def format_pairs(comparison: Comparison) -> list[TableRow]:
    """Return one row per pair of runs that were evaluated on the same corpora."""
    return [
        {
            "Runs": f"{pair.a} − {pair.b}",
            "Questions": f"{pair.f1.total:,}",
            "EM": f"{pair.exact.difference:+.2f} (p = {pair.exact.p:.3f})",
            "F1": f"{pair.f1.difference:+.2f} (p = {pair.f1.p:.3f})",
            "95 % of F1": f"{pair.f1.low:+.1f} to {pair.f1.high:+.1f}",
        }
        for pair in comparison.pairs
    ]


def format_benchmark(result: BenchmarkResult) -> tuple[list[TableRow], list[TableRow]]:
    """Return one row per score of a benchmark, and one per paired test."""
    scores = [
        {
            "Training": score.trained_on,
            "Questions": f"{score.questions:,}",
            "EM/F1": f"{score.exact:.1f}/{score.f1:.1f}",
            "95 % of F1": f"{score.low:.1f} to {score.high:.1f}",
            "F1 by seed": ", ".join(f"{f1:.1f}" for f1 in score.seeds.values()),
            "CPU seconds": f"{score.cpu_seconds:,.0f}",
        }
        for score in result.scores
    ]
    tests = [
        {
            "Readers": f"{test.a} − {test.b}",
            "F1": f"{test.points:+.1f} (p = {test.p:.3f})",
            "95 % of F1": f"{test.low:+.1f} to {test.high:+.1f}",
        }
        for test in result.tests
    ]
    return scores, tests


def render_markdown(comparison: Comparison) -> str:
    """Render the comparison as Markdown."""
    return render_template(
        "comparison.md.jinja",
        runs=format_runs(comparison),
        languages=format_languages(comparison),
        pairs=format_pairs(comparison),
        overlaps=[f"{row.run}: {overlap}" for row in comparison.rows for overlap in row.overlaps],
        warnings=[f"{row.run}: {row.warning}" for row in comparison.rows if row.warning],
        sources=[row.published for row in comparison.rows if row.published],
        benchmarks=[(result, *format_benchmark(result)) for result in comparison.benchmarks],
    )


def write_comparison(comparison: Comparison, path: Path) -> None:
    """Write the comparison as Markdown, HTML and JSON. path: the path of the files without a suffix."""
    markdown, page = render_markdown(comparison), render_comparison(comparison)  # before anything is written
    write_bytes(path.with_suffix(".md"), markdown.encode())
    write_bytes(path.with_suffix(".html"), page.encode())
    write_json(path.with_suffix(".json"), comparison)
