"""Find the git revision that a published folder was built from."""

import subprocess
from collections.abc import Iterable
from importlib.machinery import all_suffixes
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from spanferry.errors import InputError


class Commit(NamedTuple):
    """A commit of git. revision: its hash. date: the day on which it was made, such as 2026-11-29."""

    revision: str
    date: str


def clean_commit(root: Path, parts: Iterable[Path], code: Iterable[Path] = ()) -> Commit:
    """Return the commit that is checked out.

    parts: the files and folders that the build depends on. Other files may have changes. code: the folders of modules,
    in which a file that is not in git counts only if it can be imported.

    Raises InputError when one of these has uncommitted changes or is not in git, or `root` is not in a work tree.
    """
    changes = list_changes(root, parts)
    changes += [change for change in list_changes(root, code, "--ignored") if not is_aside(change)]
    if changes:
        count = f"{len(changes)}, first: {changes[0].strip()}"
        raise InputError(f"{root.resolve()}: uncommitted changes ({count}); commit them first")
    return Commit(run_git(root, "rev-parse", "HEAD"), run_git(root, "show", "--no-patch", "--format=%cs", "HEAD"))


def list_changes(root: Path, parts: Iterable[Path], *options: str) -> list[str]:
    """Return the changes of files and folders as git writes them: two letters, and the path from the root."""
    inside = [str(part) for part in parts if part.absolute().is_relative_to(root.absolute())]
    if not inside:  # git would take an empty list for all files
        return []
    options = ("-z", "--no-renames", "--untracked-files=all", *options)
    status = run_git(root, "--literal-pathspecs", "status", *options, "--", *inside)
    prefix = run_git(root, "rev-parse", "--show-prefix")  # of a project in a folder of its repository
    return [f"{change[:3]}{change[3:].removeprefix(prefix)}" for change in status.split("\0") if change]


def is_aside(change: str) -> bool:
    """Return whether a change is a file that git does not know and Python cannot import: a note, a backup, a cache.

    >>> [is_aside(f"?? pipeline/{name}") for name in ("notes.txt", "a b.py", ".checkpoints/a.py", "a/b.py")]
    [True, True, True, False]
    """
    state, path = change[:2], PurePosixPath(change[3:])
    name = next((path.name.removesuffix(ending) for ending in all_suffixes() if path.name.endswith(ending)), "")
    return state in ("??", "!!") and not all(part.isidentifier() for part in (*path.parts[1:-1], name))


def find_commit(root: Path, checksum: str) -> Commit | None:
    """Return the commit that wrote a checksum into dvc.lock; None if dvc.lock of the commit checked out lacks it.

    Raises InputError when git fails, as before the first commit.
    """
    if checksum not in run_git(root, "show", "HEAD:./dvc.lock"):
        return None
    found = run_git(root, "log", "--max-count=1", f"-S{checksum}", "--format=%H %cs", "--", "dvc.lock")
    return Commit(*found.split())


def describe_version(root: Path) -> str:
    """Return the nearest tag of the commit and its distance, or the commit's short hash. Raises InputError."""
    return run_git(root, "describe", "--tags", "--always")


def run_git(root: Path, *arguments: str) -> str:
    """Return the output of a git command. Raises InputError when it fails."""
    try:
        result = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except OSError as error:
        raise InputError(f"git: {error.strerror or error}") from error
    if result.returncode:
        command = next(argument for argument in arguments if not argument.startswith("-"))
        raise InputError(f"git {command}: {' '.join(result.stderr.split())}")
    return result.stdout.rstrip("\n")
