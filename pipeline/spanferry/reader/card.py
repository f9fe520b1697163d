"""The model card: what a model was made of, what it scores, what it cannot do."""

import jinja2

from spanferry.reader.comparison import TEMPLATES, markdown_table
from spanferry.reader.features import left_out
from spanferry.reader.run_report import Details

HEADS = (
    ("", "exact", "f1", "total"),
    ("HasAns", "HasAns_exact", "HasAns_f1", "HasAns_total"),
    ("NoAns", "NoAns_exact", "NoAns_f1", "NoAns_total"),
    ("best threshold", "best_exact", "best_f1", "total"),
)
WORDS = {
    "question_word": "question word",
    "answer_length": "length of the answer in words",
    "method": "how the answer's span was found in the translation",
    "language": "language",
}


def _scores(name: str, label: str, figures: dict[str, float], keys: tuple[str, str, str]) -> dict[str, str]:
    exact, f1, total = (figures[key] for key in keys)
    return {name: label, "EM": f"{exact:.2f}", "F1": f"{f1:.2f}", "Questions": f"{total:,.0f}"}


def render(name: str, details: Details, figures: dict[str, float], language: str) -> str:
    """The card as Markdown with a YAML header. figures: the flat report; language: of the corpora, a code."""
    run, record = details.run, details.training
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=False,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    base = {"base model": run.base.name, "commit": record["commit"], "steps": record["steps"]}
    settings = {key: value for key, value in record["settings"]["training"].items() if value is not None}
    return environment.get_template("model_card.md.jinja").render(
        name=name,
        languages=sorted(details.breakdown.get("language", {language: {}})),
        base_model=run.base.model,
        scratch=run.base.scratch is not None,
        answers_nothing="NoAns_total" in figures,
        evaluated_on=", ".join(run.evaluate_on),
        trained_on=", ".join(run.train_on),
        figures=figures,
        figure_rows=[_scores("", label or "all", figures, keys) for label, *keys in HEADS if keys[0] in figures],
        breakdown=[
            (
                WORDS[dimension],
                [_scores(WORDS[dimension], group, row, ("exact", "f1", "total")) for group, row in groups.items()],
            )
            for dimension, groups in details.breakdown.items()
        ],
        training_rows=[
            {"Setting": key.replace("_", " "), "Value": str(value)}
            for key, value in (base | settings).items()
            if value is not None
        ],
        questions=record["features"]["questions"],
        windows=record["features"]["windows"],
        left_out=left_out(record["features"]),
        table=markdown_table,
    )
