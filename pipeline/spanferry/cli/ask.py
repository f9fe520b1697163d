"""`spanferry ask`: answers questions with a fine-tuned model."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spanferry.cli.support import Command, command_name, say_line
from spanferry.errors import InputError
from spanferry.files import regular_file
from spanferry.language.sentences import sentences
from spanferry.printing import printable, printable_json
from spanferry.reader.settings import WeightsFormat
from spanferry.squad import Reading, iterate_questions, read_document

if TYPE_CHECKING:
    from spanferry.reader.answerer import AnswerDict

JSON = re.compile(r"""\s*(?:\{\s*"|\[\s*[{"])""")  # the beginning of a data set, and hardly of a question
TOGETHER = 256  # questions of a file that are answered in one call, so that batches are full


@dataclass(frozen=True)
class Asked:
    """A question and its context. id: that of a data set, None for a question that a person typed."""

    question: str
    context: str
    id: str | None = None


@click.command(
    cls=Command,
    name="ask",
    example="spanferry ask --model models/sample-tiny --context-file text.txt --question 'Who?'",
)
@click.option("--model", required=True, help="The folder of a model, or its name on the Hugging Face Hub.")
@click.option("--revision", default="main", show_default=True, help="The commit, tag or branch of a Hub model.")
@click.option(
    "--weights",
    default="safetensors",
    type=click.Choice(["safetensors", "torch"]),
    show_default=True,
    help="The format of the weights to load.",
)
@click.option("--context", help="The text that contains the answers.")
@click.option("--context-file", type=click.Path(path_type=Path), help="The same from a text file (UTF-8).")
@click.option("--question", multiple=True, help="A question; may be given several times.")
@click.option(
    "--questions",
    type=click.Path(path_type=Path),
    help="A text file with one question a line, for the given context; or a data set such as a SQuAD file.",
)
@click.option("--language", default="en", show_default=True, help="The context's language, to find its sentences.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: one line for each question.")
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
    context: str | None,
    context_file: Path | None,
    question: tuple[str, ...],
    questions: Path | None,
    language: str,
    as_json: bool,
    **settings: Any,
) -> None:
    """Answer questions, and show each answer in its sentence with its score and place.

    Without --question and --questions, the questions are read from the terminal or from stdin, one a line; the model
    is loaded once. Places and `start` and `end` of the JSON count code points of the context.

    \b
    spanferry ask --model models/dutch-mbert --context-file amsterdam.txt --question "Waar ligt Amsterdam?"
    spanferry ask --model models/dutch-mbert --questions dev.json --json > answers.jsonl
    """
    told: list[str] = []
    asked = list_questions(read_context(context, context_file), question, questions, told.append)
    from spanferry.pretrained import silence_transformers
    from spanferry.reader import QuestionAnswerer

    silence_transformers()
    answerer = QuestionAnswerer(model, revision=revision, weights=weights)
    for line in told:  # not earlier: a failure is one line
        say_line(command_name(), line)
    together = TOGETHER if question or questions else 1  # what a person types is answered at once
    while batch := list(islice(asked, together)):
        answers = answerer([{"question": one.question, "context": one.context} for one in batch], **settings)
        for one, best in zip(batch, answers if len(batch) > 1 else [answers], strict=True):
            found: list[AnswerDict] = best if isinstance(best, list) else [best]  # type: ignore[list-item]
            if as_json:
                click.echo(format_json(one, found))
            else:
                click.echo(format_answers(one, found, language, heading=len(question) != 1))


def read_context(context: str | None, file: Path | None) -> str | None:
    """Return the given context, or that of a file. Raises InputError."""
    if context is not None and file is not None:
        raise InputError("give either --context or --context-file")
    return context if file is None else _read_text(file)


def _read_text(file: Path) -> str:
    """Read a text file. Raises InputError."""
    try:
        return regular_file(file).read_bytes().decode("utf-8-sig")  # with its own line ends, which places count
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not UTF-8 at byte {error.start:,}; save it as UTF-8") from error


def list_questions(
    context: str | None, given: tuple[str, ...], file: Path | None, tell: Callable[[str], None]
) -> Iterator[Asked]:
    """Return the questions to answer: those given, those of a file, or those that are typed. Raises InputError.

    tell: called with each line about what the reader of a data set repaired, ignored and left out.
    """
    if given and file:
        raise InputError("give either --question or --questions")
    if file is not None and context is None:
        reading = _read_data_set(file)
        for line in reading.describe():
            tell(f"{reading.name}: {line}")
        rows = iterate_questions(reading.document)
        return (Asked(question.question, paragraph.context, question.id) for _, _, paragraph, question in rows)
    if context is None:
        raise InputError("a context is needed: --context, --context-file, or a data set as --questions")
    lines: Iterable[str] = given or (read_typed() if file is None else _read_lines(file))
    return (Asked(line.strip(), context) for line in lines if line.strip())


def _read_data_set(file: Path) -> Reading:
    """Read a data set. Raises InputError; for a text file it says that its questions need a context."""
    try:
        return read_document(file)
    except InputError as error:
        if not _is_plain_text(file):
            raise
        problem = f"{file}: not a data set; a text file with questions needs --context or --context-file"
        raise InputError(problem) from error


def _is_plain_text(file: Path) -> bool:
    """Return whether a file is a text that does not begin like JSON."""
    try:
        return not JSON.match(_read_text(file))
    except InputError:
        return False


def _read_lines(file: Path) -> list[str]:
    """Return the lines of a text file. Raises InputError."""
    text = _read_text(file)
    if JSON.match(text):
        raise InputError(f"{file}: a data set, which has contexts of its own; leave out --context and --context-file")
    if not text.strip():
        raise InputError(f"{file}: has no question")
    return text.splitlines()


def read_typed() -> Iterator[str]:
    """Yield lines of stdin, with a prompt on a terminal, until it ends."""
    if not sys.stdin.isatty():
        yield from sys.stdin
        return
    click.echo("Type a question and press Enter; Ctrl-D ends.", err=True)
    while True:
        click.echo("? ", nl=False, err=True)
        if not (line := sys.stdin.readline()):
            click.echo(err=True)
            return
        yield line


def format_json(asked: Asked, answers: "list[AnswerDict]") -> str:
    """Return one line of JSON: id (of a data set), question, and score, start, end and answer of the best answer.

    Several answers follow as a list under `answers`, the best one first.
    """
    row: dict[str, Any] = ({} if asked.id is None else {"id": asked.id}) | {"question": asked.question}
    row |= answers[0] if answers else {"score": 0.0, "start": 0, "end": 0, "answer": ""}
    return printable_json(json.dumps(row | ({"answers": answers} if len(answers) > 1 else {}), ensure_ascii=False))


def format_answers(asked: Asked, answers: "list[AnswerDict]", language: str, heading: bool) -> str:
    """Return the answers for people: each with its score and place, then the sentence that holds it.

    heading: begin with the question.
    """
    lines = [click.style(printable(asked.question), bold=True)] if heading else []
    for answer in answers:
        score = f"{answer['score']:.1%}" if answer["score"] >= 0.001 else "less than 0.1%"
        if not answer["answer"]:
            lines.append(f"no answer ({score})")
            continue
        place = f"characters {answer['start']:,} to {answer['end']:,}"
        lines.append(f"{_one_line(answer['answer'])} ({score}, {place})")
        lines.append(f"    {show_in_sentence(asked.context, answer, language)}")
    return "\n".join(lines or ["no answer found"]) + ("\n" if heading else "")


def show_in_sentence(context: str, answer: "AnswerDict", language: str) -> str:
    """Return the sentences that hold an answer on one line, with the answer in brackets."""
    start, end = answer["start"], answer["end"]
    touched = [(begin, stop) for begin, stop in sentences(context, language) if begin < end and start < stop]
    first, last = (touched[0][0], touched[-1][1]) if touched else (start, end)
    before, after = context[min(first, start) : start], context[end : max(last, end)]
    marked = click.style(f"[{_one_line(context[start:end])}]", bold=True)
    return _one_line(before) + marked + _one_line(after)


def _one_line(text: str) -> str:
    return printable(re.sub(r"\r\n|\s", " ", text))
