"""Which state of the work tree a published folder was built from."""

import subprocess
from pathlib import Path

from spanferry.errors import InputError


def clean_revision(root: Path) -> str:
    """The commit that is checked out. Raises InputError when the work tree has changes, or is none."""
    if changes := git(root, "status", "--porcelain").splitlines():
        told = f"{len(changes)}, first: {changes[0].strip()}"
        raise InputError(f"{root.resolve()}: uncommitted changes ({told}); commit them first")
    return git(root, "rev-parse", "HEAD")


def version(root: Path) -> str:
    """The nearest tag of the commit and how far it is, or the commit's short name."""
    return git(root, "describe", "--tags", "--always")


def git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InputError(f"git: {error.strerror or error}") from error
    if done.returncode:
        raise InputError(f"git {arguments[0]}: {' '.join(done.stderr.split())}")
    return done.stdout.strip()
