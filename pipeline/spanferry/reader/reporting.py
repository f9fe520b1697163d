"""Evaluate the model of a run, and write its report and its model card."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec.structs import replace

from spanferry.files import atomic_folder, write_bytes, write_json
from spanferry.pretrained import silence_transformers
from spanferry.reader.answers_page import ANSWERS_PAGE, render_answers
from spanferry.reader.card import render_card
from spanferry.reader.gold import read_gold
from spanferry.reader.metrics import Figures
from spanferry.reader.overlap import Overlap
from spanferry.reader.published import find_published, read_published
from spanferry.reader.run_report import RunDetails, evaluate_run, write_details, write_report
from spanferry.reader.seeds import join_details, join_figures
from spanferry.reader.settings import Run
from spanferry.reader.worst_answers import GivenAnswers

HEADLINE = ("exact", "f1")
"""The figures that are DVC metrics: each has a column in `dvc metrics show` and `dvc exp show`."""

ProgressBar = Callable[[], AbstractContextManager[Callable[[int], object]]]
"""Opens a progress bar over a number of windows that is not known before."""


def report_run(
    name: str,
    run: Run,
    languages: Mapping[str, str],
    overlaps: Sequence[Overlap],
    *,
    data: Path,
    model: Path,
    report: Path,
    metrics: Path,
    details: Path,
    card: Path,
    progress_bar: ProgressBar,
) -> Figures:
    """Answer the gold questions of a run with its models, score the answers, and write the results.

    languages: code of the language of each corpus that the run is evaluated on. overlaps: what the run is both trained
    and evaluated on. data: the folder of the corpora. model: the folder of the model, or of the models of all seeds.
    report: the JSON file of figures to write. metrics: that of the headline figures. details: the folder to write for
    what is behind them. card: the model card to write. Returns the figures. Raises InputError.
    """
    gold = read_gold(data, languages)
    published = find_published(read_published(), name, languages.values())
    silence_transformers()
    by_seed: dict[int, RunDetails] = {}
    figures: dict[int, Figures] = {}
    given: dict[str, GivenAnswers] = {}
    with progress_bar() as progress, atomic_folder(details) as partial:
        for seed, single in run.by_seed().items():
            folder = run.folder_of(seed)
            result = evaluate_run(single, model / folder, gold, languages, published, overlaps, progress)
            write_report(partial / folder, result)
            by_seed[seed], figures[seed] = result.details, result.figures
            label = f"seed {seed}" if run.seeds else ""
            given[label] = GivenAnswers(result.details, result.answers.predictions, dict(result.answers.certainties()))
        [joined_details, *_], [joined, *_] = by_seed.values(), figures.values()
        if run.seeds:
            joined_details = replace(join_details(by_seed, figures), run=run)
            joined = join_figures(figures, joined_details)
            write_details(partial, joined_details)
        page = render_answers(name, joined_details, joined, gold, given)
        write_bytes(partial / ANSWERS_PAGE, page.encode())
    write_bytes(card, render_card(name, joined_details, joined).encode())
    write_json(report, joined)
    write_json(metrics, {name: joined[name] for name in HEADLINE})
    return joined
