"""Write documents in the forms that other tools read, and say what a form cannot carry.

    squad      SQuAD JSON: everything
    hf-jsonl   one JSON object a line for each question, with the columns of `squad_v2` on the Hub
    parquet    the same columns as a table
    mrqa       one JSON object a line for each context, as in the shared task MRQA 2019

The reader of this package reads them all.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import islice, pairwise
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from spanferry.squad.document import UNSET, Article, Document, Paragraph, Question, iterate_questions
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
_TOKEN = re.compile(r"\w+|[^\w\s]")

Row = dict[str, Any]
Token = tuple[str, int]
"""A word or sign, and its offset."""


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
    """Yield a row for each context that has a question with answers."""
    for article in document.data:
        for paragraph in article.paragraphs:
            tokens = tokenize(paragraph.context)
            if questions := [mrqa_question(question, tokens) for question in paragraph.qas if question.answers]:
                yield {"id": "", "context": paragraph.context, "qas": questions, "context_tokens": tokens}


def mrqa_question(question: Question, tokens: list[Token]) -> Row:
    """Return a question in MRQA's form. The ends of spans, in characters and in tokens, are the last included."""
    return {
        "qid": question.id,
        "question": question.question,
        "question_tokens": tokenize(question.question),
        "detected_answers": [
            {
                "text": answer.text,
                "char_spans": [[answer.answer_start, answer.end - 1]],
                "token_spans": [token_span(tokens, answer.answer_start, answer.end)],
            }
            for answer in question.answers
        ],
        "answers": list(dict.fromkeys(answer.text for answer in question.answers)),
    }


def tokenize(text: str) -> list[Token]:
    """Return the words and signs of a text."""
    return [(match[0], match.start()) for match in _TOKEN.finditer(text)]


def token_span(tokens: list[Token], start: int, end: int) -> tuple[int, int]:
    """Return the first and the last of the tokens that a span of characters touches."""
    first = max(bisect_right(tokens, start, key=lambda token: token[1]) - 1, 0)
    return first, max(bisect_left(tokens, end, key=lambda token: token[1]) - 1, first)


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
    questions = [question for _, _, _, question in iterate_questions(document)]
    counts = (
        (document.version is not UNSET, "version", "versions"),
        (is_mrqa and sum(bool(article.title) for article in document.data), "title", "titles"),
        (
            is_mrqa and sum(not question.answers for question in questions),
            "question without an answer",
            "questions without an answer",
        ),
        (sum(len(question.plausible) for question in questions), "plausible answer", "plausible answers"),
        (contexts - len(carried), "context without a question", "contexts without a question"),
        (sum(not article.paragraphs for article in document.data), "empty article", "empty articles"),
        (count_joined(carried, is_mrqa), "boundary that nothing marks", "boundaries that nothing marks"),
    )
    return [f"{int(count):,} {one if count == 1 else many}" for count, one, many in counts if count]


def count_carried(document: Document, form: Form) -> int:
    """Return the number of questions that a form carries."""
    return sum(bool(question.answers or form is not Form.MRQA) for _, _, _, question in iterate_questions(document))


def carried_paragraphs(document: Document, form: Form) -> Iterator[tuple[Article, Paragraph]]:
    """Yield the paragraphs that a form carries: those with a question, in MRQA with an answered one."""
    for article in document.data:
        for paragraph in article.paragraphs:
            if any(question.answers or form is not Form.MRQA for question in paragraph.qas):
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
