"""One table over all runs: ours, what was published for the same row, and the always-no-answer baseline.

A run without a report, or whose settings have changed since, is "not measured here".
"""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from msgspec import Struct

from spanferry.files import read_json
from spanferry.printing import printable
from spanferry.reader.published import Published
from spanferry.reader.run_report import Details, read_details
from spanferry.reader.runs import Run
from spanferry.reader.significance import paired

NOT_MEASURED = "not measured here"
TEMPLATES = Path(__file__).with_name("templates")


class Row(Struct, frozen=True):
    """One run. figures: the flat report, None when not measured; languages: code -> {exact, f1, total}."""

    run: str
    base: str
    train_on: tuple[str, ...]
    evaluate_on: tuple[str, ...]
    figures: dict[str, float] | None
    languages: dict[str, dict[str, float]]
    published: Published | None


class Pair(Struct, frozen=True):
    """The paired test of two runs on the questions both answered (see `significance.Difference`)."""

    a: str
    b: str
    exact: dict[str, float]
    f1: dict[str, float]


class Comparison(Struct, frozen=True):
    rows: tuple[Row, ...]
    pairs: tuple[Pair, ...]


def _measured(name: str, run: Run, reports: Path) -> tuple[dict[str, float], Details] | None:
    path = reports / f"{name}.json"
    # The figures alone are in git: a clone that has not built or pulled the run cannot vouch for them.
    if not path.is_file() or not (reports / name / "details.json").is_file():
        return None
    flat = read_json(path, dict[str, float])
    found = read_details(reports / name)
    return (flat, found) if found.run == run else None


def _pair(a: str, b: str, details: Mapping[str, Details]) -> Pair:
    ours, theirs = details[a].scores, details[b].scores
    paragraph_of = {question: row[2] for question, row in ours.items()}
    tests = [
        paired({one: row[n] for one, row in ours.items()}, {one: row[n] for one, row in theirs.items()}, paragraph_of)
        for n in (0, 1)
    ]
    return Pair(a, b, *(msgspec.to_builtins(test) for test in tests))


def compare(runs: Mapping[str, Run], reports: Path, published: Mapping[str, Published]) -> Comparison:
    """Joins the runs of params.yaml with the reports in a folder and the published figures."""
    measured = {name: found for name, run in runs.items() if (found := _measured(name, run, reports))}
    rows = tuple(
        Row(
            name,
            run.base.name,
            run.train_on,
            run.evaluate_on,
            measured[name][0] if name in measured else None,
            measured[name][1].breakdown.get("language", {}) if name in measured else {},
            published.get(name),
        )
        for name, run in runs.items()
    )
    details = {name: found[1] for name, found in measured.items()}
    pairs = [_pair(a, b, details) for a, b in combinations(details, 2) if runs[a].evaluate_on == runs[b].evaluate_on]
    return Comparison(rows, tuple(pairs))


def _pair_of(figures: Mapping[str, float] | None, exact: str, f1: str) -> str:
    """EM/F1 as the reference tables write them."""
    if not figures or exact not in figures:
        return "–"
    return f"{figures[exact]:.2f}/{figures[f1]:.2f}"


def lines(comparison: Comparison) -> list[dict[str, str]]:
    """The table's rows as text, by column."""
    shown = []
    for row in comparison.rows:
        own, theirs = row.figures, row.published.figures if row.published else None
        no_answer = f"{theirs['NoAns_exact']:.2f}" if theirs and "NoAns_exact" in theirs else "–"
        shown.append(
            {
                "Run": row.run,
                "Questions": f"{own['total']:,.0f}" if own else "–",
                "EM/F1": _pair_of(own, "exact", "f1") if own else NOT_MEASURED,
                "Published EM/F1": _pair_of(theirs, "exact", "f1"),
                "95 % of F1": f"{own['f1_low']:.1f} to {own['f1_high']:.1f}" if own else "–",
                "HasAns": _pair_of(own, "HasAns_exact", "HasAns_f1"),
                "Published HasAns": _pair_of(theirs, "HasAns_exact", "HasAns_f1"),
                "NoAns": f"{own['NoAns_exact']:.2f}" if own and "NoAns_exact" in own else "–",
                "Published NoAns": no_answer,
                "Own articles EM/F1": _pair_of(own, "language_exact", "language_f1"),
                "Always no answer": f"{own['always_no_answer']:.2f}" if own else "–",
                "Base model": row.base,
                "Trained on": ", ".join(row.train_on),
                "Evaluated on": ", ".join(row.evaluate_on),
            }
        )
    return shown


def language_lines(comparison: Comparison) -> list[dict[str, str]]:
    """A row for each language of each run whose questions carry one, ours and published."""
    shown = []
    for row in comparison.rows:
        theirs = row.published.languages if row.published else {}
        for code in sorted(set(row.languages) | set(theirs)):
            own = row.languages.get(code)
            shown.append(
                {
                    "Run": row.run,
                    "Language": code,
                    "Questions": f"{own['total']:,.0f}" if own else "–",
                    "EM/F1": _pair_of(own, "exact", "f1") if own else NOT_MEASURED,
                    "Published EM/F1": _pair_of(theirs.get(code), "exact", "f1"),
                }
            )
    return shown


def pair_lines(comparison: Comparison) -> list[dict[str, str]]:
    """A row for each two runs evaluated on the same corpora."""
    return [
        {
            "Runs": f"{pair.a} − {pair.b}",
            "Questions": f"{pair.f1['total']:,}",
            "EM": f"{pair.exact['difference']:+.2f} (p = {pair.exact['p']:.3f})",
            "F1": f"{pair.f1['difference']:+.2f} (p = {pair.f1['p']:.3f})",
            "95 % of F1": f"{pair.f1['low']:+.1f} to {pair.f1['high']:+.1f}",
        }
        for pair in comparison.pairs
    ]


def sources(comparison: Comparison) -> list[Published]:
    return [row.published for row in comparison.rows if row.published]


def markdown_table(rows: list[dict[str, str]]) -> str:
    """Rows as a Markdown table, the columns in the first row's order."""
    heads = list(rows[0])
    body = ["| " + " | ".join(cell(row[head]) for head in heads) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads), *body])


def cell(text: str) -> str:
    """A text that neither ends its cell nor its line."""
    return printable(text).replace("|", "\\|")


def render(comparison: Comparison, template: str) -> str:
    """The comparison as Markdown (`comparison.md.jinja`) or as a page (`comparison.html.jinja`)."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=template.endswith(".html.jinja"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    content: dict[str, Any] = {
        "runs": lines(comparison),
        "languages": language_lines(comparison),
        "pairs": pair_lines(comparison),
        "sources": sources(comparison),
        "table": markdown_table,
    }
    return environment.get_template(template).render(content)
