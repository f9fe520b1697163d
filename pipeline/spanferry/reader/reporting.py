"""Evaluate the model of a run, and write its report and its model card."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from spanferry.files import write_bytes, write_json
from spanferry.pretrained import silence_transformers
from spanferry.reader.card import render_card
from spanferry.reader.gold import read_gold
from spanferry.reader.metrics import Figures
from spanferry.reader.published import find_published, read_published
from spanferry.reader.run_report import evaluate_run, write_report_folder
from spanferry.reader.settings import Run

ProgressBar = Callable[[], AbstractContextManager[Callable[[int], object]]]
"""Opens a progress bar over a number of windows that is not known before."""


def report_run(
    name: str,
    run: Run,
    languages: Mapping[str, str],
    *,
    data: Path,
    model: Path,
    report: Path,
    details: Path,
    card: Path,
    progress_bar: ProgressBar,
) -> Figures:
    """Answer the gold questions of a run with its model, score the answers, and write the results.

    languages: code of the language of each corpus that the run is evaluated on. data: the folder of the corpora. model:
    the folder of the model. report: the JSON file of figures to write. details: the folder to write for what is behind
    them. card: the model card to write. Returns the figures. Raises InputError.
    """
    gold = read_gold(data, languages)
    published = find_published(read_published(), name, languages.values())
    silence_transformers()
    with progress_bar() as progress:
        result = evaluate_run(run, model, gold, languages, published, progress)
    write_report_folder(details, result)
    write_bytes(card, render_card(name, result.details, result.figures).encode())
    write_json(report, result.figures)
    return result.figures
