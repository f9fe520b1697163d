"""The charts of the loss page."""

from collections.abc import Sequence
from math import floor
from typing import Any

import msgspec

from spanferry.loss_figures import TOTAL, CurvePoint, LossFigures
from spanferry.pages.charts import BAR, FAINT, INK, LABELS, WIDTH, Chart, to_svg
from spanferry.report.plots import GroupShift, group_shifts, method_counts, reason_counts
from spanferry.report.wording import REASONS

NOTHING_LOST = "none"


def draw_charts(figures: LossFigures) -> dict[str, str]:
    """Return the charts that have data, as SVG text by name: reasons, methods, confidence, drift, precision."""
    reasons = [(REASONS[row.reason].name, row.dropped) for row in reason_counts(figures) if row.dropped]
    methods = [(row.method.value, row.kept) for row in method_counts(figures)]
    confidences = [(row.group, row.kept) for row in figures.confidence if row.split == TOTAL]
    charts = {
        "reasons": bar_chart(reasons or [(NOTHING_LOST, 0)]),
        "methods": bar_chart(methods),
        "confidence": bar_chart(confidences),
    }
    if shifts := list(group_shifts(figures)):
        charts["drift"] = drift_chart(shifts)
    if figures.curve:
        charts["precision"] = curve_chart(figures.curve)
    return {name: to_svg(chart) for name, chart in charts.items()}


def bar_chart(bars: Sequence[tuple[str, int]]) -> Chart:
    """Draw (label, count) pairs as horizontal bars in the given order, each with its count."""
    import altair as alt

    values = [{"group": label, "n": n} for label, n in bars]
    base = alt.Chart(alt.Data(values=values), width=WIDTH, height=alt.Step(22)).encode(
        y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(minExtent=LABELS)),
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, 1.25 * max(1, *(n for _, n in bars))])),
    )
    label = base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text=alt.Text("n:Q", format=","))
    return base.mark_bar(color=BAR, height=14) + label


def drift_chart(shifts: Sequence[GroupShift]) -> Chart:
    """Draw a panel for each breakdown; bars to the left are groups that became rarer, to the right more common."""
    import altair as alt

    panels: dict[str, list[dict[str, Any]]] = {}
    for shift in shifts:
        panel, _, name = shift.group.partition(": ")
        row = {"panel": panel, "name": name or panel, "points": shift.points, "label": signed_points(shift.points)}
        panels.setdefault(panel, []).append(row)
    reach = 1.7 * max(0.5, *(abs(shift.points) for shift in shifts))
    scale = alt.Scale(domain=[-reach, reach])
    drawn = []
    for panel, rows in panels.items():
        base = alt.Chart(alt.Data(values=rows), width=WIDTH, height=alt.Step(18)).encode(
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(minExtent=LABELS)),
            x=alt.X("points:Q", axis=None, scale=scale),
        )
        labelled = base.encode(text="label:N")
        right = labelled.transform_filter("datum.points >= 0").mark_text(align="left", dx=4, color=INK)
        left = labelled.transform_filter("datum.points < 0").mark_text(align="right", dx=-4, color=INK)
        rule = (
            alt.Chart(alt.Data(values=[{"zero": 0}]))
            .mark_rule(color=FAINT)
            .encode(x=alt.X("zero:Q", axis=None, scale=scale))
        )
        layers = rule + base.mark_bar(color=BAR, height=11) + left + right
        drawn.append(layers.properties(title=panel_title(panel)))
    return alt.vconcat(*drawn, spacing=10)


def signed_points(points: float) -> str:
    """Format points with their sign and one decimal: -1.24 -> "−1.2"."""
    rounded = round(points, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def panel_title(panel: str) -> Any:
    """Return the title of a panel of the drift chart."""
    import altair as alt

    return alt.TitleParams(panel.capitalize(), anchor="start", frame="group", color=INK, fontSize=12, offset=4)


def curve_chart(points: Sequence[CurvePoint]) -> Chart:
    """Draw precision against yield.

    The measured curve is solid, with its label at the left end; the expected one is dashed, with its label at the
    right end.
    """
    import altair as alt

    rows: list[dict[str, Any]] = msgspec.to_builtins(points)

    def reach(key: str) -> list[float]:
        least = min(row[key] for row in rows)
        return [min(floor(10 * least) / 10, 0.9), 1]

    base = alt.Chart(alt.Data(values=rows), width=WIDTH + LABELS - 60, height=200).encode(
        x=percent_axis("x", "yield", reach("yield")), y=percent_axis("y", "precision", reach("precision"))
    )
    layers = []
    for how, dash, end, label in (
        ("measured", [1, 0], min, {"align": "left", "dx": 2, "dy": -9}),
        ("expected", [4, 3], max, {"align": "right", "dx": -6, "dy": 12}),
    ):
        if curve := [row for row in rows if row["how"] == how]:
            line = base.transform_filter(f"datum.how == '{how}'")
            named = alt.Chart(alt.Data(values=[end(curve, key=lambda row: row["yield"])]))
            layers.append(line.mark_line(color=BAR, strokeDash=dash, strokeWidth=2))
            layers.append(
                named.mark_text(color=INK, fontSize=12, **label).encode(x="yield:Q", y="precision:Q", text="how:N")
            )
    return alt.layer(*layers)


def percent_axis(channel: str, key: str, domain: list[float]) -> Any:
    """Return an axis in per cent. channel: "x" or "y". key: the key of the rows, which is also the axis's title."""
    import altair as alt

    return {"x": alt.X, "y": alt.Y}[channel](
        f"{key}:Q",
        title=key,
        scale=alt.Scale(domain=domain),
        axis=alt.Axis(format="%", tickCount=4, grid=channel == "y", gridColor=FAINT),
    )
