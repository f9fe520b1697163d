"""Translate the segments of a corpus, and paragraphs of which a sentence could not be translated.

segments, layout ──TranslationSession──> translations (TranslationRow), metrics
"""

from pathlib import Path
from typing import Any

from spanferry import tables
from spanferry.records import Kind, SourceParagraph
from spanferry.segmentation import contexts_to_translate
from spanferry.translation.client.segment_tables import read_segments, translation_table
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.metrics import translation_metrics


def translate_corpus(session: TranslationSession, segments: Path, layout: Path, out: Path) -> dict[str, Any]:
    """Translate segments and write the table of translations (TranslationRow). Returns the translations' metrics.

    segments: a table of SegmentRow. layout: the table of SourceParagraph that they come from. Raises InputError for a
    table that cannot be read, and TranslationError as `TranslationSession.translate` does.
    """
    texts = read_segments(segments, layout if session.translator.uses_context else None)
    results = session.translate(texts)
    contexts, context_results = translate_failed_contexts(session, texts, results, layout)
    texts, results = [*texts, *contexts], [*results, *context_results]
    tables.write(translation_table(texts, results, session), out)
    return translation_metrics(texts, results)


def translate_failed_contexts(
    session: TranslationSession, segments: list[Segment], results: list[TranslationResult], layout: Path
) -> tuple[list[Segment], list[TranslationResult]]:
    """Translate as a whole each paragraph with a sentence that has no translation. Return the segments and results.

    The engine may translate the sentence there. The layout is read only if a segment has no translation.
    """
    translations = {segment.text: result.text for segment, result in zip(segments, results, strict=True)}
    if None not in translations.values():
        return [], []
    contexts = contexts_to_translate(tables.read(layout, SourceParagraph), translations)
    wholes = [Segment(text, Kind.SENTENCE) for text in contexts if text not in translations]
    return wholes, session.translate(wholes)
