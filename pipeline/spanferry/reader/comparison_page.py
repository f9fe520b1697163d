"""Render comparison.html: measured runs with their intervals, breakdowns and tests; the others folded."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from spanferry.pages.templating import render_page
from spanferry.reader.answers_page import ANSWERS_PAGE
from spanferry.reader.benchmarks import BenchmarkResult
from spanferry.reader.comparison import Comparison, RunFigures, RunPair
from spanferry.reader.comparison_charts import METRICS, describe_scores, draw_scores
from spanferry.reader.evaluation import LENGTH_BANDS, LONGEST_BAND, NO_ANSWER
from spanferry.reader.metrics import Figures
from spanferry.reader.rendering import NONE, format_scores
from spanferry.records import Method

TEMPLATE = Path(__file__).with_name("templates") / "comparison.html"
RUNS_FOLDER = "runs"  # of the reports of the runs, beside the page
MANY = 10  # columns above which each row of a table is shown as a card, however wide the screen is
DIMENSIONS = {
    "question_word": ("Question word", "The first question word in the question."),
    "answer_length": ("Answer length", "Words of the first gold answer, in Chinese, Japanese and Thai its characters."),
    "method": ("Span method", "How the gold answer's span was found in the translation."),
    "language": ("Language", "The language of the corpus, or the one that the question's id states."),
    "own_language": (
        "Language, by its own rules",
        "Without the language's own articles; characters are counted where they stand for words.",
    ),
}
"""Dimension of a breakdown -> title and description."""
ORDER = {
    "answer_length": [*(name for _, name in LENGTH_BANDS), LONGEST_BAND, NO_ANSWER],
    "method": [method.value for method in Method],
}
"""Dimension -> its groups in their order; those of the others are sorted by name."""


class Cell(Struct, frozen=True):
    """A cell of a table. note: small print below the text. value: by which the column is sorted, None for last."""

    text: str
    note: str = ""
    value: float | str | None = None


class Link(Struct, frozen=True):
    """A link to a file of a run."""

    text: str
    address: str


class Row(Struct, frozen=True):
    """A row of a table. notes: lines below its head. mark: a warning beside its head."""

    head: str
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    mark: str = ""


class Table(Struct, frozen=True):
    """A table that can be sorted. corner: the title of the column of heads."""

    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def frame(self) -> str:
        """The class of its frame: "many" for a table that never fits beside its heads."""
        return "many" if len(self.columns) > MANY else ""


class BreakdownSection(Struct, frozen=True):
    """A breakdown of the measured runs side by side."""

    title: str
    description: str
    table: Table


def render_comparison(comparison: Comparison) -> str:
    """Render the page as HTML text."""
    measured = comparison.measured
    return render_page(
        TEMPLATE,
        measured=measured,
        runs=runs_table(measured),
        charts=[(name, describe_scores(measured, key), draw_scores(measured, key)) for key, name in METRICS.items()]
        if measured
        else [],
        warned=[row for row in measured if row.overlaps or row.warning],
        breakdowns=list(breakdown_sections(measured)),
        pairs=pairs_table(comparison.pairs) if comparison.pairs else None,
        others=others_table([row for row in comparison.rows if row.figures is None]),
        published_languages=published_languages_table(comparison.rows),
        sources=[row.published for row in comparison.rows if row.published],
        benchmarks=[(result, *benchmark_tables(result)) for result in comparison.benchmarks],
    )


def runs_table(rows: Sequence[RunFigures]) -> Table:
    """Return the table of the measured runs."""
    columns = (
        *("Evaluated on", "Questions", "EM", "F1", "Seeds", "Has answer", "No answer", "Own rules"),
        *("Never answering", "Published"),
    )
    return Table("Scores of the runs measured here", "Run", columns, tuple(map(_describe_run, rows)))


def _describe_run(row: RunFigures) -> Row:
    own, published = row.figures or {}, row.published.figures if row.published else None
    cells = (
        Cell(", ".join(row.evaluate_on), value=", ".join(row.evaluate_on)),
        Cell(f"{own['total']:,.0f}", value=own["total"]),
        _mean_cell(own, "exact"),
        _mean_cell(own, "f1"),
        Cell(str(max(1, len(row.seeds))), value=max(1, len(row.seeds))),
        _pair_cell(own, "HasAns_exact", "HasAns_f1"),
        Cell(f"{own['NoAns_exact']:.2f}", value=own["NoAns_exact"]) if "NoAns_exact" in own else Cell(NONE),
        _pair_cell(own, "language_exact", "language_f1"),
        Cell(f"{own['always_no_answer']:.2f}", value=own["always_no_answer"]),
        _pair_cell(published, "exact", "f1"),
    )
    notes = (f"base {row.base}", f"trained on {', '.join(row.train_on)}")
    marks = (*(["trained on its questions"] if row.overlaps else ()), *(["hardly answers"] if row.warning else ()))
    return Row(row.run, cells, notes, tuple(list_links(row)), ", ".join(marks))


def list_links(row: RunFigures) -> Iterable[Link]:
    """Return the links to the page of a run's answers, and to its predictions."""
    folder = f"{RUNS_FOLDER}/{row.run}"
    yield Link("worst answers", f"{folder}/{ANSWERS_PAGE}")
    for seed in row.seeds:
        yield Link(f"predictions, seed {seed}", f"{folder}/seed-{seed}/predictions.json")
    if not row.seeds:
        yield Link("predictions", f"{folder}/predictions.json")


def _mean_cell(figures: Figures, metric: str) -> Cell:
    """Return a mean with its interval, and with the deviation between seeds if there are several."""
    text = f"{figures[metric]:.2f}"
    if f"{metric}_deviation" in figures:
        text += f" ± {figures[f'{metric}_deviation']:.2f}"
    interval = f"{figures[f'{metric}_low']:.1f} to {figures[f'{metric}_high']:.1f}"
    return Cell(text, interval, figures[metric])


def _pair_cell(figures: Figures | None, exact: str, f1: str) -> Cell:
    """Return a cell with EM/F1, sorted by F1."""
    return Cell(format_scores(figures, exact, f1), value=figures.get(f1) if figures else None)


def breakdown_sections(rows: Sequence[RunFigures]) -> Iterable[BreakdownSection]:
    """Yield each breakdown that at least one of the measured runs has."""
    for dimension, (title, description) in DIMENSIONS.items():
        with_it = [row for row in rows if row.breakdown.get(dimension)]
        if not with_it:
            continue
        order = ORDER.get(dimension, [])
        names = sorted({name for row in with_it for name in row.breakdown[dimension]})
        names.sort(key=lambda name: order.index(name) if name in order else len(order))
        lines = tuple(Row(name, tuple(_group_cell(row, dimension, name) for row in with_it)) for name in names)
        caption = f"F1 by {title[0].lower()}{title[1:]}"
        yield BreakdownSection(
            title, description, Table(caption, title.partition(",")[0], tuple(row.run for row in with_it), lines)
        )


def _group_cell(row: RunFigures, dimension: str, group: str) -> Cell:
    averages = row.breakdown[dimension].get(group)
    known = row.published.languages.get(group) if row.published and dimension == "language" else None
    published = f" · published {format_scores(known)}" if known else ""
    if averages is None:
        return Cell(NONE, published.removeprefix(" · "))
    return Cell(f"{averages.f1:.1f}", f"EM {averages.exact:.1f} · n {averages.total:,}{published}", averages.f1)


def pairs_table(pairs: Iterable[RunPair]) -> Table:
    """Return the table of the paired tests."""
    rows = (
        Row(
            f"{pair.a} − {pair.b}",
            (
                Cell(f"{pair.f1.total:,}", value=pair.f1.total),
                Cell(f"{pair.exact.difference:+.2f}", value=pair.exact.difference),
                Cell(f"{pair.exact.p:.3f}", value=pair.exact.p),
                Cell(f"{pair.f1.difference:+.2f}", f"{pair.f1.low:+.1f} to {pair.f1.high:+.1f}", pair.f1.difference),
                Cell(f"{pair.f1.p:.3f}", value=pair.f1.p),
            ),
        )
        for pair in pairs
    )
    columns = ("Questions", "Difference in EM", "p of EM", "Difference in F1", "p of F1")
    return Table("Differences between runs that answered the same questions, in points", "Runs", columns, tuple(rows))


def others_table(rows: Sequence[RunFigures]) -> Table:
    """Return the table of the runs that are not measured here, with the published figures that they would repeat."""
    lines: list[Row] = []
    for row in rows:
        published = row.published.figures if row.published else None
        silent = f"{published['NoAns_exact']:.2f}" if published and "NoAns_exact" in published else NONE
        cells = (
            Cell(", ".join(row.evaluate_on), value=", ".join(row.evaluate_on)),
            _pair_cell(published, "exact", "f1"),
            _pair_cell(published, "HasAns_exact", "HasAns_f1"),
            Cell(silent, value=published.get("NoAns_exact") if published else None),
        )
        lines.append(Row(row.run, cells, (f"base {row.base}", f"trained on {', '.join(row.train_on)}")))
    columns = ("Evaluated on", "Published EM/F1", "Published, has answer", "Published, no answer")
    return Table("Runs that are not measured here", "Run", columns, tuple(lines))


def published_languages_table(rows: Iterable[RunFigures]) -> Table:
    """Return the published figures by language of the runs that are not measured here."""
    known = {
        row.run: row.published.languages
        for row in rows
        if row.figures is None and row.published and row.published.languages
    }
    codes = sorted({code for languages in known.values() for code in languages})
    lines = tuple(
        Row(code, tuple(_pair_cell(languages.get(code), "exact", "f1") for languages in known.values()))
        for code in codes
    )
    return Table("Published EM/F1 by language", "Language", tuple(known), lines)


def benchmark_tables(result: BenchmarkResult) -> tuple[Table, Table | None]:
    """Return the table of a benchmark's scores, and that of its paired tests."""
    scores = tuple(
        Row(
            score.trained_on,
            (
                Cell(f"{score.questions:,}", value=score.questions),
                Cell(f"{score.exact:.1f}", value=score.exact),
                Cell(f"{score.f1:.1f}", f"{score.low:.1f} to {score.high:.1f}", score.f1),
                Cell(", ".join(f"{f1:.1f}" for f1 in score.seeds.values()), value=len(score.seeds)),
                Cell(f"{score.cpu_seconds:,.0f}", value=score.cpu_seconds),
            ),
        )
        for score in result.scores
    )
    tests = tuple(
        Row(
            f"{test.a} − {test.b}",
            (
                Cell(f"{test.points:+.1f}", f"{test.low:+.1f} to {test.high:+.1f}", test.points),
                Cell(f"{test.p:.3f}", value=test.p),
            ),
        )
        for test in result.tests
    )
    columns = ("Questions", "EM", "F1", "F1 by seed", "CPU seconds")
    caption = f"{result.name}: scores on {result.evaluated:,} questions"
    return (
        Table(caption, "Training", columns, scores),
        Table(f"{result.name}: differences in F1", "Readers", ("Points", "p"), tests) if tests else None,
    )
