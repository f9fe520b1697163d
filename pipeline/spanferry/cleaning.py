"""Turn located spans into SQuAD documents, and list the kept and the dropped answers.

    layout, paragraphs, spans, translations, selection ──> {split: Document}, provenance, rejected

`selection.select` decides what is kept; this module only applies its decisions.
"""

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import from_table, to_table
from spanferry.records import SPLITS, Field, Reason, SpanRow, Split
from spanferry.selection import Selection
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question

VERSION = "v2.0"
BATCH = 1000  # rows that are converted to records at a time

AnswersByField = dict[str, list[Answer]]


def documents(
    layout: pa.Table, paragraphs: pa.Table, spans: pa.Table, translations: pa.Table | None, selection: Selection
) -> dict[Split, Document]:
    """Return the cleaned document of each split that the layout has.

    Articles and paragraphs without a kept question are left out. translations: rows of TranslationRow, None for a
    corpus that is already in the target language.
    """
    articles: dict[Split, dict[int, tuple[str, list[Paragraph]]]] = {split: {} for split in SPLITS}
    columns = [layout[name].to_pylist() for name in ("split", "article", "title")]
    contexts = paragraphs["context"].to_pylist()
    for row, questions in kept_questions(spans, translations, selection).items():
        split, article, title = (column[row] for column in columns)
        _, cleaned = articles[split].setdefault(article, (title, []))
        cleaned.append(Paragraph(context=contexts[row], qas=tuple(questions)))
    present = set(columns[0])
    return {split: to_document(articles[split].values()) for split in SPLITS if split in present}


def to_document(articles: Iterable[tuple[str, list[Paragraph]]]) -> Document:
    """Build a document from (title, paragraphs) pairs."""
    return Document(
        version=VERSION, data=tuple(Article(title=title, paragraphs=tuple(kept)) for title, kept in articles)
    )


def kept_questions(spans: pa.Table, translations: pa.Table | None, selection: Selection) -> dict[int, list[Question]]:
    """Return the cleaned questions of each layout row that has kept ones, in order."""
    translated = None
    if translations is not None:
        translated = dict(zip(*(translations[name].to_pylist() for name in ("text", "translation")), strict=True))
    answers = kept_answers(spans, selection)
    kept: dict[int, list[Question]] = {}
    names = ("paragraph", "id", "question", "is_impossible", "reason")
    columns = (selection.questions[name].to_pylist() for name in names)
    for row, (paragraph, id_, question, is_impossible, reason) in enumerate(zip(*columns, strict=True)):
        if reason is None:
            text = question if translated is None else translated[question.strip()]
            cleaned = clean_question(id_, text, is_impossible, answers.get(row, {}))
            kept.setdefault(paragraph, []).append(cleaned)
    return kept


def kept_answers(spans: pa.Table, selection: Selection) -> dict[int, AnswersByField]:
    """Return the kept answers of each question (its row in `selection.questions`), in the order of the spans."""
    is_kept = pc.is_null(selection.answers)
    columns = [spans.filter(is_kept)[name].to_pylist() for name in ("field", "text", "start")]
    answers: dict[int, AnswersByField] = {}
    for owner, field, text, start in zip(selection.owners.filter(is_kept).to_pylist(), *columns, strict=True):
        answers.setdefault(owner, {}).setdefault(field, []).append(Answer(text=text, answer_start=start))
    return answers


def clean_question(id_: str, text: str, is_impossible: bool, answers: AnswersByField) -> Question:
    """Build a question of the cleaned files; only an impossible one has the key `plausible_answers`."""
    return Question(
        id=id_,
        question=text,
        answers=tuple(answers.get(Field.ANSWERS, ())),
        is_impossible=is_impossible,
        plausible_answers=tuple(answers.get(Field.PLAUSIBLE, ())) if is_impossible else UNSET,
    )


def provenance(spans: pa.Table, selection: Selection) -> pa.Table:
    """Return the rows of the kept answers."""
    return spans.filter(pc.is_null(selection.answers))


def rejected(spans: pa.Table, selection: Selection) -> Iterator[pa.Table]:
    """Yield the rows of the dropped answers with their final reasons, in batches.

    When an answer is dropped together with its question, its span becomes the first of its candidates.
    """
    is_dropped = pc.is_valid(selection.answers)
    table = spans.filter(is_dropped)
    reasons = selection.answers.filter(is_dropped)
    for start in range(0, len(table), BATCH):
        rows = from_table(table.slice(start, BATCH), SpanRow)
        final = map(Reason, reasons.slice(start, BATCH).to_pylist())
        yield to_table([row.dropped(reason) for row, reason in zip(rows, final, strict=True)], SpanRow)
