"""Repairs what a killed `dvc repro` leaves behind: DVC writes its own files in place."""

import json
import subprocess
from itertools import chain
from pathlib import Path

import click

from spanferry.cli.support import Command
from spanferry.errors import InputError
from spanferry.files import remove_stale_parts

HELP = (
    "Repairs dvc.lock and DVC's list of locks when a kill or a full disk has truncated them, so that `dvc repro` can "
    "continue. Removes the temporary files of killed stages."
)
OUTPUT_FOLDERS = ("data", "models", "reports")


@click.command(cls=Command, help=HELP)
def mend() -> None:
    """See HELP."""
    from dvc.dvcfile import LOCK_FILE, Lockfile
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        repo = Repo()
        # DVC writes both files under this lock.
        with repo.lock:
            if repo.tmp_dir:
                remove_torn_lock_list(Path(repo.tmp_dir) / "rwlock")
            try:
                Lockfile(repo, LOCK_FILE).load()
            except DvcException:
                restore_lock_file(Path(LOCK_FILE))
            remove_partial_outputs(Path(repo.root_dir))
    except LockError as error:
        raise InputError("another `dvc` is at work here; nothing was touched") from error
    except DvcException as error:
        raise InputError(str(error)) from error


def remove_torn_lock_list(path: Path) -> None:
    """Remove DVC's list of files in use when it is not JSON: the process that wrote it is dead, and so is its work."""
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        path.unlink()
        click.echo(f"mend: {path} was torn, and is removed")


def remove_partial_outputs(root: Path) -> None:
    """Remove temporary files of killed stages. A stage that DVC restores from its cache does not remove them itself."""
    parts = (list((root / folder).rglob(f".*.{kind}")) for folder in OUTPUT_FOLDERS for kind in ("part", "old"))
    if removed := remove_stale_parts(chain.from_iterable(parts)):
        click.echo(f"mend: {removed} partial files of killed stages are removed")


def restore_lock_file(path: Path) -> None:
    """Restore dvc.lock from git's last commit. Without one it is removed, and DVC checks anew what is built."""
    checkout = subprocess.run(["git", "checkout", "--quiet", "HEAD", "--", path], capture_output=True, check=False)
    if checkout.returncode:
        path.unlink()
    click.echo(f"mend: {path} was torn, and is {'removed' if checkout.returncode else 'as last committed'}")
