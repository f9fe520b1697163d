"""Render the model card: the model's training, its scores, and its limits."""

from collections.abc import Sequence

import msgspec

from spanferry.reader.features import describe_skipped
from spanferry.reader.metrics import Figures, warn_about_total
from spanferry.reader.rendering import TableRow, render_template
from spanferry.reader.run_report import RunDetails
from spanferry.reader.settings import Run

SCORE_ROWS = (
    ("", "exact", "f1", "total"),
    ("HasAns", "HasAns_exact", "HasAns_f1", "HasAns_total"),
    ("NoAns", "NoAns_exact", "NoAns_f1", "NoAns_total"),
    ("best threshold", "best_exact", "best_f1", "total"),
)
"""(label, key of exact match, key of F1, key of the number of questions)."""

TASK = "question-answering"
HUB_METRICS = {"exact_match": "exact", "f1": "f1"}
"""Name of the metric on the Hub -> key of its figure."""

DIMENSIONS = {
    "question_word": "question word",
    "answer_length": "length of the answer in words",
    "method": "how the answer's span was found in the translation",
    "language": "language",
    "own_language": "language, scored by its own rules",
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


def yaml_header(name: str, run: Run, figures: Figures, languages: Sequence[str]) -> str:
    """Return the metadata between the card's `---` lines, in the Hub's format."""
    from huggingface_hub import EvalResult, ModelCardData

    results = [
        EvalResult(
            task_type=TASK,
            dataset_type="squad_v2",
            dataset_name=", ".join(run.evaluate_on),
            metric_type=metric,
            metric_value=round(figures[key], 4),
        )
        for metric, key in HUB_METRICS.items()
    ]
    return ModelCardData(
        language=list(languages),
        library_name="transformers",
        pipeline_tag=TASK,
        base_model=run.base.model,
        tags=[TASK, "extractive-qa", "squad"],
        model_name=name,
        eval_results=results,
    ).to_yaml()


def render_card(name: str, details: RunDetails, figures: Figures) -> str:
    """Render the card as Markdown with a YAML header. figures: the flat report."""
    run, counts = details.run, details.training.features
    languages = sorted(details.breakdown.get("language") or set(details.languages.values()))
    return render_template(
        "model_card.md.jinja",
        name=name,
        header=yaml_header(name, run, figures, languages),
        scratch=run.base.scratch is not None,
        answers_nothing="NoAns_total" in figures,
        evaluated_on=", ".join(run.evaluate_on),
        trained_on=", ".join(run.train_on),
        figures=figures,
        figure_rows=_figure_rows(figures),
        seeds=list(details.seeds),
        warning=warn_about_total(figures),
        overlaps=[str(overlap) for overlap in details.overlaps],
        breakdown=_breakdown_tables(details),
        training_rows=_training_rows(details),
        questions=counts.questions,
        windows=counts.windows,
        left_out=describe_skipped(counts),
    )
