"""Charts: rows for `dvc plots`, and static SVG (Vega-Lite) for the page."""

from collections.abc import Iterator
from typing import Any

from pipeline.loss import BREAKDOWNS, TOTAL
from pipeline.report import wording
from pipeline.tables import Method, Reason

Row = dict[str, Any]


def plot_data(figures: Row) -> dict[str, list[Row]]:
    """File name -> rows for DVC's built-in templates; the same rows feed the page's charts.

    reasons     {reason, dropped}                    questions with an answer, all splits
    methods     {method, kept}                       their answers
    drift       {group, points}                      share after minus before, in points of a hundred
    precision   {how, threshold, precision, yield}   of the surest answer of each question, see accuracy
    """
    has, answers = figures[TOTAL]["has_answer"], figures[TOTAL]["answers"]
    return {
        "reasons": [{"reason": r.value, "dropped": has["reasons"][r]} for r in Reason],
        "methods": [{"method": m.value, "kept": answers["methods"][m]} for m in Method],
        "drift": list(_drift(figures)),
        "precision": figures["curve"],
    }


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
