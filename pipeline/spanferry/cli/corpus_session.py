"""What translate and rescue share: the desk of a corpus, where its memory lies, and how they show what they do."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from spanferry.config import Params
from spanferry.executors import Executor
from spanferry.printing import printable
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.memory.prior import bring, read_prior_tables
from spanferry.translation.progress import Bar

MEMORY = Path(os.environ.get("SPANFERRY_MEMORY", "memory"))
"""Outside DVC's graph, so that no checkout touches it (git-ignored; see README).

The environment may name another folder, for runs in a copy of the project (`dvc exp run --temp`).
"""


@contextmanager
def translation_progress(name: str) -> Iterator[tuple[Callable[[Counts], None], Callable[[str], None]]]:
    """(progress, tell): shows the counts as they change, and says something above them."""
    with Bar(name, sys.stderr) as bar:

        def tell(notice: str) -> None:
            bar.clear()
            click.echo(f"{name}: {printable(notice)}", err=True)

        yield bar, tell


def keep(name: str, seed: Path) -> None:
    """Brings what an earlier run wrote for a corpus into the memory, before it is overwritten."""
    with translation_progress(name) as (_, tell):
        bring(MEMORY, read_prior_tables([seed], tell), tell)


@contextmanager
def corpus_session(
    params: Params, name: str, source: Path, seed: Path, executor: Executor
) -> Iterator[TranslationSession]:
    """The desk where a corpus's texts are translated. source: its files; seed: what an earlier run wrote."""
    corpus = params.corpus(name)
    with (
        translation_progress(name) as (progress, tell),
        open_session(
            corpus.translator or "identity",  # a native corpus has no segments, and needs no translator
            (params.language.source, params.language.target),
            folder=MEMORY,
            translators=params.translators,
            settings=params.translate,
            tmx=source / "memory.tmx" if corpus.memory else None,
            seeds=[seed],
            executor=executor,
            progress=progress,
            tell=tell,
        ) as desk,
    ):
        yield desk
