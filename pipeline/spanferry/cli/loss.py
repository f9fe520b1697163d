"""What was lost, in the terminal."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from spanferry import tables
from spanferry.cli.support import Command
from spanferry.errors import InputError
from spanferry.printing import printable, printable_json
from spanferry.report.diff import compare, tell
from spanferry.report.inputs import read_spans
from spanferry.report.terminal import show


@click.group(name="loss", help=__doc__)
def loss() -> None:
    pass


@loss.command("show", cls=Command)
@click.argument("corpus")
@click.option("--json", "as_json", is_flag=True, help="The figures themselves (loss.json).")
def show_command(corpus: str, as_json: bool) -> None:
    """The table, and the reasons with an example each, of a corpus that was built."""
    path = Path("reports") / corpus / "loss.json"
    try:
        raw = path.read_bytes()
        figures = msgspec.json.decode(raw)
    except FileNotFoundError as error:
        raise InputError(f"{path}: not there; build it with `dvc repro report@{corpus}`") from error
    except msgspec.DecodeError as error:
        raise InputError(f"{path}: not JSON: {error}") from error
    if as_json:
        click.echo(printable_json(raw.decode()), nl=False)
        return
    for line in show(figures, tables.read_rejected(Path("data") / corpus / "clean" / "rejected.jsonl").to_pylist()):
        click.echo(printable(line))


@loss.command("diff", cls=Command)
@click.argument("a")
@click.argument("b")
@click.option("--examples", "-n", default=5, show_default=True, type=click.IntRange(min=0), help="Of each change.")
@click.option("--json", "as_json", is_flag=True, help="Every changed answer, as JSON.")
def diff_command(a: str, b: str, examples: int, as_json: bool) -> None:
    """What was gained, lost and moved from build A to build B.

    A and B: a corpus (squad2), one at a git revision (squad2@HEAD~1; from DVC's cache), or a folder
    that `clean` wrote.
    """
    found = compare(built(a), built(b))
    if as_json:
        changes = {change: rows for change, rows in found.items() if change != "same"}
        click.echo(printable_json(json.dumps(changes, ensure_ascii=False)))
        return
    for line in (f"A: {a}", f"B: {b}", "", *tell(found, examples)):
        click.echo(printable(line))


def built(name: str):
    """The spans of a build, by the name that `diff` takes."""
    corpus, at, revision = name.rpartition("@")
    if Path(name).is_dir():
        return read_spans(Path(name))
    if not at:
        return read_spans(Path("data") / name / "clean")
    with TemporaryDirectory() as folder:
        return read_spans(checked_out(corpus, revision, Path(folder)))


def checked_out(corpus: str, revision: str, folder: Path) -> Path:
    """What `clean` wrote for a corpus at a git revision, brought from DVC's cache into a folder."""
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc.scm import SCMError

    try:
        files = DVCFileSystem(rev=revision)
        for name in ("provenance.parquet", "rejected.jsonl"):
            files.get_file(f"data/{corpus}/clean/{name}", str(folder / name))
    except (DvcException, SCMError, OSError) as error:
        raise InputError(f"{corpus}@{revision}: {error}") from error
    return folder
