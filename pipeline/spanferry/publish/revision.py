"""Find the git revision that a published folder was built from."""

import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from spanferry.errors import InputError


class Commit(NamedTuple):
    """A commit of git. revision: its hash. date: the day on which it was made, such as 2026-11-29."""

    revision: str
    date: str


def clean_commit(root: Path, parts: Iterable[Path]) -> Commit:
    """Return the commit that is checked out.

    parts: the files and folders that the build depends on. Other files may have changes.

    Raises InputError when one of these has uncommitted changes or is not in git, or `root` is not in a work tree.
    """
    inside = [part for part in parts if part.absolute().is_relative_to(root.absolute())]
    changes = run_git(root, "status", "--porcelain", "--untracked-files=all", "--", *map(str, inside)).splitlines()
    if changes:
        count = f"{len(changes)}, first: {changes[0].strip()}"
        raise InputError(f"{root.resolve()}: uncommitted changes ({count}); commit them first")
    return Commit(run_git(root, "rev-parse", "HEAD"), run_git(root, "show", "--no-patch", "--format=%cs", "HEAD"))


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
