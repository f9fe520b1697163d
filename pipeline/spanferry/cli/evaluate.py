"""`spanferry evaluate`: the official SQuAD figures, and what helps to read them, for any two files."""

import json
from pathlib import Path

import click

from spanferry import squad
from spanferry.cli.support import Command, path_option
from spanferry.printing import printable_json


@click.command(cls=Command, name="evaluate")
@path_option("--gold", help="A SQuAD file, 1.1 or 2.0.")
@path_option("--predictions", help='JSON: {question id: answer}, "" for no answer.')
@path_option("--null-odds", required=False, help="JSON: {question id: odds or probability of no answer}.")
@click.option("--threshold", default=1.0, show_default=True, help="Null odds above it count as no answer.")
@click.option(
    "--language", default="nl", show_default=True, help="Whose articles are taken off beside the official a/an/the."
)
@path_option(
    "--against", required=False, help="Other predictions to test against, paired; taken as they are, without null odds."
)
def evaluate(
    gold: Path, predictions: Path, null_odds: Path | None, threshold: float, language: str, against: Path | None
) -> None:
    """Scores PREDICTIONS against GOLD and prints JSON, the official script's keys at its top level."""
    from spanferry.reader import evaluation

    document = squad.read(gold)
    answers = evaluation.read_predictions(predictions)
    odds = evaluation.read_null_odds(null_odds) if null_odds else None
    scored = evaluation.evaluate(document, answers, null_odds=odds, threshold=threshold, language=language)
    found = scored.as_json()
    if against:
        found["against"] = evaluation.compare(document, scored, evaluation.read_predictions(against))
    click.echo(printable_json(json.dumps(found, ensure_ascii=False, indent=2)))
    if missing := found["missing"]:
        told = "1 question has" if missing == 1 else f"{missing:,} questions have"
        click.echo(f"evaluate: {told} no prediction", err=True)
