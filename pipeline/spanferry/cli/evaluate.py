"""`spanferry evaluate`: scores predictions as the official SQuAD script does, with intervals and breakdowns."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command, command_name, path_option, say_line
from spanferry.config import PARAMS, read_params
from spanferry.printing import printable_json
from spanferry.squad import cleaned_language, read_document

SHOWN_CHARACTERS = 40  # of an id in a message


@click.command(
    cls=Command, name="evaluate", example="spanferry evaluate --gold dev-v2.0.json --predictions predictions.json"
)
@path_option("--gold", help="A file of questions: SQuAD 1.1 or 2.0, rows, or MRQA.")
@path_option(
    "--predictions",
    help='A JSON file {question id: answer}, with "" for no answer; an n-best file; or rows with prediction_text.',
)
@path_option("--null-odds", required=False, help="A JSON file {question id: odds or probability of no answer}.")
@click.option("--threshold", default=1.0, show_default=True, help="Null odds above this value count as no answer.")
@click.option(
    "--language",
    help="The language whose articles are ignored in addition to a/an/the.  "
    "[default: that in the name of a cleaned file, or language.target of params.yaml, or en]",
)
@path_option(
    "--against", required=False, help="Other predictions, for a paired test. Null odds are not applied to them."
)
@click.option("--table", "as_table", is_flag=True, help="Print a table of the scores instead of JSON.")
def evaluate(
    gold: Path,
    predictions: Path,
    null_odds: Path | None,
    threshold: float,
    language: str | None,
    against: Path | None,
    as_table: bool,
) -> None:
    """Score PREDICTIONS against GOLD and print JSON. The keys of the official script are at its top level.

    Of an n-best file, {question id: [{"text": ..., "probability": ...}]}, the most probable answer counts. Rows,
    [{"id": ..., "prediction_text": ...}], may have null odds as no_answer_probability, unless --null-odds is given.
    """
    from spanferry.reader import evaluation, metrics, prediction_files

    reading = read_document(gold)
    document = reading.document
    read = prediction_files.read_predictions(predictions)
    odds = prediction_files.read_null_odds(null_odds) if null_odds else read.no_answer_probability
    language = language or cleaned_language(gold.name) or default_language()
    result = evaluation.evaluate(document, read.answers, null_odds=odds, threshold=threshold, language=language)
    printed = result.to_json()
    if against:
        tests = evaluation.compare_predictions(document, result, prediction_files.read_predictions(against).answers)
        printed["against"] = msgspec.to_builtins(tests)
    if as_table:
        click.echo("\n".join(table_lines(result.figures())))
    else:
        click.echo(printable_json(json.dumps(printed, ensure_ascii=False, indent=2)))
    if warning := metrics.warn_about_total(result.figures()):
        say_line(command_name(), warning)
    for line in reading.describe(uses_offsets=False):
        say_line(command_name(), f"{gold}: {line}")
    if result.missing:
        subject = "1 question has" if result.missing == 1 else f"{result.missing:,} questions have"
        say_line(command_name(), f"{subject} no prediction")
    unknown = [question for question in read.answers if question not in result.scores.has_answer]
    if unknown:
        subject = "1 prediction is" if len(unknown) == 1 else f"{len(unknown):,} predictions are"
        example = repr(unknown[0][:SHOWN_CHARACTERS])
        say_line(command_name(), f"{subject} not for a question of {gold}, such as {example}")


def table_lines(figures: Mapping[str, float]) -> Iterator[str]:
    """Yield a table of the official scores in per cent, with their 95 % intervals where they are known."""
    yield f"{'':<12}{'questions':>11}{'EM %':>9}{'F1 %':>9}"
    for label, prefix in (("all", ""), ("has answer", "HasAns_"), ("no answer", "NoAns_")):
        total, exact, f1 = (figures.get(f"{prefix}{key}") for key in ("total", "exact", "f1"))
        if total is not None and exact is not None and f1 is not None:
            yield f"{label:<12}{total:>11,.0f}{exact:>9.2f}{f1:>9.2f}"
    if "exact_low" in figures:
        exact, f1 = (f"{figures[f'{key}_low']:.2f} to {figures[f'{key}_high']:.2f}" for key in ("exact", "f1"))
        yield f"95 % intervals: EM {exact}, F1 {f1}"


def default_language() -> str:
    """Return `language.target` of the project in the working folder, "en" outside of one."""
    return read_params().language.target if PARAMS.exists() else "en"
