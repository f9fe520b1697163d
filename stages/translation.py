"""What translate and rescue share: where the live memory lies, and how they show what they do."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from pipeline.translation.counts import Counts
from pipeline.translation.progress import Bar
from stages.rim import printable

MEMORY = Path(os.environ.get("SPANFERRY_MEMORY", "memory"))
"""Outside DVC's graph, so that no checkout touches it (git-ignored; see README).

The environment may name another folder, for runs in a copy of the project (`dvc exp run --temp`).
"""


@contextmanager
def progress_bar(name: str) -> Iterator[tuple[Callable[[Counts], None], Callable[[str], None]]]:
    """(progress, tell): shows the counts as they change, and says something above them."""
    with Bar(name, sys.stderr) as bar:

        def tell(notice: str) -> None:
            bar.clear()
            click.echo(f"{name}: {printable(notice)}", err=True)

        yield bar, tell
