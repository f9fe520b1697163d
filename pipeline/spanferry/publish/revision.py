"""Find the git revision that a published folder was built from."""

import subprocess
from pathlib import Path

from spanferry.errors import InputError


def clean_revision(root: Path) -> str:
    """Return the commit that is checked out.

    Raises InputError when the work tree has uncommitted changes, or `root` is not in a work tree.
    """
    if changes := run_git(root, "status", "--porcelain").splitlines():
        count = f"{len(changes)}, first: {changes[0].strip()}"
        raise InputError(f"{root.resolve()}: uncommitted changes ({count}); commit them first")
    return run_git(root, "rev-parse", "HEAD")


def describe_version(root: Path) -> str:
    """Return the nearest tag of the commit and its distance, or the commit's short hash. Raises InputError."""
    return run_git(root, "describe", "--tags", "--always")


def run_git(root: Path, *arguments: str) -> str:
    """Return the output of a git command. Raises InputError when it fails."""
    try:
        result = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise InputError(f"git: {error.strerror or error}") from error
    if result.returncode:
        raise InputError(f"git {arguments[0]}: {' '.join(result.stderr.split())}")
    return result.stdout.strip()
