"""Translate the segments of a corpus, and paragraphs of which a sentence could not be translated.

segments, layout ──TranslationSession──> translations (TranslationRow), metrics

An engine that takes a glossary with each text gets the questions last, with the names of their translated paragraphs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spanferry import tables
from spanferry.names.glossaries import paragraph_glossaries
from spanferry.projection.ranking import make_locator
from spanferry.records import Kind, SegmentRow, SourceParagraph
from spanferry.segmentation import contexts_to_translate
from spanferry.tables import LazyTable
from spanferry.translation.client.segment_tables import read_segments, translation_table
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.metrics import translation_metrics


def translate_corpus(
    session: TranslationSession, segments: Path, layout: Path, out: Path, names: bool = True
) -> dict[str, Any]:
    """Translate segments and write the table of translations (TranslationRow). Returns the translations' metrics.

    segments: a table of SegmentRow. layout: the table of SourceParagraph that they come from. names: True to give
    engines with `glossary_first` the names of the paragraphs. Raises InputError for a table that cannot be read, and
    TranslationError as `TranslationSession.translate` does.
    """
    texts = read_segments(segments, layout if session.translator.uses_context else None)
    waits = [names and session.translator.glossary_first and each.kind == Kind.QUESTION for each in texts]
    first = [segment for segment, is_waiting in zip(texts, waits, strict=True) if not is_waiting]
    found = session.translate(first)
    contexts, context_results = translate_failed_contexts(session, first, found, layout)
    if any(waits):
        known = dict(zip([each.text for each in [*first, *contexts]], [*found, *context_results], strict=True))
        rows = tables.read(segments, SegmentRow)["layout_row"].to_pylist()
        questions = [(texts[n], rows[n]) for n, is_waiting in enumerate(waits) if is_waiting]
        translations = {text: result.text for text, result in known.items()}
        asked = iter(translate_questions(session, questions, layout, translations))
        others = iter(found)
        found = [next(asked if is_waiting else others) for is_waiting in waits]
    texts, results = [*texts, *contexts], [*found, *context_results]
    tables.write(translation_table(texts, results, session), out)
    return translation_metrics(texts, results)


def translate_questions(
    session: TranslationSession,
    questions: Sequence[tuple[Segment, int]],
    layout: Path,
    translations: Mapping[str, str | None],
) -> list[TranslationResult]:
    """Translate questions with the names that their translated paragraphs have. Return one result per question.

    questions: with the row of their paragraph in the layout. translations: of all other texts. A question that the
    memory has already, without a glossary, is not asked again: stage names does so if one of its names differs.
    """
    held, _ = session.look_up(question for question, _ in questions)
    locator = make_locator(session.scope.source, session.scope.target)
    glossaries = list(paragraph_glossaries(LazyTable(layout, SourceParagraph), translations, locator))
    return session.translate(
        question if isinstance(result, str) else replace(question, glossary=glossaries[row])
        for (question, row), result in zip(questions, held, strict=True)
    )


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
