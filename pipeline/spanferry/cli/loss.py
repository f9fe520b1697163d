"""Show in the terminal which answers were lost, and compare builds."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
import pyarrow as pa

from spanferry import tables
from spanferry.arrow import from_table
from spanferry.cli.support import Command
from spanferry.errors import InputError
from spanferry.files import md5
from spanferry.loss_figures import read_figures
from spanferry.printing import printable, printable_json
from spanferry.publish.revision import find_commit
from spanferry.records import SpanRow
from spanferry.report.diff import ChangeKind, compare_builds, diff_lines
from spanferry.report.inputs import read_spans
from spanferry.report.terminal import loss_lines


@click.group(name="loss", help=__doc__)
def loss() -> None:
    pass


@loss.command("show", cls=Command, example="spanferry loss show sample")
@click.argument("corpus")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON (loss.json).")
def show_command(corpus: str, as_json: bool) -> None:
    """Show the losses of a corpus that was built, with one example per reason, and the commit that has this build."""
    path = Path("reports") / corpus / "loss.json"
    if not path.exists():
        raise InputError(f"{path}: does not exist; build it with `dvc repro report@{corpus}`")
    figures = read_figures(path)
    if as_json:
        click.echo(printable_json(path.read_text("utf-8")), nl=False)
        return
    rejected = tables.read_rejected(Path("data") / corpus / "clean" / "rejected.jsonl")
    click.echo(describe_build(md5(path.read_bytes())))
    for line in loss_lines(figures, from_table(rejected, SpanRow)):
        click.echo(printable(line))


def describe_build(checksum: str) -> str:
    """Say in which commit a build is. checksum: that of loss.json."""
    try:
        commit = find_commit(Path(), checksum)
    except InputError:  # no git, or no commit yet
        commit = None
    where = f"commit {commit.revision[:12]} of {commit.date}" if commit else "not committed yet (dvc.lock)"
    return f"build {checksum}: {where}"


@loss.command("diff", cls=Command, example="spanferry loss diff sample@HEAD~1 sample")
@click.argument("a")
@click.argument("b")
@click.option("--examples", "-n", default=5, show_default=True, type=click.IntRange(min=0), help="Examples per change.")
@click.option("--json", "as_json", is_flag=True, help="Print all changed answers as JSON.")
def diff_command(a: str, b: str, examples: int, as_json: bool) -> None:
    """Show the answers that were gained, lost or moved from build A to build B.

    A and B are corpora (squad2), corpora at a git revision (squad2@HEAD~1, read from DVC's cache), or folders
    that stage `clean` wrote.
    """
    changes = compare_builds(read_named_build(a), read_named_build(b))
    if as_json:
        shown = {kind.value: rows for kind, rows in changes.items() if kind is not ChangeKind.SAME}
        click.echo(printable_json(json.dumps(msgspec.to_builtins(shown), ensure_ascii=False)))
        return
    for line in (f"A: {a}", f"B: {b}", "", *diff_lines(changes, examples)):
        click.echo(printable(line))


def read_named_build(name: str) -> pa.Table:
    """Read the spans of a build. name: as `spanferry loss diff` accepts it."""
    corpus, at, revision = name.rpartition("@")
    if Path(name).is_dir():
        return read_spans(Path(name))
    if not at:
        return read_spans(Path("data") / name / "clean")
    with TemporaryDirectory() as folder:
        return read_spans(check_out_build(corpus, revision, Path(folder)))


def check_out_build(corpus: str, revision: str, folder: Path) -> Path:
    """Copy the output of `clean` for a corpus at a git revision from DVC's cache into a folder. Returns the folder."""
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
