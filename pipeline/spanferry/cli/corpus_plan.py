"""Plans the translation of a corpus by each translator that params.yaml configures. Nothing is sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from msgspec import Struct

from spanferry import tables
from spanferry.cli.corpus_session import MEMORY
from spanferry.config import Params
from spanferry.errors import InputError
from spanferry.forecast import Share, expected_share, marked_sentences, questions_of
from spanferry.markers import STYLES, Markers
from spanferry.records import SourceParagraph, Split
from spanferry.segmentation import collect_segments, lay_out
from spanferry.squad import Reading, read_document
from spanferry.translation.client.segment_tables import read_segments, segments_from_table
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request
from spanferry.translation.engines.registry import find_settings
from spanferry.translation.planning import Estimate, Plan, estimate, estimate_requests, make_plan, total_estimate
from spanferry.translation.prices import KnownPrice, price_of


class TranslatorPlan(Struct, frozen=True):
    """What one translator would send and cost. stages: by stage, and in total."""

    name: str
    identity: str
    translation: Plan
    stages: dict[str, Estimate]
    price: KnownPrice | None


class CorpusPlan(Struct, frozen=True):
    """The plans of a corpus, the first one by its own translator.

    shares: the share of answers that rescue sends again, and of questions that names does; a stage that is switched off
    has none.
    """

    translators: list[TranslatorPlan]
    shares: dict[str, Share]


@dataclass(frozen=True)
class CorpusTexts:
    """The texts of a corpus. segments: the table of stage segment, None if it has not run. titles: `names.titles`."""

    layout: pa.Table
    segments: Path | None
    titles: bool

    def to_translate(self, with_contexts: bool) -> list[Segment]:
        """Return the segments, with their paragraphs if the engine uses them."""
        if self.segments:
            return read_segments(self.segments, self.segments.with_name("layout.parquet") if with_contexts else None)
        contexts = self.layout["context"].to_pylist() if with_contexts else None
        return segments_from_table(collect_segments(self.layout, self.titles), contexts)


class TextsAgain:
    """The texts of which stages send a share again. layout: None if rescue is switched off."""

    def __init__(self, layout: pa.Table | None, questions: list[str]) -> None:
        self.layout, self.questions = layout, questions
        self._marked: dict[Markers, list[str]] = {}

    def by_stage(self, markers: Markers) -> dict[str, Sequence[str]]:
        """Return the texts by stage: sentences with an answer between these markers, and questions."""
        if markers not in self._marked:
            self._marked[markers] = [] if self.layout is None else marked_sentences(self.layout, markers)
        return {"rescue": self._marked[markers], "names": self.questions}


def plan_corpus(params: Params, corpus: str, rate: float, notify: Callable[[str], object]) -> CorpusPlan:
    """Return the plans of a corpus. Raises InputError.

    rate: the requests per second that a service answers. notify: called with messages for the user.
    """
    translator = params.corpus(corpus).translator
    if translator is None:
        raise InputError(f"params.yaml: corpora.{corpus}: is native, so that nothing is translated")
    texts = read_texts(params, corpus, notify)
    again = TextsAgain(
        texts.layout if params.rescue.enabled else None, questions_of(texts.layout) if params.names.repair else []
    )
    reports = Path("reports") / corpus
    shares = {
        stage: expected_share(stage, reports / f"{stage}.json", len(sent))
        for stage, sent in again.by_stage(STYLES[0]).items()
        if sent
    }
    plans = [
        plan_translator(params, corpus, name, texts, again, shares, rate)
        for name in dict.fromkeys([translator, *params.translators])
    ]
    return CorpusPlan(plans, shares)


def plan_translator(
    params: Params,
    corpus: str,
    name: str,
    texts: CorpusTexts,
    again: TextsAgain,
    shares: Mapping[str, Share],
    rate: float,
) -> TranslatorPlan:
    """Return the plan of a corpus by one translator. again: the texts of which stages send a share."""
    price = price_of(find_settings(name, params.translators))
    with open_planning(params, corpus, name) as session:
        engine = session.translator
        questions_apart = params.names.repair and engine.uses_glossary
        translation = make_plan(texts.to_translate(engine.uses_context), session, questions_apart)
        loads = {"translate": translation.load}
        for stage, sent in again.by_stage(engine.markers[0]).items():
            requests = [Request(text) for text in sent] if stage in shares and session.memory is not None else []
            loads[stage] = estimate_requests(requests, engine).scaled(shares[stage].share if requests else 0)
        stages = {stage: estimate(load, engine, price.price if price else None, rate) for stage, load in loads.items()}
    return TranslatorPlan(
        name, engine.identity, translation, stages | {"total": total_estimate([*stages.values()])}, price
    )


@contextmanager
def open_planning(params: Params, corpus: str, translator: str) -> Iterator[TranslationSession]:
    """Yield a session that can look up the texts of a corpus, and sends nothing."""
    data, memory, languages = Path("data") / corpus, params.corpus(corpus).memory, params.languages(corpus)
    with open_session(
        translator,
        (languages.source, languages.target),
        folder=MEMORY,
        translators=params.translators,
        settings=params.translate,
        tmx=existing_path(data / "memory" / "memory.tmx", memory, corpus) if memory else None,
        prior_tables=[data / "translations.parquet"],
        planning=True,
    ) as session:
        yield session


def read_texts(params: Params, corpus: str, notify: Callable[[str], object]) -> CorpusTexts:
    """Read the layout of a corpus that stage segment wrote, or compute it here if the stage has not run."""
    data = Path("data") / corpus
    segments = data / "segments" / "segments.parquet"
    if segments.exists():
        layout = tables.read(segments.with_name("layout.parquet"), SourceParagraph)
        return CorpusTexts(layout, segments, params.names.titles)
    readings: dict[Split, Reading] = {
        split: read_document(existing_path(data / "source" / f"{split}.json", location, corpus))
        for split, location in params.corpus(corpus).locations().items()
    }
    for reading in readings.values():
        for line in reading.describe():
            notify(f"{reading.name}: {line}")
    return CorpusTexts(lay_out(readings, params.languages(corpus).source), None, params.names.titles)


def existing_path(fetched: Path, location: str, corpus: str) -> Path:
    """Return the fetched file, or else the location in params.yaml. Raises InputError when neither is a file."""
    for path in (fetched, Path(location)):
        if path.is_file():
            return path
    raise InputError(f"{location}: not fetched yet; add {corpus} to build.corpora and run `dvc repro segment@{corpus}`")
