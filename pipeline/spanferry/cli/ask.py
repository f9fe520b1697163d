"""`spanferry ask`: one question to a fine-tuned model."""

import json

import click

from spanferry.cli.runs import quiet
from spanferry.cli.support import Command
from spanferry.printing import printable_json


@click.command(cls=Command, name="ask")
@click.option("--model", required=True, help="A model's folder, or its name on the Hugging Face Hub.")
@click.option("--revision", default="main", show_default=True, help="Of a Hub model: a commit, tag or branch.")
@click.option("--weights", default="safetensors", type=click.Choice(["safetensors", "torch"]), show_default=True)
@click.option("--context", required=True, help="The text that holds the answer.")
@click.option("--question", required=True)
@click.option("--top-k", default=1, show_default=True, help="How many answers at most.")
@click.option("--max-answer-len", default=15, show_default=True, help="Tokens of an answer at most.")
@click.option("--doc-stride", type=int, help="Tokens that the windows of a long context share.  [default: 128]")
@click.option("--handle-impossible-answer", is_flag=True, help='Let "" be an answer.')
def ask(model: str, revision: str, weights: str, **options: object) -> None:
    """Prints the answer as JSON: score, start, end (code points of the context), answer."""
    from spanferry.reader import QuestionAnswerer

    quiet()
    answerer = QuestionAnswerer(model, revision=revision, weights=weights)
    click.echo(printable_json(json.dumps(answerer(**options), ensure_ascii=False)))
