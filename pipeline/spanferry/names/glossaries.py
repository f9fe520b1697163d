"""The glossary of each paragraph, for engines that translate its questions after it, with its names.

layout, translations of sentences, answers and titles ──paragraph_glossaries──> one glossary for each paragraph
"""

from collections.abc import Iterator, Mapping
from itertools import groupby

from spanferry.arrow import BatchSource, read_records
from spanferry.names.tables import BATCH, check_paragraphs
from spanferry.projection.locate import LocateJob, join_sentences, target_paragraph
from spanferry.projection.ranking import Locator
from spanferry.records import SourceParagraph, TargetParagraph
from spanferry.translation.glossary import Glossary


def paragraph_glossaries(
    layout: BatchSource, translations: Mapping[str, str | None], locator: Locator
) -> Iterator[Glossary]:
    """Yield the glossary of each paragraph of a layout (SourceParagraph), in order; () without a translation.

    It has the names that the paragraph shares with its questions, with their renderings in the paragraph. translations:
    of the corpus's texts; those of questions are not needed.
    """
    rows = read_records(layout, SourceParagraph, BATCH)
    for _, group in groupby(rows, key=lambda paragraph: (paragraph.split, paragraph.article)):
        paragraphs = list(group)
        pairs = [(paragraph, translate_paragraph(paragraph, translations)) for paragraph in paragraphs]
        checked = check_paragraphs(pairs, lambda texts: [translations.get(text) for text in texts], locator, False)
        for paragraph in paragraphs:
            yield checked.glossaries.get(paragraph.paragraph, ())


def translate_paragraph(paragraph: SourceParagraph, translations: Mapping[str, str | None]) -> TargetParagraph:
    """Return a translated paragraph, as stage locate makes it."""
    context = paragraph.context
    sentences = tuple(translations.get(context[span.start : span.end]) for span in paragraph.sentences)
    job = LocateJob(paragraph, sentences, (), translations.get(context.strip()))
    return target_paragraph(paragraph, join_sentences(job))
