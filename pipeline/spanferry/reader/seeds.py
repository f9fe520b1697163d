"""Join the reports of one run that was trained with several seeds."""

from collections.abc import Mapping
from statistics import fmean, stdev

from msgspec.structs import replace

from spanferry.reader.evaluation import Breakdown
from spanferry.reader.metrics import Averages, Figures
from spanferry.reader.run_report import RunDetails
from spanferry.reader.significance import bootstrap_interval

Scores = dict[str, tuple[float, float, int]]
"""Question id -> (exact, F1, number of its paragraph), as `RunDetails` has them."""


def join_figures(figures: Mapping[int, Figures], details: RunDetails) -> Figures:
    """Return the mean of each figure over the seeds, and the standard deviation of exact match and F1 between them.

    figures: seed -> flat report. details: the joined details. The intervals are those of the questions' mean scores:
    they say how much other questions would change the mean, the deviations how much other seeds would.
    """
    reports = list(figures.values())
    joined: Figures = {key: fmean(each[key] for each in reports) for key in reports[0]}
    paragraph_of = {question: paragraph for question, (_, _, paragraph) in details.scores.items()}
    for column, name in enumerate(("exact", "f1")):
        values = {question: scores[column] for question, scores in details.scores.items()}
        joined[f"{name}_low"], joined[f"{name}_high"] = bootstrap_interval(values, paragraph_of)
        joined[f"{name}_deviation"] = stdev(each[name] for each in reports) if len(reports) > 1 else 0.0
    return joined | {"seeds": float(len(reports))}


def join_details(details: Mapping[int, RunDetails], figures: Mapping[int, Figures]) -> RunDetails:
    """Return the details of all seeds as one: means of the scores and of the breakdown.

    details, figures: seed -> what is reported of its model. `run` and `training` are those of the first seed.
    """
    reports = list(details.values())
    return replace(
        reports[0],
        breakdown=_join_breakdowns([each.breakdown for each in reports]),
        scores=_join_scores([each.scores for each in reports]),
        seeds={seed: (each["exact"], each["f1"]) for seed, each in figures.items()},
    )


def _join_scores(reports: list[Scores]) -> Scores:
    def join(question: str, column: int) -> float:
        return fmean(each[question][column] for each in reports)

    return {one: (join(one, 0), join(one, 1), paragraph) for one, (_, _, paragraph) in reports[0].items()}


def _join_breakdowns(reports: list[Breakdown]) -> Breakdown:
    """Return the mean of each group over the seeds. All seeds have the same questions, hence the same groups."""

    def join(groups: list[Averages]) -> Averages:
        exact, f1 = fmean(group.exact for group in groups), fmean(group.f1 for group in groups)
        return replace(groups[0], exact=exact, f1=f1)

    return {
        dimension: {name: join([each[dimension][name] for each in reports]) for name in groups}
        for dimension, groups in reports[0].items()
    }
