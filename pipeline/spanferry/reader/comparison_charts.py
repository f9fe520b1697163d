"""The charts of the comparison: mean scores of the measured runs with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, floor
from textwrap import wrap
from typing import Any

from spanferry.pages.charts import BAR, FAINT, INK, LABELS, WIDTH, Chart, to_svg
from spanferry.reader.comparison import RunFigures

WHOLE = WIDTH + LABELS - 16  # pixels; the name of a run stands above its interval, so a drawing has the whole width
NAME_LENGTH, TITLE_LENGTH = 38, 44  # characters that fit a line; longer names are wrapped
LINE, BELOW = 15, 32  # pixels of a line of a name, and of the marks below it
SPREAD = 10.0  # the least number of points that an axis spans
METRICS = {"exact": "EM", "f1": "F1"}


def draw_scores(rows: Sequence[RunFigures], metric: str) -> str:
    """Draw a metric ("exact" or "f1") of measured runs as SVG text, with a panel for each set of questions.

    Each run has a point for its mean, a line for the 95 % interval, small points for its seeds, and a diamond for the
    published figure and a short upright line for the score of never answering.
    """
    import altair as alt

    panels: dict[tuple[str, ...], list[RunFigures]] = {}
    for row in rows:
        panels.setdefault(row.evaluate_on, []).append(row)
    domain = _find_domain(rows, metric)
    drawn = [_draw_panel(panel, metric, domain) for panel in panels.values()]
    return to_svg(alt.vconcat(*drawn, spacing=18))


def describe_scores(rows: Sequence[RunFigures], metric: str) -> str:
    """Describe the chart for people who cannot see it."""
    described: list[str] = []
    for row in rows:
        if own := row.figures:
            described.append(f"{row.run} {own[metric]:.1f} ({own[f'{metric}_low']:.1f} to {own[f'{metric}_high']:.1f})")
    return f"{METRICS[metric]} with 95 % intervals: {', '.join(described)}"


def _seed_scores(row: RunFigures, metric: str) -> list[float]:
    return [scores[list(METRICS).index(metric)] for scores in row.seeds.values()]


def _find_domain(rows: Sequence[RunFigures], metric: str) -> list[float]:
    """Return the ends of the axis, which all panels share: multiples of five around all that is drawn."""
    values: list[float] = []
    for row in rows:
        assert row.figures is not None, "only measured runs are drawn"
        values += [row.figures[f"{metric}_low"], row.figures[f"{metric}_high"], row.figures["always_no_answer"]]
        values += _seed_scores(row, metric)
        values += [row.published.figures[metric]] if row.published else []
    low, high = min(values), max(values)
    margin = max(0.0, SPREAD - (high - low)) / 2
    return [max(0, 5 * floor((low - margin) / 5)), min(100, 5 * ceil((high + margin) / 5))]


@dataclass(frozen=True)
class _Marks:
    """The data of a panel, each value with the run that it belongs to."""

    means: list[dict[str, Any]] = field(default_factory=list)
    seeds: list[dict[str, Any]] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    silent: list[dict[str, Any]] = field(default_factory=list)


def _collect_marks(rows: Sequence[RunFigures], metric: str) -> _Marks:
    marks = _Marks()
    for row in rows:
        assert row.figures is not None, "only measured runs are drawn"
        mean = row.figures[metric]
        low, high = row.figures[f"{metric}_low"], row.figures[f"{metric}_high"]
        marks.means.append({"run": row.run, "score": mean, "low": low, "high": high, "text": f"{mean:.1f}"})
        marks.seeds.extend({"run": row.run, "score": score} for score in _seed_scores(row, metric))
        if row.published:
            marks.published.append({"run": row.run, "score": row.published.figures[metric]})
        if score := row.figures["always_no_answer"]:
            marks.silent.append({"run": row.run, "score": score})
    return marks


def _draw_panel(rows: Sequence[RunFigures], metric: str, domain: list[float]) -> Chart:
    """Draw the runs that answered one set of questions: a band for each, with its name above its marks."""
    import altair as alt

    marks = _collect_marks(rows, metric)
    names = {row.run: wrap(row.run, NAME_LENGTH) for row in rows}
    lines = max(map(len, names.values()))
    step = LINE * lines + BELOW
    middle = LINE * lines + 11 - step / 2  # of the marks, from the middle of the band
    y = alt.Y("run:N", sort=None, axis=None)
    x_axis = alt.Axis(tickCount=5, grid=True, gridColor=FAINT)
    text: dict[str, Any] = {"baseline": "bottom", "color": INK, "fontSize": 12}

    def band(values: list[dict[str, Any]]) -> Chart:
        return alt.Chart(alt.Data(values=values), width=WHOLE, height=alt.Step(step)).encode(y=y)

    def x(key: str = "score") -> Any:
        return alt.X(f"{key}:Q", title=None, scale=alt.Scale(domain=domain, nice=False), axis=x_axis)

    means, dot = band(marks.means), {"color": INK, "opacity": 1, "filled": True, "yOffset": middle + 9}
    layers = [
        means.mark_rule(color=BAR, strokeWidth=2, yOffset=middle).encode(x=x("low"), x2="high:Q"),
        means.mark_circle(color=BAR, size=70, opacity=1, yOffset=middle).encode(x=x()),
        means.mark_text(align="right", fontWeight="bold", yOffset=middle - 7, **text).encode(
            x=alt.value(WHOLE), text="text:N"
        ),
        band(marks.silent).mark_tick(color=INK, thickness=2, size=14, orient="vertical", yOffset=middle).encode(x=x()),
        band(marks.seeds).mark_point(size=22, **dot).encode(x=x()),
        band(marks.published).mark_point(size=40, shape="diamond", **dot).encode(x=x()),
    ]
    for line in range(lines):  # from the last one upwards
        written = [{"run": run, "name": parts[-1 - line]} for run, parts in names.items() if line < len(parts)]
        label = band(written).mark_text(align="left", yOffset=middle - 7 - LINE * line, **text)
        layers.append(label.encode(x=alt.value(0), text="name:N"))
    title = wrap(f"on {', '.join(rows[0].evaluate_on)}", TITLE_LENGTH)
    style: dict[str, Any] = {"anchor": "start", "frame": "group", "color": INK, "fontSize": 12, "offset": 8}
    return alt.layer(*layers).properties(title=alt.TitleParams(title, **style))
