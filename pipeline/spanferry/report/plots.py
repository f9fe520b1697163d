"""Rows for `dvc plots`, and the changes in share that the page draws."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from spanferry.loss_figures import TOTAL, BreakdownRow, Breakdowns, CurvePoint, LossFigures
from spanferry.records import Method, Reason
from spanferry.report.wording import BREAKDOWNS


class ReasonCount(Struct, frozen=True):
    """The number of questions with an answer that were dropped for a reason."""

    reason: Reason
    dropped: int


class MethodCount(Struct, frozen=True):
    """The number of kept answers that a method found."""

    method: Method
    kept: int


class GroupShift(Struct, frozen=True):
    """The change of a group's share (after minus before), in percentage points."""

    group: str
    points: float


class GroupShare(Struct, frozen=True):
    """A group's share in the source and in what was kept. points: the difference, in percentage points."""

    group: str
    before: float
    after: float
    points: float


def plot_rows(figures: LossFigures) -> dict[str, Sequence[Struct]]:
    """Return the rows of each file for DVC's built-in templates, by file name without suffix.

    reasons     {reason, dropped}                    questions with an answer, all splits
    methods     {method, kept}                       their answers
    drift       {group, points}                      share after minus before, in percentage points
    precision   {how, threshold, precision, yield}   the curve measured against gold, or else the expected one
    """
    return {
        "reasons": reason_counts(figures),
        "methods": method_counts(figures),
        "drift": list(group_shifts(figures)),
        "precision": single_curve(figures.curve),
    }


def reason_counts(figures: LossFigures) -> list[ReasonCount]:
    """Return the number of dropped questions with an answer, by reason."""
    return [ReasonCount(reason, figures.total.has_answer.reasons.get(reason, 0)) for reason in Reason]


def method_counts(figures: LossFigures) -> list[MethodCount]:
    """Return the number of kept answers without the plausible ones, by method."""
    return [MethodCount(method, figures.total.answers.methods[method]) for method in Method]


def single_curve(points: Sequence[CurvePoint]) -> Sequence[CurvePoint]:
    """Return the measured curve, or else the expected one. DVC would draw two curves in one file as a zigzag."""
    return [point for point in points if point.how == "measured"] or points


def group_shifts(figures: LossFigures) -> Iterator[GroupShift]:
    """Yield the change in the share of questions without an answer, then of each group of each breakdown."""
    before, after = figures.total.drift.no_answer_share_before, figures.total.drift.no_answer_share_after
    if before is not None and after is not None:
        yield GroupShift("no answer", round(100 * (after - before), 3))
    for name, label in BREAKDOWNS.items():
        for share in group_shares(breakdown_rows(figures.breakdowns, name)):
            yield GroupShift(f"{label.title.lower()}: {share.group}", share.points)


def breakdown_rows(breakdowns: Breakdowns, name: str) -> list[BreakdownRow]:
    """Return the rows of a breakdown for both splits together. name: a key of `wording.BREAKDOWNS`."""
    rows: tuple[BreakdownRow, ...] = getattr(breakdowns, name)
    return [row for row in rows if row.split == TOTAL]


def group_shares(rows: Sequence[BreakdownRow]) -> Iterator[GroupShare]:
    """Yield the share of each group before and after; nothing when no row was visited or kept."""
    visited, kept = sum(row.visited for row in rows), sum(row.kept for row in rows)
    if not visited or not kept:
        return
    for row in rows:
        before, after = row.visited / visited, row.kept / kept
        yield GroupShare(row.group, before, after, round(100 * (after - before), 3))
