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
from spanferry.squad import Answer, Document, FaultReasons, Paragraph, Position, Question, Reading
from spanferry.squad.offsets import Repairs

Progress = Callable[[int], object]

BATCH = 1000  # paragraphs that are in memory as records at once


def lay_out(
    readings: Mapping[Split, Reading], language: str, native: bool = False, progress: Progress = lambda _: None
) -> pa.Table:
    """Return the layout of files, with their offsets repaired, and the reasons of what their reader refuses.

    The arguments are those of `make_layout`.
    """
    documents: dict[Split, Document] = {split: reading.repaired.document for split, reading in readings.items()}
    repairs: dict[Split, Repairs] = {split: reading.repaired.repairs for split, reading in readings.items()}
    reasons: dict[Split, FaultReasons] = {split: reading.reasons for split, reading in readings.items()}
    return make_layout(documents, language, native, progress, repairs, reasons)


def make_layout(
    documents: Mapping[Split, Document],
    language: str,
    native: bool = False,
    progress: Progress = lambda _: None,
    repairs: Mapping[Split, Repairs] = MappingProxyType({}),
    reasons: Mapping[Split, FaultReasons] = MappingProxyType({}),
) -> pa.Table:
    """Return one row per paragraph (SourceParagraph), in the documents' order.

    language: code of the source. native: the corpus is not translated, so each context is one sentence. progress:
    called with the number of paragraphs that were just added. repairs: of the documents' answers. reasons: why the
    reader refuses parts of the documents (`Reading.source`, `Reading.reasons`).
    """
    parts = [schema_of(SourceParagraph).empty_table()]
    rows: list[SourceParagraph] = []
    for row in layout_rows(documents, language, native, repairs, reasons):
        rows.append(row)
        progress(1)
        if len(rows) == BATCH:
            parts.append(to_table(rows, SourceParagraph))
            rows.clear()
    return pa.concat_tables([*parts, to_table(rows, SourceParagraph)]).combine_chunks()


def layout_rows(
    documents: Mapping[Split, Document],
    language: str,
    native: bool,
    repairs: Mapping[Split, Repairs],
    reasons: Mapping[Split, FaultReasons],
) -> Iterator[SourceParagraph]:
    """Yield the paragraphs of documents as rows."""
    for split, document in documents.items():
        repaired, refused = repairs.get(split, {}), reasons.get(split, {})
        for article_index, article in enumerate(document.data):
            for paragraph_index, paragraph in enumerate(article.paragraphs):
                at = Position(article_index, paragraph_index)
                yield SourceParagraph(
                    split=split,
                    article=article_index,
                    paragraph=paragraph_index,
                    title=article.title,
                    context=paragraph.context,
                    sentences=sentence_spans(paragraph, language, native),
                    questions=tuple(
                        question_row(question, at._replace(question=q), repaired, refused)
                        for q, question in enumerate(paragraph.qas)
                    ),
                    reason=refused.get(at),
                )


def sentence_spans(paragraph: Paragraph, language: str, native: bool) -> tuple[TextSpan, ...]:
    """Return the sentences of a context. For a native corpus, the whole context is one sentence."""
    context = paragraph.context
    spans = [(0, len(context))] if native else sentences(context, language)
    return tuple(TextSpan(start, end) for start, end in spans)


def question_row(question: Question, at: Position, repairs: Repairs, refused: FaultReasons) -> SourceQuestion:
    """Make the row of a question. A question that should have answers gets a placeholder if it has none."""
    reason = refused.get(Position(at.article, at.paragraph)) or refused.get(at)

    def rows(field: Field, answers: tuple[Answer, ...]) -> tuple[SourceAnswer, ...]:
        return tuple(
            SourceAnswer(
                answer.text,
                answer.answer_start,
                repairs.get((question.id, field, index)),
                refused.get(at._replace(field=field, answer=index)),
            )
            for index, answer in enumerate(answers)
        )

    answers = rows(Field.ANSWERS, question.answers)
    if reason and not answers and not question.impossible:
        answers = (SourceAnswer("", 0, reason=reason),)

    return SourceQuestion(
        id=question.id,
        question=question.question,
        is_impossible=question.impossible,
        answers=answers,
        plausible_answers=rows(Field.PLAUSIBLE, question.plausible),
        reason=reason,
    )


def texts_of(paragraph: SourceParagraph, titles: bool = False) -> Iterator[tuple[Kind, str]]:
    """Yield every text of a paragraph that is translated on its own: sentences, questions, answers and the title.

    What the reader refuses is not translated.
    """
    if titles:
        yield Kind.TITLE, title_text(paragraph.title)
    context = paragraph.context
    for sentence in paragraph.sentences:
        yield Kind.SENTENCE, context[sentence.start : sentence.end]
    for question in paragraph.questions:
        if question.reason is None:
            yield Kind.QUESTION, question.question
            for field in Field:
                for answer in question.in_field(field):
                    if answer.reason is None:
                        yield Kind.ANSWER, answer.text


def title_text(title: str) -> str:
    """Return the title of an article as text: "Sky_(United_Kingdom)" -> "Sky (United Kingdom)"."""
    return title.replace("_", " ").strip()


def collect_segments(layout: BatchSource, titles: bool = False) -> pa.Table:
    """Return the distinct texts of a layout (SegmentRow), with or without titles, sorted by kind and then text.

    A text of several kinds is listed once, with the first of them in the order of `Kind`. White space at the ends of
    a text is not part of the segment: engines drop it, and spans are found without it.
    """
    kinds = list(Kind)
    ranks = {kind: rank for rank, kind in enumerate(kinds)}
    # text -> [rank of its kind, count, first row]. Lists, because a frozen record would be rebuilt at each occurrence
    # of 350,000 texts.
    collected: dict[str, list[int]] = {}
    for row, paragraph in enumerate(read_records(layout, SourceParagraph, BATCH)):
        for kind, text in texts_of(paragraph, titles):
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
