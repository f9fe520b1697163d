"""Write documents in the forms that other tools read, and say what a form cannot carry.

    squad      SQuAD JSON: everything
    hf-jsonl   one JSON object a line for each question, with the columns of `squad_v2` on the Hub
    parquet    the same columns as a table
    mrqa       one JSON object a line for each context, as in the shared task MRQA 2019

The reader of this package reads them all.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice, pairwise
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from spanferry.language.words import tokens
from spanferry.records import Span
from spanferry.squad.document import UNSET, Answer, Article, Document, Paragraph, Question, iterate_questions
from spanferry.squad.offsets import is_mismatch
from spanferry.squad.writer import encode_squad

QUESTIONS = pa.schema(
    [
        ("id", pa.string()),
        ("title", pa.string()),
        ("context", pa.string()),
        ("question", pa.string()),
        ("answers", pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))])),
    ]
)
"""The columns of `squad_v2` on the Hub, one row for each question."""

ROW_GROUP = 10_000

Row = dict[str, Any]


class Form(StrEnum):
    """A form in which documents are written."""

    SQUAD = "squad"
    HF_JSONL = "hf-jsonl"
    PARQUET = "parquet"
    MRQA = "mrqa"


def write_form(document: Document, form: Form, file: BinaryIO, name: str = "") -> None:
    """Write a document. Equal documents give equal bytes. name: of the data set, for MRQA's header."""
    match form:
        case Form.SQUAD:
            file.write(encode_squad(document))
        case Form.HF_JSONL:
            write_lines(question_rows(document), file)
        case Form.PARQUET:
            write_parquet(question_rows(document), file)
        case Form.MRQA:
            write_lines([{"header": {"dataset": name, "split": ""}}], file)
            write_lines(mrqa_rows(document), file)


def question_rows(document: Document) -> Iterator[Row]:
    """Yield a row for each question, in order, with the columns of QUESTIONS."""
    for _, article, paragraph, question in iterate_questions(document):
        yield {
            "id": question.id,
            "title": article.title,
            "context": paragraph.context,
            "question": question.question,
            "answers": {
                "text": [answer.text for answer in question.answers],
                "answer_start": [answer.answer_start for answer in question.answers],
            },
        }


def question_table(document: Document) -> pa.Table:
    """Return the rows of `question_rows` as a table."""
    return pa.Table.from_pylist(list(question_rows(document)), schema=QUESTIONS)


def write_parquet(rows: Iterator[Row], file: BinaryIO) -> None:
    """Write rows of QUESTIONS as parquet, ROW_GROUP of them in memory at a time."""
    with pq.ParquetWriter(file, QUESTIONS, compression="zstd") as writer:
        while part := list(islice(rows, ROW_GROUP)):
            writer.write_table(pa.Table.from_pylist(part, schema=QUESTIONS))


def write_lines(rows: Iterable[Row], file: BinaryIO) -> None:
    """Write JSON lines."""
    encoder = msgspec.json.Encoder()
    for row in rows:
        file.write(encoder.encode(row) + b"\n")


def mrqa_rows(document: Document) -> Iterator[Row]:
    """Yield a row for each context that has a question with answers at their offsets."""
    for article in document.data:
        for paragraph in article.paragraphs:
            context, spans = paragraph.context, tokens(paragraph.context)
            located = ((question, located_answers(context, question)) for question in paragraph.qas)
            if questions := [mrqa_question(question, answers, spans) for question, answers in located if answers]:
                yield {"id": "", "context": context, "qas": questions, "context_tokens": mrqa_tokens(context, spans)}


def mrqa_question(question: Question, answers: Sequence[Answer], spans: Sequence[Span]) -> Row:
    """Return a question in MRQA's form. The ends of spans, in characters and in tokens, are the last included."""
    return {
        "qid": question.id,
        "question": question.question,
        "question_tokens": mrqa_tokens(question.question, tokens(question.question)),
        "detected_answers": [
            {
                "text": answer.text,
                "char_spans": [[answer.answer_start, answer.end - 1]],
                "token_spans": [touched_tokens(spans, answer.answer_start, answer.end)],
            }
            for answer in answers
        ],
        "answers": list(dict.fromkeys(answer.text for answer in answers)),
    }


def located_answers(context: str, question: Question) -> list[Answer]:
    """Return the answers that are at their offsets. MRQA has no others: its answers are spans of the context."""
    return [answer for answer in question.answers if answer.text and not is_mismatch(context, answer)]


def mrqa_tokens(text: str, spans: Iterable[Span]) -> list[tuple[str, int]]:
    """Return each token with its offset."""
    return [(text[start:end], start) for start, end in spans]


def touched_tokens(spans: Sequence[Span], start: int, end: int) -> tuple[int, int]:
    """Return the first and the last of the tokens that have a character of a text.

    >>> touched_tokens(tokens("Built in 1612."), 5, 13)
    (1, 2)
    """
    first = bisect_right(spans, start, key=lambda span: span[1])
    return first, bisect_left(spans, end, key=lambda span: span[0]) - 1


def describe_omissions(document: Document, form: Form) -> list[str]:
    """Return what a form cannot carry of a document, each with its count. Empty where nothing is lost.

    >>> question = Question("q", "Who?", (), True)
    >>> document = Document((Article((Paragraph("A lock.", (question,)),), "Lock"),), "v2.0")
    >>> describe_omissions(document, Form.HF_JSONL)
    ['1 version']
    >>> describe_omissions(document, Form.MRQA)
    ['1 version', '1 title', '1 question without an answer', '1 context without a question']
    """
    if form is Form.SQUAD:
        return []
    is_mrqa = form is Form.MRQA
    carried = list(carried_paragraphs(document, form))
    contexts = sum(len(article.paragraphs) for article in document.data)
    questions = [(paragraph.context, question) for _, _, paragraph, question in iterate_questions(document)]
    counts = (
        (document.version is not UNSET, "version", "versions"),
        (is_mrqa and sum(bool(article.title) for article in document.data), "title", "titles"),
        (
            is_mrqa and sum(not question.answers for _, question in questions),
            "question without an answer",
            "questions without an answer",
        ),
        (
            is_mrqa
            and sum(len(question.answers) - len(located_answers(context, question)) for context, question in questions),
            "answer that is not at its offset",
            "answers that are not at their offsets",
        ),
        (sum(len(question.plausible) for _, question in questions), "plausible answer", "plausible answers"),
        (contexts - len(carried), "context without a question", "contexts without a question"),
        (sum(not article.paragraphs for article in document.data), "empty article", "empty articles"),
        (count_joined(carried, is_mrqa), "boundary that nothing marks", "boundaries that nothing marks"),
    )
    return [f"{int(count):,} {one if count == 1 else many}" for count, one, many in counts if count]


def count_carried(document: Document, form: Form) -> int:
    """Return the number of questions that a form carries."""
    return sum(
        is_carried(paragraph.context, question, form) for _, _, paragraph, question in iterate_questions(document)
    )


def is_carried(context: str, question: Question, form: Form) -> bool:
    """Return whether a form carries a question. MRQA needs an answer at its offset."""
    return form is not Form.MRQA or bool(located_answers(context, question))


def carried_paragraphs(document: Document, form: Form) -> Iterator[tuple[Article, Paragraph]]:
    """Yield the paragraphs that have a question which the form carries."""
    for article in document.data:
        for paragraph in article.paragraphs:
            if any(is_carried(paragraph.context, question, form) for question in paragraph.qas):
                yield article, paragraph


def count_joined(carried: list[tuple[Article, Paragraph]], is_mrqa: bool) -> int:
    """Count the boundaries that a reader cannot see.

    Rows show where an article or a context ends by its title or its text; MRQA's lines show no articles.
    """
    joined = 0
    for (article, paragraph), (next_article, next_paragraph) in pairwise(carried):
        is_same = is_mrqa or article.title == next_article.title
        joined += is_same and article is not next_article
        joined += is_same and not is_mrqa and paragraph.context == next_paragraph.context
    return joined
