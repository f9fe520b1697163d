"""Judges the unsettled answers of whole tables with an encoder, in this process or on a Ray cluster.

    layout, paragraphs, spans ──LinkJob──> link_batch ──LinkedParagraph──> settle_batch ──> spans
                                         (has the model)                   (any worker)

The model runs in this process, on its GPU or all of its cores, while the workers locate the answers of the batches
before. On a Ray cluster it runs on each GPU, or on each machine.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from spanferry.arrow import BatchSource, ListCodec, codec_of, from_table, schema_of, to_table
from spanferry.encoder import EncodedText, Encoder
from spanferry.executors import BatchFunction, Executor
from spanferry.language import Language, language_of
from spanferry.projection.candidates import AnswerQuery, is_at, make_query
from spanferry.projection.consistency import AnswerKey, key_of, reconcile
from spanferry.projection.decision import Decision
from spanferry.projection.grouping import SourceText, TargetText, group_by_paragraph
from spanferry.projection.linking import locate_linked
from spanferry.projection.locate import placed, source_text, tokenize_target
from spanferry.projection.ranking import Locator
from spanferry.projection.settings import EncoderSettings
from spanferry.projection.tokenized import IntArray, TokenizedText, Window
from spanferry.projection.unsettled import replace_spans, unsettled_answers
from spanferry.projection.word_links import AnswerLinks, WindowLinks, link_windows
from spanferry.records import Record, SpanRow

# Paragraphs that are in memory at a time, and those whose windows are encoded together. The vectors of the latter take
# about 100 MB. Larger groups have more windows of the same length, and so less padding.
WINDOW, GROUP = 25_000, 400

Progress = Callable[[int], object]


class UnsettledAnswer(Record, frozen=True, gc=False):
    """An answer to judge (`AnswerKey`)."""

    source_start: int
    source_text: str


class LinkJob(Record, frozen=True, gc=False):
    """A paragraph, the rows of its answers, and those of them that are to be judged."""

    source: SourceText
    target: TargetText
    spans: tuple[SpanRow, ...]
    unsettled: tuple[UnsettledAnswer, ...]


class LinkedParagraph(Record, frozen=True, gc=False):
    """A paragraph, the rows of its answers, and the word links of those that are to be judged."""

    source: SourceText
    target: TargetText
    spans: tuple[SpanRow, ...]
    links: tuple[AnswerLinks, ...]


class JudgedParagraph(Record, frozen=True, gc=False):
    """The rows of a paragraph after the encoder has judged some of its answers."""

    spans: tuple[SpanRow, ...]


def judge_batches(
    layout: BatchSource,
    paragraphs: BatchSource,
    spans: BatchSource,
    locator: Locator,
    settings: EncoderSettings,
    executor: Executor,
    progress: Progress = lambda _: None,
) -> Iterator[pa.Table]:
    """Yield the spans (SpanRow) in order, with those of unsettled answers located again by word links.

    Raises InputError when the tables come from different builds, and when the model cannot be loaded.
    """
    load = partial(load_linker, settings, locator.source.code, locator.target.code)
    for window in group_by_paragraph(layout, paragraphs, spans, WINDOW):
        rows, answers = unsettled_answers(window, settings.below)
        progress(window.num_rows - len(rows))
        parts = [schema_of(JudgedParagraph).empty_table()]
        linked = executor.map_loaded(load, make_jobs(window, rows, answers))
        for part in executor.map(partial(settle_batch, locator=locator), linked):
            parts.append(part)
            progress(part.num_rows)
        yield replace_spans(window, rows, pa.concat_tables(parts))


def make_jobs(window: pa.Table, rows: IntArray, answers: list[list[AnswerKey]]) -> Iterator[pa.Table]:
    """Yield batches of LinkJob: the rows of a window (ParagraphGroup) with their unsettled answers."""
    codec = ListCodec(codec_of(UnsettledAnswer))
    field = schema_of(LinkJob).field("unsettled")
    for start in range(0, len(rows), GROUP):
        part = slice(start, start + GROUP)
        unsettled = [tuple(UnsettledAnswer(*key) for key in keys) for keys in answers[part]]
        yield window.take(rows[part]).append_column(field, codec.encode(unsettled))


def load_linker(settings: EncoderSettings, source: str, target: str) -> BatchFunction:
    """Load the encoder. Returns the function that links a batch. source, target: language codes."""
    encoder = Encoder(settings.model, settings.revision, settings.layer)
    return partial(link_batch, encoder=encoder, languages=(language_of(source), language_of(target)))


def link_batch(jobs: pa.Table, encoder: Encoder, languages: tuple[Language, Language]) -> pa.Table:
    """Find the word links of the unsettled answers of some paragraphs (LinkJob -> LinkedParagraph)."""
    paragraphs = [JobTexts.of(job) for job in from_table(jobs, LinkJob)]
    # Sorted, so that the batches of the encoder depend on nothing but the texts.
    texts = sorted({text for paragraph in paragraphs for text in paragraph.window_texts()})
    encoded = dict(zip(texts, encoder.encode(texts), strict=True))
    linked = [
        LinkedParagraph(each.job.source, each.job.target, each.job.spans, tuple(each.find_links(encoded, languages)))
        for each in paragraphs
    ]
    return to_table(linked, LinkedParagraph)


@dataclass(frozen=True)
class JobTexts:
    """A job with its texts prepared for searching, and its unsettled answers as queries."""

    job: LinkJob
    source: TokenizedText
    target: TokenizedText
    queries: dict[AnswerKey, AnswerQuery]

    @classmethod
    def of(cls, job: LinkJob) -> "JobTexts":
        """Prepare a job, whose paragraph has a translation."""
        target = tokenize_target(job.target)
        assert target is not None  # `unsettled_answers` leaves out paragraphs without translation
        source = source_text(job.source.context, job.source.sentences, target)
        keys = [(answer.source_start, answer.source_text) for answer in job.unsettled]
        queries = {key: make_query(source, *key, None) for key in keys if is_at(source.text, *key)}
        return cls(job, source, target, queries)

    def texts_of(self, window: Window) -> tuple[str, str]:
        """Return the text of a window in the source and in the target."""
        return (
            self.source.text[slice(*self.source.window_span(window))],
            self.target.text[slice(*self.target.window_span(window))],
        )

    def window_texts(self) -> Iterator[str]:
        """Yield the texts to encode."""
        for query in self.queries.values():
            yield from self.texts_of(query.window)

    def find_links(
        self, encoded: Mapping[str, EncodedText], languages: tuple[Language, Language]
    ) -> Iterator[AnswerLinks]:
        """Yield the word links of each unsettled answer that has any."""
        windows: dict[Window, WindowLinks | None] = {}
        for key, query in self.queries.items():
            window = query.window
            if window not in windows:
                source, target = self.texts_of(window)
                windows[window] = link_windows(
                    self.source, self.target, window, (encoded[source], encoded[target]), languages
                )
            linked = windows[window]
            if linked and (links := linked.of_answer(key, self.source, query.span)):
                yield links


def settle_batch(paragraphs: pa.Table, locator: Locator) -> pa.Table:
    """Locate answers again by their word links (LinkedParagraph -> JudgedParagraph)."""
    judged = [settle(paragraph, locator) for paragraph in from_table(paragraphs, LinkedParagraph)]
    return to_table(judged, JudgedParagraph)


def settle(paragraph: LinkedParagraph, locator: Locator) -> JudgedParagraph:
    """Locate the answers of a paragraph again that have word links."""
    target = tokenize_target(paragraph.target)
    assert target is not None
    source = source_text(paragraph.source.context, paragraph.source.sentences, target)
    before = {key_of(row): row for row in reversed(paragraph.spans)}
    previous: dict[AnswerKey, SpanRow] = {}
    decisions: dict[AnswerKey, Decision] = {}
    for links in paragraph.links:
        key = links.source_start, links.source_text
        query = make_query(source, *key, before[key].translation)
        decision = locate_linked(locator, query, target, links)
        if decision.chosen is not None:
            decisions[key], previous[key] = decision, before[key]
    rows = [
        placed(row, decisions[key], target) if (key := key_of(row)) in decisions else row for row in paragraph.spans
    ]
    return JudgedParagraph(tuple(reconcile(rows, target.text, previous) if previous else rows))
