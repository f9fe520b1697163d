"""`spanferry ask`: answers one question with a fine-tuned model."""

import json

import click

from spanferry.cli.support import Command
from spanferry.printing import printable_json
from spanferry.reader.settings import WeightsFormat


@click.command(cls=Command, name="ask")
@click.option("--model", required=True, help="The folder of a model, or its name on the Hugging Face Hub.")
@click.option("--revision", default="main", show_default=True, help="The commit, tag or branch of a Hub model.")
@click.option(
    "--weights",
    default="safetensors",
    type=click.Choice(["safetensors", "torch"]),
    show_default=True,
    help="The format of the weights to load.",
)
@click.option("--context", required=True, help="The text that contains the answer.")
@click.option("--question", required=True, help="The question to answer.")
@click.option("--top-k", default=1, show_default=True, help="Maximum number of answers to print.")
@click.option("--max-answer-len", default=15, show_default=True, help="Maximum length of an answer in tokens.")
@click.option("--doc-stride", type=int, help="Tokens that successive windows of a long context share.  [default: 128]")
@click.option(
    "--align-to-words/--no-align-to-words",
    default=True,
    show_default=True,
    help="Extend answers to whole words, or leave them as the tokens are.",
)
@click.option("--handle-impossible-answer", is_flag=True, help='Allow the answer "", which means no answer.')
def ask(
    model: str,
    revision: str,
    weights: WeightsFormat,
    context: str,
    question: str,
    top_k: int,
    max_answer_len: int,
    doc_stride: int | None,
    align_to_words: bool,
    handle_impossible_answer: bool,
) -> None:
    """Answer a question and print the answer as JSON: score, start, end (code points of the context), answer."""
    from spanferry.reader import QuestionAnswerer
    from spanferry.reader.models import silence_transformers

    silence_transformers()
    answerer = QuestionAnswerer(model, revision=revision, weights=weights)
    answer = answerer(
        question=question,
        context=context,
        top_k=top_k,
        max_answer_len=max_answer_len,
        doc_stride=doc_stride,
        align_to_words=align_to_words,
        handle_impossible_answer=handle_impossible_answer,
    )
    click.echo(printable_json(json.dumps(answer, ensure_ascii=False)))
