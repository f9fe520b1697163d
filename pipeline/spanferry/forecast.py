"""Forecasts what the stages rescue and names will send: a share of the answers and of the questions, once more.

The share is that of the last build of the corpus, or else that of a benchmark.
"""

from pathlib import Path

from msgspec import Struct

from spanferry.arrow import BatchSource, read_records
from spanferry.files import read_json
from spanferry.markers import Markers
from spanferry.projection.candidates import is_at
from spanferry.projection.locate import spans_of
from spanferry.projection.windows import mark_window
from spanferry.records import Field, SourceParagraph

BATCH = 1000
# With default settings: 101 marked sentences for 685 distinct answers, and 16 texts for 793 questions. They are `texts`
# of the reports of both stages, in the build of docs/names.md.
BENCHMARK_SHARES = {"rescue": 0.147, "names": 0.020}
BENCHMARK = "120 Wikipedia paragraphs of SQuAD's dev set, by Google Translate"


class Share(Struct, frozen=True):
    """The number of texts sent for each answer (rescue) or question (names), and where it was measured, in words."""

    share: float
    source: str


class TextCount(Struct, frozen=True):
    """The part of a stage's report that is used; a stage that was switched off has not counted texts."""

    texts: int | None = None


def expected_share(stage: str, report: Path, units: int) -> Share:
    """Return the share that the last build of a corpus had, or else that of the benchmark.

    report: the report of the stage, which need not exist. units: the number of distinct answers, or of questions.
    """
    texts = read_json(report, TextCount).texts if report.exists() else None
    if texts is None or not units:
        return Share(BENCHMARK_SHARES[stage], BENCHMARK)
    return Share(texts / units, f"the last build of this corpus, {report}")


def questions_of(layout: BatchSource) -> list[str]:
    """Return all questions of a layout (SourceParagraph)."""
    return [
        question.question
        for paragraph in read_records(layout, SourceParagraph, BATCH)
        for question in paragraph.questions
    ]


def marked_sentences(layout: BatchSource, markers: Markers) -> list[str]:
    """Return the sentence of each distinct answer of each paragraph of a layout, with the answer between markers."""
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
            sentences.append(mark_window(paragraph.context, spans, start, start + len(text), markers))
    return sentences
