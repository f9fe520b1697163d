"""The few figures of a build that DVC shows as metrics; loss.json has all of them.

`dvc metrics show` and `dvc exp show` give each key a column. With these four, and two of a run, they fit 120 columns.
"""

from spanferry.loss_figures import LossFigures


def headline(figures: LossFigures) -> dict[str, float]:
    """Return the metrics of a build; those without a value are left out.

    kept: questions in the cleaned files. yield: the share of the questions with an answer that were kept. expected: the
    mean calibrated probability that a kept answer is right. precision: the measured one, if there are gold spans.
    """
    total = figures.total
    values = {
        "kept": total.questions.kept,
        "yield": total.has_answer.kept_share,
        "expected": total.answers.probability,
        "precision": figures.gold.precision if figures.gold else None,
    }
    return {name: value for name, value in values.items() if value is not None}
