"""Sets up the translation of one corpus: its engine, the memory, and existing translations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from spanferry.errors import ParamsError
from spanferry.executors import Executor, RayExecutor
from spanferry.translation.budget import limited_price
from spanferry.translation.client.counts import Counts
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.engines.base import Translator
from spanferry.translation.engines.ray_actors import distribute
from spanferry.translation.engines.registry import Languages, build_translator, find_settings
from spanferry.translation.engines.replay import Replay
from spanferry.translation.memory.prior import (
    PriorTable,
    add_to_memory,
    import_prior,
    missing_from,
    read_prior_tables,
)
from spanferry.translation.memory.store import Memory, Scope, open_memory
from spanferry.translation.memory.tmx import load_tmx
from spanferry.translation.prices import price_of
from spanferry.translation.settings import TranslateSettings, TranslatorSettings


@contextmanager
def open_session(
    translator: str,
    languages: Languages,
    *,
    folder: Path,
    translators: Mapping[str, TranslatorSettings] | None = None,
    settings: TranslateSettings | None = None,
    tmx: Path | None = None,
    prior_tables: Sequence[Path] = (),
    purpose: str = "",
    planning: bool = False,
    executor: Executor | None = None,
    progress: Callable[[Counts], object] = lambda counts: None,
    notify: Callable[[str], object] = lambda notice: None,
) -> Iterator[TranslationSession]:
    """Yield a session for one corpus, which is closed when the `with` block ends.

    translator: the name of an engine or of an entry in `translators`.
    folder: the folder of the memory, which is locked until the session is closed.
    tmx: the TMX file of the corpus's own translations, which take precedence over all others.
    prior_tables: tables of translations by earlier runs, possibly by other translators. The memory imports the rows
        that it lacks. Files that do not exist are skipped.
    purpose: what the translations are for ('translate squad2'), to which the memory books what a service bills.
    planning: True to send and write nothing, and not to lock the memory.
    executor: the executor of the stage. On a Ray cluster, models run there.
    progress: called with the counts when they change.
    notify: called with messages for the user.

    The engine is entered only when there are texts to send. A key, a network or a model is not needed before.
    Raises ParamsError, InputError (the TMX is broken or brings nothing), TranslationError (the memory is locked, the
    engine is missing).
    """
    settings = settings or TranslateSettings()
    price = price_of(find_settings(translator, translators or {}))
    own = load_tmx(tmx, *languages) if tmx else None
    corpus_translations: Mapping[str, str] = own.translations if own else {}
    engine = build_translator(translator, translators or {}, languages, settings, corpus_translations, folder)
    if isinstance(engine, Replay) and not tmx:
        raise ParamsError(
            f"params.yaml: translator {translator!r}: the corpus has no memory (a TMX file) to replay; set its `memory`"
        )
    if isinstance(executor, RayExecutor):
        engine = distribute(engine, notify)
    known = price.price if price else None
    limited = limited_price(settings.max_cost, known, bills=engine.meter is not None, translator=translator)
    scope = Scope(engine.identity, *languages)
    prior = list(read_prior_tables(prior_tables, notify))
    if not planning:
        import_prior(folder, [table for table in prior if table.scope != scope], notify)
    with ExitStack() as stack:
        memory, prior_translations = None, {}
        if not engine.trusted:
            memory = Memory(folder, scope) if planning else stack.enter_context(open_memory(folder, scope, known))
            if memory.damage:
                notify(memory.damage)
            if limited and not planning and (others := memory.ledger.not_in(limited.currency)):
                notify(f"translate.max_cost: {' and '.join(others)} of earlier runs are not counted")
            prior_translations = own_prior_translations(memory, prior, corpus_translations, engine, planning, notify)
        prior.clear()  # frees the tables, which take as much memory as the translations
        enter = cache(lambda: stack.enter_context(engine))
        yield TranslationSession(
            engine,
            memory,
            settings,
            languages,
            corpus_translations,
            prior_translations,
            progress,
            enter,
            purpose,
            known,
            own,
        )


def own_prior_translations(
    memory: Memory,
    prior: Sequence[PriorTable],
    corpus_translations: Mapping[str, str],
    engine: Translator,
    planning: bool,
    notify: Callable[[str], object],
) -> Mapping[str, str]:
    """Import prior translations by this translator into the memory, and return those that cannot be imported.

    The tables do not say in which paragraph a text was translated. For an engine that uses contexts, they apply only to
    this corpus and are not imported. When planning, nothing is imported.
    """
    missing = missing_from(memory, prior, corpus_translations)
    if planning or engine.uses_context:
        return missing
    add_to_memory(memory, missing, notify)
    return {}
