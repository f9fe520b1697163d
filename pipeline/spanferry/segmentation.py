"""Segmentation: from SQuAD documents to the distinct texts to translate, and where each one lies.

    {"train": Document, "dev": Document} ──> segments (schema_of(SegmentRow)), layout (schema_of(SourceParagraph))

A context is translated sentence by sentence: requests stay short, and the target window of every
answer is known before anything is searched. Questions and answers are segments of their own.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from spanferry import squad
from spanferry.arrow import schema_of
from spanferry.language.text import Span, sentences
from spanferry.records import Kind, SegmentRow, SourceParagraph

Progress = Callable[[int], object]


def layout(
    documents: Mapping[str, squad.Document], language: str, native: bool = False, progress: Progress = lambda _: None
) -> pa.Table:
    """One row a paragraph, in the documents' order (schema_of(SourceParagraph)). Tells progress each paragraph.

    native: the corpus is not translated, so that each context is one sentence.
    """
    rows: list[dict[str, Any]] = []
    for split, document in documents.items():
        for a, article in enumerate(document.data):
            for p, paragraph in enumerate(article.paragraphs):
                cut = [(0, len(paragraph.context))] if native else sentences(paragraph.context, language)
                rows.append(
                    {
                        "split": split,
                        "article": a,
                        "paragraph": p,
                        "title": article.title,
                        "context": paragraph.context,
                        "sentences": [{"start": start, "end": end} for start, end in cut],
                        "questions": [question_row(question) for question in paragraph.qas],
                    }
                )
                progress(1)
    return pa.Table.from_pylist(rows, schema=schema_of(SourceParagraph))


def question_row(question: squad.Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "is_impossible": question.impossible,
        "answers": [answer_row(answer) for answer in question.answers],
        "plausible_answers": [answer_row(answer) for answer in question.plausible],
    }


def answer_row(answer: squad.Answer) -> dict[str, Any]:
    return {"text": answer.text, "start": answer.answer_start}


def texts(row: Mapping[str, Any]) -> Iterator[tuple[Kind, str]]:
    """Everything in a layout row that is translated on its own: sentences, questions, answers."""
    context = row["context"]
    for sentence in row["sentences"]:
        yield Kind.SENTENCE, context[sentence["start"] : sentence["end"]]
    for question in row["questions"]:
        yield Kind.QUESTION, question["question"]
        for answer in (*question["answers"], *question["plausible_answers"]):
            yield Kind.ANSWER, answer["text"]


def segments(layout: pa.Table) -> pa.Table:
    """The distinct texts of a layout, sorted by kind and then text (schema_of(SegmentRow)).

    A text of several kinds is listed once, as the first of them in Kind's order. White space at an
    answer's ends is no part of the segment: engines drop it, and the span is found without it.
    """
    kinds = list(Kind)
    held: dict[str, list[Any]] = {}
    rows = (row for batch in layout.to_batches(max_chunksize=1000) for row in batch.to_pylist())
    for n, row in enumerate(rows):
        for kind, text in texts(row):
            if not (key := text.strip()):
                continue
            entry = held.setdefault(key, [kinds.index(kind), 0, n])
            entry[0] = min(entry[0], kinds.index(kind))
            entry[1] += 1
    listed = sorted((rank, text, count, n) for text, (rank, count, n) in held.items())
    columns = [
        [text for _, text, _, _ in listed],
        [kinds[rank] for rank, _, _, _ in listed],
        [count for _, _, count, _ in listed],
        [n for _, _, _, n in listed],
    ]
    return pa.Table.from_arrays(
        [pa.array(c, f.type) for c, f in zip(columns, schema_of(SegmentRow), strict=True)], schema=schema_of(SegmentRow)
    )


def incomplete(layout: pa.Table, translations: Mapping[str, str | None]) -> list[str]:
    """The contexts of which a sentence has no translation, each once, in order."""
    found = dict.fromkeys(
        row["context"].strip()
        for batch in layout.select(["context", "sentences"]).to_batches(max_chunksize=1000)
        for row in batch.to_pylist()
        if any(translations.get(row["context"][start:end]) is None for start, end in sentence_spans(row))
    )
    return list(found)


def sentence_spans(row: Mapping[str, Any]) -> list[Span]:
    """A layout or paragraphs row's sentences as (start, end) pairs."""
    return [(span["start"], span["end"]) for span in row["sentences"]]
