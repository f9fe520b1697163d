"""Forecasts what stage rescue will send: the sentences of a share of the answers, with the answer between markers.

The share is that of the last build of the corpus, or else that of a benchmark.
"""

from pathlib import Path

from msgspec import Struct

from spanferry.arrow import BatchSource, read_records
from spanferry.files import read_json
from spanferry.markers import STYLES
from spanferry.projection.candidates import is_at
from spanferry.projection.locate import spans_of
from spanferry.projection.windows import mark_window
from spanferry.records import Field, SourceParagraph

BATCH = 1000
# 183 marked sentences for 685 distinct answers, with the default settings of rescue.
BENCHMARK_SHARE = 0.267
BENCHMARK = "120 Wikipedia paragraphs of SQuAD's dev set, by Google Translate"


class RescueShare(Struct, frozen=True):
    """The number of marked sentences for each distinct answer, and where it was measured, in words."""

    share: float
    source: str


class RescueCounts(Struct, frozen=True):
    """The part of rescue.json that is used; the file is {} when rescue was disabled."""

    requests: int | None = None


def expected_share(report: Path, answers: int) -> RescueShare:
    """Return the share that the last build of a corpus had, or else that of the benchmark.

    report: its rescue.json, which need not exist. answers: the number of its distinct answers.
    """
    requests = read_json(report, RescueCounts).requests if report.exists() else None
    if requests is None or not answers:
        return RescueShare(BENCHMARK_SHARE, BENCHMARK)
    return RescueShare(requests / answers, f"the last build of this corpus, {report}")


def marked_sentences(layout: BatchSource) -> list[str]:
    """Return the marked sentence of each distinct answer of each paragraph of a layout (SourceParagraph)."""
    sentences: list[str] = []
    for paragraph in read_records(layout, SourceParagraph, BATCH):
        answers = {
            (answer.start, answer.text): None
            for question in paragraph.questions
            for field in Field
            for answer in question.in_field(field)
            if is_at(paragraph.context, answer.start, answer.text)
        }
        spans = spans_of(paragraph.sentences)
        for start, text in answers:
            sentences.append(mark_window(paragraph.context, spans, start, start + len(text), STYLES[0]))
    return sentences
