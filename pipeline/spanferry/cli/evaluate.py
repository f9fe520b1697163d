"""`spanferry evaluate`: the official SQuAD figures, with intervals and breakdowns, for any two files."""

import json
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command, path_option
from spanferry.printing import printable_json
from spanferry.squad import read_squad


@click.command(cls=Command, name="evaluate")
@path_option("--gold", help="A SQuAD file, 1.1 or 2.0.")
@path_option("--predictions", help='JSON: {question id: answer}, "" for no answer.')
@path_option("--null-odds", required=False, help="JSON: {question id: odds or probability of no answer}.")
@click.option("--threshold", default=1.0, show_default=True, help="Null odds above it count as no answer.")
@click.option(
    "--language", default="nl", show_default=True, help="Whose articles are removed beside the official a/an/the."
)
@path_option(
    "--against", required=False, help="Other predictions for a paired test; taken as they are, without null odds."
)
def evaluate(
    gold: Path, predictions: Path, null_odds: Path | None, threshold: float, language: str, against: Path | None
) -> None:
    """Scores PREDICTIONS against GOLD and prints JSON, the official script's keys at its top level."""
    from spanferry.reader import evaluation

    document = read_squad(gold)
    answers = evaluation.read_predictions(predictions)
    odds = evaluation.read_null_odds(null_odds) if null_odds else None
    result = evaluation.evaluate(document, answers, null_odds=odds, threshold=threshold, language=language)
    printed = result.to_json()
    if against:
        tests = evaluation.compare_predictions(document, result, evaluation.read_predictions(against))
        printed["against"] = msgspec.to_builtins(tests)
    click.echo(printable_json(json.dumps(printed, ensure_ascii=False, indent=2)))
    if result.missing:
        subject = "1 question has" if result.missing == 1 else f"{result.missing:,} questions have"
        click.echo(f"evaluate: {subject} no prediction", err=True)
