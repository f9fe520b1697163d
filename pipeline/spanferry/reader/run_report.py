"""What is written about one run: its figures (a DVC metric), and the details behind them.

reports/runs/<run>.json                 flat: the official keys, what helps to read them, what was published
reports/runs/<run>/predictions.json     {question id: answer}
reports/runs/<run>/null_odds.json       {question id: odds of "no answer"}
reports/runs/<run>/n_best.json          {question id: [{text, start_logit, end_logit, probability}]}
reports/runs/<run>/details.json         Details
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from spanferry.files import atomic_folder, read_json, write_bytes, write_json
from spanferry.reader import models
from spanferry.reader.evaluation import Evaluation, Gold, evaluate
from spanferry.reader.features import examples
from spanferry.reader.metrics import all_answered
from spanferry.reader.prediction import Answers, predict
from spanferry.reader.published import Published
from spanferry.reader.runs import Run
from spanferry.reader.training import read_record

OFFICIAL_THRESHOLD = 1.0  # of evaluate-v2.0.py; the answers are "" from `null_threshold` on already
SHOWN_BESIDE = ("exact", "f1", "HasAns_exact", "HasAns_f1", "NoAns_exact")


class Details(Struct, frozen=True):
    """The settings the figures belong to, the training's record, breakdowns, and each question's scores.

    scores: question id -> [exact, f1, number of its paragraph].
    """

    run: Run
    training: dict[str, Any]
    breakdown: dict[str, dict[str, dict[str, float]]]
    scores: dict[str, tuple[float, float, int]]


def figures(evaluation: Evaluation, published: Published | None) -> dict[str, float]:
    """The flat report: official keys first in rank, then ours, then `published_*` where there are any."""
    beside = (
        {}
        if published is None
        else {f"published_{key}": published.figures[key] for key in SHOWN_BESIDE if key in published.figures}
    )
    return evaluation.official | evaluation.beside | beside


@dataclass(frozen=True)
class Report:
    answers: Answers
    figures: dict[str, float]
    details: Details


def evaluate_run(
    run: Run,
    folder: Path,
    gold: Gold,
    language: str,
    published: Published | None,
    progress: Callable[[int], object] = lambda _: None,
) -> Report:
    """Lets the model in a folder answer the gold questions, and scores it.

    language: of questions whose id carries none. progress: told of the windows done. Raises InputError.
    """
    import torch

    record = read_record(folder)
    tokenizer = models.load_tokenizer(folder)
    model = models.load_model(folder).to("cuda" if torch.cuda.is_available() else "cpu")
    unanswerable = not all_answered(gold.document)
    answers = predict(model, tokenizer, examples([gold.document]), run.training, run.prediction, unanswerable, progress)
    evaluation = evaluate(
        gold.document,
        answers.predictions,
        null_odds=answers.null_odds if unanswerable else None,
        threshold=max(run.prediction.null_threshold, OFFICIAL_THRESHOLD),
        language=language,
        method_of=gold.method_of,
    )
    scored = evaluation.scores
    scores = {
        one: (float(scored.exact[one]), float(scored.f1[one]), evaluation.paragraph_of[one]) for one in scored.exact
    }
    return Report(answers, figures(evaluation, published), Details(run, record, evaluation.breakdown, scores))


def write_answers(folder: Path, answers: Answers) -> None:
    """Writes predictions.json, null_odds.json and n_best.json into a folder."""
    for name in ("predictions", "null_odds"):
        compact = msgspec.json.encode(getattr(answers, name))
        write_bytes(folder / f"{name}.json", msgspec.json.format(compact, indent=2) + b"\n")
    write_bytes(folder / "n_best.json", msgspec.json.encode(dict(answers.n_best())))


def write(folder: Path, report: Report) -> None:
    """Writes everything but the flat figures, the folder whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder) as beside:
        write_answers(beside, report.answers)
        write_json(beside / "details.json", msgspec.to_builtins(report.details))


def read_details(folder: Path) -> Details:
    """Reads a run's details.json. Raises InputError."""
    return read_json(folder / "details.json", Details)
