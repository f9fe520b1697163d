"""Render the model card: the model's training, its scores, and its limits."""

import msgspec

from spanferry.reader.features import describe_skipped
from spanferry.reader.metrics import Figures
from spanferry.reader.rendering import TableRow, render_template
from spanferry.reader.run_report import RunDetails

SCORE_ROWS = (
    ("", "exact", "f1", "total"),
    ("HasAns", "HasAns_exact", "HasAns_f1", "HasAns_total"),
    ("NoAns", "NoAns_exact", "NoAns_f1", "NoAns_total"),
    ("best threshold", "best_exact", "best_f1", "total"),
)
"""(label, key of exact match, key of F1, key of the number of questions)."""

DIMENSIONS = {
    "question_word": "question word",
    "answer_length": "length of the answer in words",
    "method": "how the answer's span was found in the translation",
    "language": "language",
}


def _score_row(title: str, label: str, exact: float, f1: float, total: float) -> TableRow:
    return {title: label, "EM": f"{exact:.2f}", "F1": f"{f1:.2f}", "Questions": f"{total:,.0f}"}


def _figure_rows(figures: Figures) -> list[TableRow]:
    return [
        _score_row("", label or "all", figures[exact], figures[f1], figures[total])
        for label, exact, f1, total in SCORE_ROWS
        if exact in figures
    ]


def _breakdown_tables(details: RunDetails) -> list[tuple[str, list[TableRow]]]:
    return [
        (
            DIMENSIONS[dimension],
            [
                _score_row(DIMENSIONS[dimension], label, group.exact, group.f1, group.total)
                for label, group in groups.items()
            ],
        )
        for dimension, groups in details.breakdown.items()
    ]


def _training_rows(details: RunDetails) -> list[TableRow]:
    """Return a row for the base model, and for each hyperparameter that is set."""
    record = details.training
    base = {"base model": details.run.base.name, "commit": record.commit, "steps": record.steps}
    settings = sorted(msgspec.structs.asdict(record.settings.training).items())
    return [
        {"Setting": key.replace("_", " "), "Value": str(value)}
        for key, value in [*base.items(), *settings]
        if value is not None
    ]


def render_card(name: str, details: RunDetails, figures: Figures, language: str) -> str:
    """Render the card as Markdown with a YAML header.

    figures: the flat report. language: code of the corpora's language, for questions whose id states none.
    """
    run, counts = details.run, details.training.features
    return render_template(
        "model_card.md.jinja",
        name=name,
        languages=sorted(details.breakdown.get("language") or [language]),
        base_model=run.base.model,
        scratch=run.base.scratch is not None,
        answers_nothing="NoAns_total" in figures,
        evaluated_on=", ".join(run.evaluate_on),
        trained_on=", ".join(run.train_on),
        figures=figures,
        figure_rows=_figure_rows(figures),
        breakdown=_breakdown_tables(details),
        training_rows=_training_rows(details),
        questions=counts.questions,
        windows=counts.windows,
        left_out=describe_skipped(counts),
    )
