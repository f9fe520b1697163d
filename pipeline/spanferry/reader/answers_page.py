"""Render answers.html, the page of one run: what became of its questions, and its worst answers."""

from collections.abc import Mapping
from pathlib import Path

from spanferry.pages.templating import render_page
from spanferry.reader.gold import Gold
from spanferry.reader.metrics import Figures, warn_about_total
from spanferry.reader.run_report import RunDetails
from spanferry.reader.worst_answers import GivenAnswers, Outcome, count_outcomes, find_worst

ANSWERS_PAGE = "answers.html"
TEMPLATE = Path(__file__).with_name("templates") / ANSWERS_PAGE
FILES = {
    "predictions.json": "the answers",
    "n_best.json": "the best candidates of each question",
    "null_odds.json": "the odds of no answer",
    "details.json": "settings, breakdowns and the scores of each question",
}
"""Name of a file beside the page -> what it holds."""


def list_folders(details: RunDetails) -> list[str]:
    """Return the folders with predictions below a run's own, each with a slash at its end; "" is the run's own."""
    return [f"{details.run.folder_of(seed)}/" for seed in details.seeds] or [""]


def render_answers(
    name: str, details: RunDetails, figures: Figures, gold: Gold, models: Mapping[str, GivenAnswers]
) -> str:
    """Render the page as HTML text.

    details, figures: those of the run; with several seeds the means. models: label of a seed ("" without several) ->
    the answers of its model.
    """
    counts = [count_outcomes(gold.document, answers) for answers in models.values()]
    return render_page(
        TEMPLATE,
        name=name,
        run=details.run,
        figures=figures,
        warning=warn_about_total(figures),
        overlaps=details.overlaps,
        labels=list(models),
        outcomes=[(outcome.value, [count[outcome] for count in counts]) for outcome in Outcome],
        worst=find_worst(gold.document, models, gold.language_of),
        folders=list_folders(details),
        files=FILES,
    )
