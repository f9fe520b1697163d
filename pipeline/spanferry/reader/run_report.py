"""Evaluate a run and write its report: the figures, and the details behind them.

reports/runs/<run>.json                 flat: official figures, intervals, language-aware and published figures
reports/runs/<run>.metrics.json         the headline figures, which are DVC metrics
reports/runs/<run>/predictions.json     {question id: answer}
reports/runs/<run>/null_odds.json       {question id: odds of "no answer"}
reports/runs/<run>/n_best.json          {question id: [{text, start_logit, end_logit, probability}]}
reports/runs/<run>/details.json         RunDetails
reports/runs/<run>/answers.html         the worst answers, as a page

A run with several seeds has one such folder for each, reports/runs/<run>/seed-<seed>/, and in its own details.json the
means over the seeds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from spanferry.files import read_json, write_bytes, write_json
from spanferry.pretrained import load_tokenizer
from spanferry.reader import models
from spanferry.reader.evaluation import Breakdown, Evaluation, evaluate
from spanferry.reader.examples import collect_examples
from spanferry.reader.gold import Gold
from spanferry.reader.metrics import Figures, is_fully_answerable
from spanferry.reader.overlap import Overlap
from spanferry.reader.prediction import PredictedAnswers, predict
from spanferry.reader.published import PublishedResult
from spanferry.reader.settings import Run
from spanferry.reader.training_record import TrainingRecord, read_training_record

OFFICIAL_THRESHOLD = 1.0  # the default of evaluate-v2.0.py; predictions above `null_threshold` are already ""
PUBLISHED_KEYS = ("exact", "f1", "HasAns_exact", "HasAns_f1", "NoAns_exact")


class RunDetails(Struct, frozen=True):
    """The run's settings, the training record, the breakdown, and each question's scores.

    scores: question id -> (exact, F1, number of its paragraph); scores are 0 to 1. languages: code of the language of
    each corpus that the run is evaluated on ("mul" if the question ids state the language). overlaps: what the run is
    both trained and evaluated on. seeds: seed -> (exact, F1), in percent, for a run with several seeds; all other
    figures are then means over the seeds, and `training` is that of the first.
    """

    run: Run
    training: TrainingRecord
    breakdown: Breakdown
    scores: dict[str, tuple[float, float, int]]
    languages: dict[str, str] = {}
    overlaps: tuple[Overlap, ...] = ()
    seeds: dict[int, tuple[float, float]] = {}


@dataclass(frozen=True)
class RunReport:
    """The answers of a run's model, the flat figures, and the details behind them."""

    answers: PredictedAnswers
    figures: Figures
    details: RunDetails


def flatten_figures(evaluation: Evaluation, published: PublishedResult | None) -> Figures:
    """Return the flat report: the evaluation's figures, then `published_*` where there are published ones."""
    figures = evaluation.figures()
    if published is not None:
        figures |= {f"published_{key}": published.figures[key] for key in PUBLISHED_KEYS if key in published.figures}
    return figures


def evaluate_run(
    run: Run,
    folder: Path,
    gold: Gold,
    languages: Mapping[str, str],
    published: PublishedResult | None,
    overlaps: Sequence[Overlap] = (),
    progress: Callable[[int], object] = lambda _: None,
) -> RunReport:
    """Answer the gold questions with the model in a folder, and evaluate the answers.

    languages: code of the language of each corpus that the run is evaluated on. overlaps: what the run is both trained
    and evaluated on. progress is called with the number of windows of each batch. Raises InputError.
    """
    import torch

    record = read_training_record(folder)
    tokenizer = load_tokenizer(folder)
    model = models.load_model(folder).to("cuda" if torch.cuda.is_available() else "cpu")
    allow_no_answer = not is_fully_answerable(gold.document)
    data = collect_examples([gold.document])
    answers = predict(model, tokenizer, data, run.training, run.prediction, allow_no_answer, progress)
    evaluation = evaluate(
        gold.document,
        answers.predictions,
        null_odds=answers.null_odds if allow_no_answer else None,
        threshold=max(run.prediction.null_threshold, OFFICIAL_THRESHOLD),
        language=gold.language_of,
        method_of=gold.method_of,
    )
    details = RunDetails(
        run, record, evaluation.breakdown, collect_scores(evaluation), dict(languages), tuple(overlaps)
    )
    return RunReport(answers, flatten_figures(evaluation, published), details)


def collect_scores(evaluation: Evaluation) -> dict[str, tuple[float, float, int]]:
    """Return each question's scores as `RunDetails` stores them."""
    scores, paragraph_of = evaluation.scores, evaluation.paragraph_of
    return {one: (float(scores.exact[one]), float(scores.f1[one]), paragraph_of[one]) for one in scores.exact}


def write_answers(folder: Path, answers: PredictedAnswers) -> None:
    """Write predictions.json, null_odds.json and n_best.json into a folder."""
    for name, values in (("predictions", answers.predictions), ("null_odds", answers.null_odds)):
        write_bytes(folder / f"{name}.json", msgspec.json.format(msgspec.json.encode(values), indent=2) + b"\n")
    write_bytes(folder / "n_best.json", msgspec.json.encode(dict(answers.n_best())))


def write_report(folder: Path, report: RunReport) -> None:
    """Write everything but the flat figures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_answers(folder, report.answers)
    write_details(folder, report.details)


def write_details(folder: Path, details: RunDetails) -> None:
    """Write details.json into a folder."""
    write_json(folder / "details.json", details)


def read_details(folder: Path) -> RunDetails:
    """Read a run's details.json. Raises InputError."""
    return read_json(folder / "details.json", RunDetails)
