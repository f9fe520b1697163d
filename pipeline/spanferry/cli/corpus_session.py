"""Opens the translation session of a corpus for a stage, with its memory and its progress display."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from spanferry.config import Params
from spanferry.errors import Interrupted
from spanferry.executors import Executor
from spanferry.printing import printable
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.memory.prior import import_prior, read_prior_tables
from spanferry.translation.progress import TranslationProgress

MEMORY = Path(os.environ.get("SPANFERRY_MEMORY", "memory"))
"""The folder of the translation memory.

It is ignored by git and not part of DVC's graph, so that no checkout changes it. SPANFERRY_MEMORY names another folder,
for runs in a copy of the project (`dvc exp run --temp`).
"""


@contextmanager
def translation_progress(name: str) -> Iterator[tuple[Callable[[Counts], None], Callable[[str], None]]]:
    """Yield (progress, notify): `progress` shows the counts, and `notify` prints a message above them."""
    with TranslationProgress(name, sys.stderr) as progress:

        def notify(message: str) -> None:
            progress.clear()
            click.echo(f"{name}: {printable(message)}", err=True)

        yield progress, notify


def import_earlier_output(name: str, output: Path) -> None:
    """Import the translations that an earlier run wrote for a corpus, before the stage overwrites them."""
    with translation_progress(name) as (_, notify):
        import_prior(MEMORY, read_prior_tables([output], notify), notify)


@contextmanager
def corpus_session(
    params: Params, stage: str, name: str, memory: Path, earlier_output: Path, executor: Executor
) -> Iterator[TranslationSession]:
    """Yield a session that translates a corpus for a stage, to which the memory books what a service bills.

    memory: the folder of the TMX file of the corpus. earlier_output: the table that an earlier run wrote; it need not
    exist. Raises Interrupted after Ctrl-C, with the number of translations that are saved.
    """
    corpus, languages = params.corpus(name), params.languages(name)
    with (
        translation_progress(name) as (progress, notify),
        open_session(
            corpus.translator or "identity",  # a native corpus has no segments, and needs no translator
            (languages.source, languages.target),
            folder=MEMORY,
            translators=params.translators,
            settings=params.translate,
            tmx=memory / "memory.tmx" if corpus.memory else None,
            prior_tables=[earlier_output],
            purpose=f"{stage} {name}",
            executor=executor,
            progress=progress,
            notify=notify,
        ) as session,
    ):
        try:
            yield session
        except KeyboardInterrupt as error:
            if session.memory is None or not session.counts.segments:
                raise
            raise Interrupted(
                f"stopped; {session.counts.describe_saved()} translations are saved; dvc repro goes on from here"
            ) from error
