"""Charts: rows for `dvc plots`, and static SVG (Vega-Lite) for the page."""

from collections.abc import Iterator
from math import floor
from typing import Any

from spanferry.loss import BREAKDOWNS, TOTAL
from spanferry.records import Method, Reason
from spanferry.report import wording

Row = dict[str, Any]


def plot_data(figures: Row) -> dict[str, list[Row]]:
    """File name -> rows for DVC's built-in templates.

    reasons     {reason, dropped}                    questions with an answer, all splits
    methods     {method, kept}                       their answers
    drift       {group, points}                      share after minus before, in points of a hundred
    precision   {how, threshold, precision, yield}   the curve measured against gold, else the expected one
    """
    has, answers = figures[TOTAL]["has_answer"], figures[TOTAL]["answers"]
    return {
        "reasons": [{"reason": r.value, "dropped": has["reasons"][r]} for r in Reason],
        "methods": [{"method": m.value, "kept": answers["methods"][m]} for m in Method],
        "drift": list(_drift(figures)),
        "precision": _one_curve(figures["curve"]),
    }


def _one_curve(rows: list[Row]) -> list[Row]:
    """DVC's line has one series a revision; two in a file would be drawn as one zigzag."""
    measured = [row for row in rows if row["how"] == "measured"]
    return measured or rows


def _drift(figures: Row) -> Iterator[Row]:
    drift = figures[TOTAL]["drift"]
    if (after := drift["no_answer_share_after"]) is not None:
        yield {"group": "no answer", "points": round(100 * (after - drift["no_answer_share_before"]), 3)}
    for name in BREAKDOWNS:
        for row in shares(figures, name):
            if row["when"] == "after":
                yield {"group": f"{wording.BREAKDOWNS[name][0].lower()}: {row['group']}", "points": row["points"]}


def shares(figures: Row, name: str) -> Iterator[Row]:
    """The distribution over a breakdown's groups before and after: {group, when, share, points}."""
    rows = [row for row in figures["breakdowns"][name] if row["split"] == TOTAL]
    visited, kept = (sum(row[key] for row in rows) for key in ("visited", "kept"))
    if not visited or not kept:
        return
    for row in rows:
        before, after = row["visited"] / visited, row["kept"] / kept
        points = round(100 * (after - before), 3)
        yield {"group": row["group"], "when": "before", "share": before, "points": points}
        yield {"group": row["group"], "when": "after", "share": after, "points": points}


# The page's stylesheet gives these three their colours in the dark (svg [fill="#..."] in loss.css).
INK, FAINT, BAR = "#4a5560", "#d9dee4", "#1f6aa5"
WIDTH, LABELS = 190, 150  # pixels of a drawing and of its labels: together the width of a telephone


def charts(figures: Row) -> dict[str, str]:
    """The page's charts as SVG text: reasons, methods, confidence, drift, precision (those that have data)."""
    data = plot_data(figures)
    reasons = [{"group": wording.REASONS[row["reason"]][0], "n": row["dropped"]} for row in data["reasons"]]
    methods = [{"group": row["method"], "n": row["kept"]} for row in data["methods"]]
    confidence = [{"group": r["group"], "n": r["kept"]} for r in figures["confidence"] if r["split"] == TOTAL]
    drawn = {"reasons": _bars(reasons), "methods": _bars(methods), "confidence": _bars(confidence)}
    if data["drift"]:
        drawn["drift"] = _drift_chart(data["drift"])
    if figures["curve"]:
        drawn["precision"] = _curve_chart(figures["curve"])
    return {name: svg(chart) for name, chart in drawn.items()}


def svg(chart: Any) -> str:
    """Vega-Lite -> SVG text that a page can hold: on no ground of its own, as wide as there is room."""
    import vl_convert

    return vl_convert.vegalite_to_svg(_styled(chart).to_dict())


def _styled(chart: Any) -> Any:
    return (
        chart.configure(background="transparent", font="system-ui, sans-serif", padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            domain=False,
            ticks=False,
            grid=False,
            labelColor=INK,
            titleColor=INK,
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            labelLimit=LABELS,
            labelPadding=6,
        )
        .configure_header(labelColor=INK, labelFontSize=12, labelFontWeight="bold", title=None)
    )


def _bars(rows: list[Row]) -> Any:
    """Horizontal bars in the order of the rows, the count written at each."""
    import altair as alt

    base = alt.Chart(alt.Data(values=rows), width=WIDTH, height=alt.Step(22)).encode(
        y=alt.Y("group:N", sort=None, title=None, axis=alt.Axis(minExtent=LABELS)),
        x=alt.X("n:Q", axis=None, scale=alt.Scale(domain=[0, 1.25 * max(1, *(row["n"] for row in rows))])),
    )
    label = base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text=alt.Text("n:Q", format=","))
    return base.mark_bar(color=BAR, height=14) + label


def _drift_chart(rows: list[Row]) -> Any:
    """Bars to the left (rarer in what was kept) and right (more common), a panel for each breakdown."""
    import altair as alt

    split = [
        {"panel": panel, "name": name or panel, "points": row["points"], "label": _signed(row["points"])}
        for row in rows
        for panel, _, name in [row["group"].partition(": ")]
    ]
    reach = 1.7 * max(0.5, *(abs(row["points"]) for row in split))
    scale = alt.Scale(domain=[-reach, reach])
    panels = []
    for panel in dict.fromkeys(row["panel"] for row in split):
        base = alt.Chart(
            alt.Data(values=[row for row in split if row["panel"] == panel]), width=WIDTH, height=alt.Step(18)
        ).encode(
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
        panels.append((rule + base.mark_bar(color=BAR, height=11) + left + right).properties(title=_panel_title(panel)))
    return alt.vconcat(*panels, spacing=10)


def _signed(points: float) -> str:
    rounded = round(points, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def _panel_title(panel: str) -> Any:
    import altair as alt

    return alt.TitleParams(panel.capitalize(), anchor="start", frame="group", color=INK, fontSize=12, offset=4)


def _curve_chart(rows: list[Row]) -> Any:
    """Precision against yield: measured full, named at its left end; expected dashed, named at its right end."""
    import altair as alt

    def reach(key: str) -> list[float]:
        least = min(row[key] for row in rows)
        return [min(floor(10 * least) / 10, 0.9), 1]

    base = alt.Chart(alt.Data(values=rows), width=WIDTH + LABELS - 60, height=200).encode(
        x=_percent_axis("x", "yield", reach("yield")), y=_percent_axis("y", "precision", reach("precision"))
    )
    layers = []
    for how, dash, end, label in (
        ("measured", [1, 0], min, {"align": "left", "dx": 2, "dy": -9}),
        ("expected", [4, 3], max, {"align": "right", "dx": -6, "dy": 12}),
    ):
        mine = [row for row in rows if row["how"] == how]
        if mine:
            line = base.transform_filter(f"datum.how == '{how}'")
            named = alt.Chart(alt.Data(values=[end(mine, key=lambda row: row["yield"])]))
            layers.append(line.mark_line(color=BAR, strokeDash=dash, strokeWidth=2))
            layers.append(
                named.mark_text(color=INK, fontSize=12, **label).encode(x="yield:Q", y="precision:Q", text="how:N")
            )
    return alt.layer(*layers)


def _percent_axis(channel: str, key: str, domain: list[float]) -> Any:
    import altair as alt

    return {"x": alt.X, "y": alt.Y}[channel](
        f"{key}:Q",
        title=key,
        scale=alt.Scale(domain=domain),
        axis=alt.Axis(format="%", tickCount=4, grid=channel == "y", gridColor=FAINT),
    )
