"""Segmentation: cuts SQuAD documents into the distinct texts to translate, and records where each one occurs.

    {"train": Document, "dev": Document} ──make_layout──> SourceParagraph rows ──collect_segments──> SegmentRow rows

A context is translated sentence by sentence. This keeps requests short, and tells `locate` in which translated
sentences to search for each answer. Questions and answers are separate segments.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import pyarrow as pa

from spanferry.arrow import BatchSource, read_records, schema_of, to_table
from spanferry.language.sentences import sentences
from spanferry.records import (
    Field,
    Kind,
    SegmentRow,
    SourceAnswer,
    SourceParagraph,
    SourceQuestion,
    Split,
    TextSpan,
)
from spanferry.squad import Answer, Document, Paragraph, Question
from spanferry.squad.offsets import Repairs

Progress = Callable[[int], object]

BATCH = 1000  # paragraphs that are in memory as records at once


def make_layout(
    documents: Mapping[Split, Document],
    language: str,
    native: bool = False,
    progress: Progress = lambda _: None,
    repairs: Mapping[Split, Repairs] = MappingProxyType({}),
) -> pa.Table:
    """Return one row per paragraph (SourceParagraph), in the documents' order.

    language: code of the source. native: the corpus is not translated, so each context is one sentence. progress:
    called with the number of paragraphs that were just added. repairs: of the documents' answers.
    """
    parts = [schema_of(SourceParagraph).empty_table()]
    rows: list[SourceParagraph] = []
    for row in layout_rows(documents, language, native, repairs):
        rows.append(row)
        progress(1)
        if len(rows) == BATCH:
            parts.append(to_table(rows, SourceParagraph))
            rows.clear()
    return pa.concat_tables([*parts, to_table(rows, SourceParagraph)]).combine_chunks()


def layout_rows(
    documents: Mapping[Split, Document], language: str, native: bool, repairs: Mapping[Split, Repairs]
) -> Iterator[SourceParagraph]:
    """Yield the paragraphs of documents as rows."""
    for split, document in documents.items():
        of_split = repairs.get(split, {})
        for article_index, article in enumerate(document.data):
            for paragraph_index, paragraph in enumerate(article.paragraphs):
                yield SourceParagraph(
                    split=split,
                    article=article_index,
                    paragraph=paragraph_index,
                    title=article.title,
                    context=paragraph.context,
                    sentences=sentence_spans(paragraph, language, native),
                    questions=tuple(question_row(question, of_split) for question in paragraph.qas),
                )


def sentence_spans(paragraph: Paragraph, language: str, native: bool) -> tuple[TextSpan, ...]:
    """Return the sentences of a context. For a native corpus, the whole context is one sentence."""
    context = paragraph.context
    spans = [(0, len(context))] if native else sentences(context, language)
    return tuple(TextSpan(start, end) for start, end in spans)


def question_row(question: Question, repairs: Repairs) -> SourceQuestion:
    """Make the row of a question."""

    def rows(field: Field, answers: tuple[Answer, ...]) -> tuple[SourceAnswer, ...]:
        return tuple(
            SourceAnswer(answer.text, answer.answer_start, repairs.get((question.id, field, index)))
            for index, answer in enumerate(answers)
        )

    return SourceQuestion(
        id=question.id,
        question=question.question,
        is_impossible=question.impossible,
        answers=rows(Field.ANSWERS, question.answers),
        plausible_answers=rows(Field.PLAUSIBLE, question.plausible),
    )


def texts_of(paragraph: SourceParagraph) -> Iterator[tuple[Kind, str]]:
    """Yield every text of a paragraph that is translated on its own: sentences, questions and answers."""
    context = paragraph.context
    for sentence in paragraph.sentences:
        yield Kind.SENTENCE, context[sentence.start : sentence.end]
    for question in paragraph.questions:
        yield Kind.QUESTION, question.question
        for field in Field:
            for answer in question.in_field(field):
                yield Kind.ANSWER, answer.text


def collect_segments(layout: BatchSource) -> pa.Table:
    """Return the distinct texts of a layout (SegmentRow), sorted by kind and then text.

    A text of several kinds is listed once, with the first of them in the order of `Kind`. White space at the ends of
    a text is not part of the segment: engines drop it, and spans are found without it.
    """
    kinds = list(Kind)
    ranks = {kind: rank for rank, kind in enumerate(kinds)}
    # text -> [rank of its kind, count, first row]. Lists, because a frozen record would be rebuilt at each occurrence
    # of 350,000 texts.
    collected: dict[str, list[int]] = {}
    for row, paragraph in enumerate(read_records(layout, SourceParagraph, BATCH)):
        for kind, text in texts_of(paragraph):
            if key := text.strip():
                entry = collected.setdefault(key, [ranks[kind], 0, row])
                entry[0] = min(entry[0], ranks[kind])
                entry[1] += 1
    ordered = sorted((rank, text, count, row) for text, (rank, count, row) in collected.items())
    return to_table([SegmentRow(text, kinds[rank], count, row) for rank, text, count, row in ordered], SegmentRow)


def contexts_to_translate(layout: BatchSource, translations: Mapping[str, str | None]) -> list[str]:
    """Return the contexts with a sentence that has no translation, each context once, in order."""
    contexts: dict[str, None] = {}
    for paragraph in read_records(layout, SourceParagraph, BATCH):
        context = paragraph.context
        if any(translations.get(context[span.start : span.end]) is None for span in paragraph.sentences):
            contexts[context.strip()] = None
    return list(contexts)
