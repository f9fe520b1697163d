"""`spanferry mend`: repairs the files of DVC after a killed `dvc repro`. DVC does not write them atomically."""

import json
import os
import subprocess
from itertools import chain
from pathlib import Path

import click

from spanferry.cli.support import Command, command_name, print_summary
from spanferry.errors import InputError
from spanferry.files import remove_stale_parts
from spanferry.printing import plural

HELP = (
    "Repair dvc.lock and DVC's list of locks if a kill or a full disk has truncated them, so that `dvc repro` can "
    "continue. Also remove the temporary files of killed stages, and links to files that are gone."
)
OUTPUT_FOLDERS = ("data", "models", "reports")


@click.command(cls=Command, help=HELP, example="spanferry mend && dvc repro")
def mend() -> None:
    """Repair the files of DVC (see HELP)."""
    from dvc.dvcfile import LOCK_FILE, Lockfile
    from dvc.exceptions import DvcException
    from dvc.lock import LockError
    from dvc.repo import Repo

    try:
        repo = Repo()
        # DVC writes both files under this lock.
        repairs: list[str] = []
        with repo.lock:
            if repo.tmp_dir:
                repairs += remove_truncated_lock_list(Path(repo.tmp_dir) / "rwlock")
            try:
                Lockfile(repo, LOCK_FILE).load()
            except DvcException:
                repairs += restore_lock_file(Path(LOCK_FILE))
            repairs += remove_partial_outputs(Path(repo.root_dir))
            repairs += remove_broken_links(Path(repo.root_dir) / "data" / "inputs")
    except LockError as error:
        raise InputError(
            "another `dvc` process is running here; nothing was changed; try again when it has ended"
        ) from error
    except DvcException as error:
        raise InputError(str(error)) from error
    for repair in repairs or ["nothing to repair: dvc.lock and DVC's list of locks are whole, nothing is left over"]:
        print_summary(command_name(), repair)


def remove_truncated_lock_list(path: Path) -> list[str]:
    """Remove DVC's list of locked files if it is not JSON. The process that wrote it is dead and holds no locks.

    Like the other repairs, it returns what it did, in words.
    """
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return []
    except ValueError:
        path.unlink()
        return [f"{path} was truncated; removed it"]
    return []


def remove_partial_outputs(root: Path) -> list[str]:
    """Remove temporary files of killed stages. When DVC restores a stage from its cache, nothing else removes them."""
    parts = (list((root / folder).rglob(f".*.{kind}")) for folder in OUTPUT_FOLDERS for kind in ("part", "old"))
    removed = remove_stale_parts(chain.from_iterable(parts))
    return [f"removed {plural(removed, 'temporary file')} of killed stages"] if removed else []


def remove_broken_links(folder: Path) -> list[str]:
    """Remove the links to input files and folders that are gone. DVC stops at such a link with an error of its own."""
    broken = sorted(path for path in folder.rglob("*") if path.is_symlink() and not path.exists())
    gone = [(os.path.relpath(path), os.path.relpath(os.path.realpath(path))) for path in broken]
    for path in broken:
        path.unlink()
    return [
        f"removed the link {link} to {target}, which is gone; put it back, or correct params.yaml"
        for link, target in gone
    ]


def restore_lock_file(path: Path) -> list[str]:
    """Restore dvc.lock from the last commit. If it has none, remove it; DVC then checks all stages again."""
    checkout = subprocess.run(["git", "checkout", "--quiet", "HEAD", "--", path], capture_output=True, check=False)
    if checkout.returncode:
        path.unlink()
    return [f"{path} was truncated; {'removed it' if checkout.returncode else 'restored it from the last commit'}"]
