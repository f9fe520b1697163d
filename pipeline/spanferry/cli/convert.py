"""`spanferry convert`: writes a file of questions in the form that another tool reads."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, Literal, cast

import click

from spanferry.cli.support import Command, command_name, say_line
from spanferry.errors import InputError
from spanferry.files import atomic_write
from spanferry.hub.source import fetch_split, is_data_set
from spanferry.printing import plural
from spanferry.squad import Document, Reading, read_document
from spanferry.squad.forms import Form, count_carried, describe_omissions, write_form

STDOUT = "-"
DEFAULT_SPLIT = "train"  # of a data set
ENDINGS = {".json": Form.SQUAD, ".jsonl": Form.HF_JSONL, ".parquet": Form.PARQUET}
"""The form that the ending of OUT stands for, without --to."""


@click.command(cls=Command, example="spanferry convert train-v2.0.json train.parquet")
@click.argument("source", metavar="IN")
@click.argument("out", metavar="OUT")
@click.option("--to", type=click.Choice([form.value for form in Form]), help="The form; default: by the ending of OUT.")
@click.option(
    "--repair",
    type=click.Choice(["on", "off"]),
    default="on",
    show_default=True,
    help="Repair systematic errors of offsets, or refuse the file.",
)
@click.option("--config", help="The configuration, if IN is a data set that has several.")
@click.option("--split", help="The split, if IN is a data set.  [default: train]")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=COLUMN", help="A column of a data set under its name."
)
def convert(
    source: str,
    out: str,
    to: str | None,
    repair: Literal["on", "off"],
    config: str | None,
    split: str | None,
    columns: tuple[str, ...],
) -> None:
    """Write the questions of a file in another form.

    IN is a file of questions in any form that is read (docs/sources.md), or a data set: a folder, or
    hf:owner/name@revision. OUT ends with .json (SQuAD), .jsonl (rows, as data sets of the Hub have them) or .parquet
    (the same), and .gz after it compresses; `-` is standard output. MRQA needs --to mrqa.

    What was repaired or left out, and what the form cannot carry, is said on standard error.
    """
    form = Form(to) if to else form_of(out)
    check_output(source, out)
    reading = read_source(source, config, split, parse_columns(columns))
    if repair == "off":
        reading.repaired.refuse(source)
    document = reading.repaired_document
    written = count_carried(document, form)
    if not written:
        raise InputError(f"{source}: {out} was not written, because {form} carries none of its questions")
    with open_output(out, form) as file:
        write_form(document, form, file, name=Path(source).name.partition(".")[0])
    for line in describe_conversion(reading, document, form):  # not earlier: a failure is one line
        say_line(command_name(), f"{source}: {line}")
    say_line(command_name(), f"{source}: {plural(written, 'question')} written as {form}")


def form_of(out: str) -> Form:
    """Return the form that the ending of a file stands for. Raises InputError for another ending."""
    ending = Path(out.removesuffix(".gz")).suffix
    if out == STDOUT or ending not in ENDINGS:
        forms = ", ".join(Form)
        raise InputError(f"{out}: choose a form with --to ({forms}), or an ending: {', '.join(ENDINGS)}")
    return ENDINGS[ending]


def check_output(source: str, out: str) -> None:
    """Raise InputError when OUT is a folder, is IN itself under any name or link, or lies in the folder IN."""
    read, written = Path(source), Path(out)
    if out == STDOUT:
        return
    if written.is_dir():
        raise InputError(f"{out}: this is a folder; name a file")
    if not read.exists():
        return
    if written.exists() and read.samefile(written):
        raise InputError(f"{out}: this is IN itself; give OUT another name")
    if read.is_dir() and any(folder.exists() and read.samefile(folder) for folder in written.absolute().parents):
        raise InputError(f"{out}: lies in the data set {source}, and would become a part of it; choose another folder")


def parse_columns(columns: tuple[str, ...]) -> dict[str, str]:
    """Return {SQuAD's name: column}. Raises InputError for another form of the option."""
    pairs = [column.partition("=") for column in columns]
    if wrong := next((f"{a}{sign}{b}" for a, sign, b in pairs if not (a and sign and b)), None):
        raise InputError(f"--column {wrong}: write FIELD=COLUMN, such as context=passage")
    return {field: column for field, _, column in pairs}


def read_source(source: str, config: str | None, split: str | None, columns: dict[str, str]) -> Reading:
    """Read a file or a split of a data set. Raises InputError, FetchError."""
    if not is_data_set(source):
        given = [name for name, value in (("config", config), ("split", split), ("column", columns)) if value]
        if given:
            options = " and ".join(f"--{name}" for name in given)
            verb = "needs" if len(given) == 1 else "need"
            raise InputError(f"{source}: {options} {verb} a data set: hf:owner/name@revision, or a folder")
        return read_document(Path(source))
    with TemporaryDirectory(prefix="spanferry-") as folder:
        file = Path(folder, "rows")
        fetch_split(source, config, split or DEFAULT_SPLIT, columns, file)
        return read_document(file, source)


def describe_conversion(reading: Reading, document: Document, form: Form) -> Iterator[str]:
    """Yield plain lines about what was repaired, what was left out, and what the form cannot carry."""
    yield from reading.describe()
    if form is not Form.MRQA and (left := reading.repaired.recognition.left):
        yield f"{plural(left, 'answer')} written with the offset of the file"
    if omissions := describe_omissions(document, form):
        yield f"{form} does not carry: {', '.join(omissions)}"


@contextmanager
def open_output(out: str, form: Form) -> Iterator[BinaryIO]:
    """Yield a file that appears as a whole or not at all, or standard output."""
    if out == STDOUT:
        if form is Form.PARQUET and sys.stdout.isatty():
            raise InputError("parquet is not shown on a terminal; name a file")
        yield sys.stdout.buffer
        return
    with atomic_write(Path(out)) as part, part.open("wb") as file:
        if out.endswith(".gz"):
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
                yield cast(BinaryIO, packed)
        else:
            yield file
