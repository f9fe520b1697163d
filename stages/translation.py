"""What translate and rescue share: where the live memory lies, and the progress bar of translating."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from tqdm import tqdm

from pipeline.translation.counts import Counts
from stages.rim import printable

MEMORY = Path("memory")
"""Outside DVC's graph, so that no checkout touches it (git-ignored; see README)."""


@contextmanager
def progress_bar(name: str) -> Iterator[tuple[Callable[[Counts], None], Callable[[str], None]]]:
    """(progress, tell): a bar with rate, misses, retries and concurrency, and a way to say something above it."""
    with tqdm(desc=name, unit=" texts", delay=1, leave=False, smoothing=0.05) as shown:

        def progress(counts: Counts) -> None:
            shown.total = counts.texts
            shown.set_postfix_str(
                f"{counts.hits:,} held, {counts.retries:,} again, {counts.under_way}/{counts.limit} under way"
                + (f", pause {counts.pause_s:.0f} s" if counts.pause_s else ""),
                refresh=False,
            )
            shown.update(counts.settled - shown.n)

        def tell(notice: str) -> None:
            shown.clear()
            click.echo(f"{name}: {printable(notice)}", err=True)

        yield progress, tell
