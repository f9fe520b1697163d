"""Mending what a killed `dvc repro` may leave behind: DVC writes its own files in place."""

import json
import subprocess
from itertools import chain
from pathlib import Path

import click

from spanferry.cli.support import Command
from spanferry.errors import InputError
from spanferry.files import remove_stale_parts

HELP = (
    "Mends dvc.lock and DVC's list of locks where a kill or a full disk has torn them; then `dvc repro` goes on. "
    "Removes what killed stages were writing."
)
BUILT = ("data", "models", "reports")


@click.command(cls=Command, help=HELP)
def mend() -> None:
    from dvc.dvcfile import LOCK_FILE, Lockfile
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        repo = Repo()
        # DVC writes both files under this lock.
        with repo.lock:
            mend_locks(Path(repo.tmp_dir) / "rwlock")
            try:
                Lockfile(repo, LOCK_FILE).load()
            except DvcException:
                restore(Path(LOCK_FILE))
            tidy(Path(repo.root_dir))
    except LockError as error:
        raise InputError("another `dvc` is at work here; nothing was touched") from error
    except DvcException as error:
        raise InputError(str(error)) from error


def mend_locks(path: Path) -> None:
    """Removes DVC's list of who reads and writes what, when it is torn: who tore it is dead, and so is its work."""
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        path.unlink()
        click.echo(f"mend: {path} was torn, and is removed")


def tidy(root: Path) -> None:
    """Removes partial files that nobody goes on with: a stage that DVC takes from its cache is not run again."""
    partial = (list((root / folder).rglob(f".*.{kind}")) for folder in BUILT for kind in ("part", "old"))
    if removed := remove_stale_parts(chain.from_iterable(partial)):
        click.echo(f"mend: {removed} partial files of killed stages are removed")


def restore(path: Path) -> None:
    """Takes dvc.lock from git's last commit; without one it goes, and DVC finds out anew what is built."""
    committed = subprocess.run(["git", "checkout", "--quiet", "HEAD", "--", path], capture_output=True, check=False)
    if committed.returncode:
        path.unlink()
    click.echo(f"mend: {path} was torn, and is {'removed' if committed.returncode else 'as last committed'}")
