"""Corpora of which people marked the spans in the target language: the sample (Dutch), and XQuAD.

Neither needs a build. The sample's memory also has the sentences with their answers between markers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa
from spanferry.records import SPLITS, Span, SpanRow
from spanferry.report.accuracy import Gold, read_gold
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import read_squad
from spanferry.translation.memory.tmx import read_tmx
from xquad_corpora import GoldAnswer, read_xquad, score_span, span_in, translation_table

SAMPLE = Path(__file__).parents[1] / "data" / "sample"


@dataclass(frozen=True)
class GoldCorpus:
    """A translated corpus with marked spans.

    gold_of: the gold answer of a row in its target paragraph, or None. marked: sentence with markers -> translation.
    """

    language: str
    layout: pa.Table
    translations: pa.Table
    gold_of: Callable[[SpanRow, str], GoldAnswer | None]
    marked: Mapping[str, str] = field(default_factory=dict)


def read_corpora(xquad: Path, languages: Sequence[str]) -> dict[str, GoldCorpus]:
    """Return the sample, and XQuAD in these languages, by name."""
    return {"nl (sample)": read_sample()} | {language: read_language(xquad, language) for language in languages}


def read_sample() -> GoldCorpus:
    """Return the sample."""
    layout = make_layout({split: read_squad(SAMPLE / f"{split}-v2.0.json") for split in SPLITS}, "en")
    memory = dict(read_tmx(SAMPLE / "memory.tmx", "en", "nl"))
    translations = translation_table({text: memory[text] for text in collect_segments(layout)["text"].to_pylist()})
    return GoldCorpus("nl", layout, translations, partial(gold_in_sample, read_gold(SAMPLE / "gold.json")), memory)


def gold_in_sample(gold: Gold, row: SpanRow, context: str) -> GoldAnswer | None:
    """Return the gold answer of a row of the sample in its target paragraph; None where nobody marked one."""
    spans = gold.get(row.question_id, {}).get(row.field, ())
    if row.index >= len(spans):
        return None
    start, text = spans[row.index].start, spans[row.index].text
    return GoldAnswer(row.question_id, row.translation or "", context, (start, start + len(text)))


def read_language(xquad: Path, language: str) -> GoldCorpus:
    """Return XQuAD in one language."""
    corpus = read_xquad(xquad, language)
    return GoldCorpus(
        language, corpus.layout, corpus.translations, lambda row, _context: corpus.answers[row.question_id]
    )


def is_right(answer: GoldAnswer, context: str, span: Span) -> bool:
    """Return whether a span of the target paragraph has a token F1 of at least 0.8 with the marked one."""
    return score_span(answer, span_in(answer.context, context, span)).good
