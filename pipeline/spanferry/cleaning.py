"""Turn located spans into SQuAD documents, and list the kept and the dropped answers.

    layout, paragraphs, spans, translations, selection ──> {split: Document}, provenance, rejected

`selection.select` decides what is kept; this module only applies its decisions. `clean_corpus` does both for the tables
of a corpus, after it has applied people's corrections, and writes the results.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry import tables
from spanferry.arrow import from_table, numpy_of, schema_of, to_table
from spanferry.corrections.applying import FindAgain
from spanferry.corrections.corpus import CorrectedCorpus, correct_corpus, write_corrections
from spanferry.corrections.files import PlacedItem
from spanferry.files import file_sha256, write_json
from spanferry.loss_figures import CorrectionFigures, OutdatedItem
from spanferry.records import (
    SPLITS,
    Field,
    Quality,
    QualityRow,
    QuestionNames,
    Reason,
    SourceParagraph,
    SpanRow,
    Split,
    TargetParagraph,
    TitleNames,
    TranslationRow,
)
from spanferry.segmentation import title_text
from spanferry.selection import QuestionKey, Selection, decisions_table, drop_low_quality, select
from spanferry.squad import UNSET, Answer, Article, Document, Paragraph, Question, cleaned_name, write_squad

VERSION = "v2.0"
BATCH = 1000  # rows that are converted to records at a time

AnswersByField = dict[str, list[Answer]]


@dataclass(frozen=True)
class CleanedAnswers:
    """The number of answers of a corpus, and of those that are kept.

    corrections: what people's corrections did, None if there are none. outdated: those that were not applied.
    """

    visited: int
    kept: int
    corrections: CorrectionFigures | None = None
    outdated: tuple[OutdatedItem, ...] = ()


@dataclass(frozen=True)
class Corrections:
    """People's corrections of a corpus: the items of their files, in order, and how an answer is found again."""

    files: Sequence[Sequence[PlacedItem]]
    find_again: FindAgain


def clean_corpus(
    layout: Path,
    paragraphs: Path,
    spans: Path,
    translations: Path | None,
    language: str,
    *,
    names: Path | None = None,
    quality: Path | None = None,
    min_quality: float = 0.0,
    titles: bool = False,
    repaired_titles: Path | None = None,
    corrections: Corrections | None = None,
    out: Path,
    decisions: Path,
    corrected: Path | None = None,
    checksums: Path,
) -> CleanedAnswers:
    """Select what is kept of a corpus, and write the cleaned files and the tables about them.

    layout, paragraphs, spans, translations: the tables of `SourceParagraph`, `TargetParagraph`, `SpanRow` and
    `TranslationRow`; translations is None for a corpus that is already in the target language. language: code of the
    target language, for the file names. names, repaired_titles: the tables of `QuestionNames` and `TitleNames` with the
    repaired questions and titles. quality: the table of `QualityRow`; questions below min_quality are dropped,
    unless a person has corrected them. titles: True to publish the translations of the titles. corrections: None if
    there are none. out: the folder for the cleaned files, provenance.parquet and rejected.jsonl. decisions: the table
    of `ParagraphDecision` to write. corrected: the `CorrectionRecord` to write, None to write none. checksums: the JSON
    file to write, {file name in out: sha256}.
    Raises InputError.
    """
    source = tables.read(layout, SourceParagraph)
    target = tables.read(paragraphs, TargetParagraph)
    located = tables.read(spans, SpanRow)
    translated = None if translations is None else tables.read(translations, TranslationRow)
    repairs = read_repairs(names, repaired_titles)
    texts = target_texts(source, translated, repairs, titles)
    result = CorrectedCorpus(target, located)
    if corrections and corrections.files:
        result = correct_corpus(source, target, located, texts.find_question, corrections.files, corrections.find_again)
        repairs = without_questions(repairs, result.questions)
        texts = replace(texts, corrected=result.questions)
    selection = select(source, result.paragraphs, result.spans, translated, result.dropped)
    located = note_repairs(result.spans, repairs)
    if quality:
        judged = tables.read(quality, QualityRow)
        selection = drop_low_quality(selection, judged, min_quality, located)
        located = note_quality(located, judged, selection)
    for split, document in documents(source, result.paragraphs, located, texts, selection).items():
        write_squad(document, out / cleaned_name(language, split))
    kept = provenance(located, selection)
    tables.write(kept, out / "provenance.parquet")
    tables.write_rejected(rejected(located, selection), out / "rejected.jsonl")
    tables.write(decisions_table(source, selection), decisions)
    if corrected:
        write_corrections(result.record, corrected)
    write_json(checksums, {path.name: file_sha256(path) for path in out.iterdir()})
    return CleanedAnswers(located.num_rows, kept.num_rows, result.record.figures, result.record.outdated)


@dataclass(frozen=True)
class NameRepairs:
    """What stage names has repaired. questions: (split, question id) -> row. titles: (split, article) -> row."""

    questions: Mapping[tuple[str, str], QuestionNames]
    titles: Mapping[tuple[str, int], TitleNames]


NO_REPAIRS = NameRepairs({}, {})


@dataclass(frozen=True)
class TargetTexts:
    """The titles and questions of a corpus in the target language.

    translations: text -> translation, None for a corpus that is already in the target language. titles: True to
    translate titles. underscores: True to write their spaces as underscores, as SQuAD does. corrected: the translations
    of questions that a person corrected.
    """

    translations: Mapping[str, str | None] | None = None
    repairs: NameRepairs = NO_REPAIRS
    titles: bool = False
    underscores: bool = False
    corrected: Mapping[QuestionKey, str] = dataclasses.field(default_factory=dict)

    def find_question(self, split: str, id_: str, question: str) -> str | None:
        """Return the translation of a question, None if it has none."""
        if (corrected := self.corrected.get((split, id_))) is not None:
            return corrected
        if self.translations is None:
            return question
        if row := self.repairs.questions.get((split, id_)):
            return row.repaired or row.translation
        return self.translations.get(question.strip())

    def question(self, split: str, id_: str, question: str) -> str:
        """Return the translation of a kept question."""
        translation = self.find_question(split, id_, question)
        assert translation is not None  # otherwise the question would not be kept
        return translation

    def title(self, split: str, article: int, title: str) -> str:
        """Return the translation of a title. A title that the translation lacks or repeats stays as it is."""
        text = title_text(title)
        translation = self.translations.get(text) if self.translations and self.titles else None
        if row := self.repairs.titles.get((split, article)):
            translation = row.repaired
        if translation is None or translation == text:
            return title
        return translation.replace(" ", "_") if self.underscores else translation


def target_texts(
    layout: pa.Table, translations: pa.Table | None, repairs: NameRepairs = NO_REPAIRS, titles: bool = False
) -> TargetTexts:
    """Return the titles and questions of a corpus in the target language.

    translations: rows of TranslationRow, None for a corpus that is already in the target language. titles: True to use
    the translations of the titles.
    """
    if translations is None:
        return TargetTexts()
    underscores = not any(" " in title for title in layout["title"].unique().to_pylist())
    return TargetTexts(text_to_translation(translations), repairs, titles, underscores)


def without_questions(repairs: NameRepairs, corrected: Mapping[QuestionKey, str]) -> NameRepairs:
    """Return the repairs of the questions that no person has corrected, and all repairs of titles."""
    return replace(repairs, questions={key: row for key, row in repairs.questions.items() if key not in corrected})


def text_to_translation(translations: pa.Table) -> dict[str, str | None]:
    """Return the rows of a table of translations (TranslationRow) by text."""
    return dict(zip(*(translations[name].to_pylist() for name in ("text", "translation")), strict=True))


def read_repairs(names: Path | None, titles: Path | None) -> NameRepairs:
    """Read the repairs of questions and titles, of the tables that exist. Raises InputError."""
    questions = from_table(tables.read(names, QuestionNames), QuestionNames) if names else []
    articles = from_table(tables.read(titles, TitleNames), TitleNames) if titles else []
    return NameRepairs(
        {(row.split, row.question_id): row for row in questions if row.repair is not None},
        {(row.split, row.article): row for row in articles if row.repair is not None},
    )


def note_repairs(spans: pa.Table, repairs: NameRepairs) -> pa.Table:
    """Return the spans (SpanRow) with the repairs of their questions and titles."""
    splits, ids, articles = (spans[name].to_pylist() for name in ("split", "question_id", "article"))
    questions = [row and row.repair for row in map(repairs.questions.get, zip(splits, ids, strict=True))]
    titles = [row and row.repair for row in map(repairs.titles.get, zip(splits, articles, strict=True))]
    for column, values in (("question_repair", questions), ("title_repair", titles)):
        field = spans.schema.field(column)
        spans = spans.set_column(spans.schema.get_field_index(column), field, pa.array(values, field.type))
    return spans


def note_quality(spans: pa.Table, quality: pa.Table, selection: Selection) -> pa.Table:
    """Return the spans (SpanRow) with the quality of their questions (QualityRow).

    A question that a person has corrected has none: the judgement was about what it was before.
    """
    owners = numpy_of(selection.owners)
    is_corrected = np.zeros(quality.num_rows, bool)
    is_corrected[owners[numpy_of(pc.list_value_length(spans["corrected"])) > 0]] = True
    own, keeps = quality.take(selection.owners), pa.array(~is_corrected[owners])
    for field in schema_of(Quality):
        values = pc.if_else(keeps, own[field.name], pa.scalar(None, field.type))
        spans = spans.set_column(spans.schema.get_field_index(field.name), field, values)
    return spans


def documents(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    texts: TargetTexts,
    selection: Selection,
) -> dict[Split, Document]:
    """Return the cleaned document of each split that the layout has.

    Articles and paragraphs without a kept question are left out.
    """
    articles: dict[Split, dict[int, tuple[str, list[Paragraph]]]] = {split: {} for split in SPLITS}
    columns = [layout[name].to_pylist() for name in ("split", "article", "title")]
    contexts = paragraphs["context"].to_pylist()
    for row, questions in kept_questions(spans, texts, selection).items():
        split, article, title = (column[row] for column in columns)
        _, cleaned = articles[split].setdefault(article, (texts.title(split, article, title), []))
        cleaned.append(Paragraph(context=contexts[row], qas=tuple(questions)))
    present = set(columns[0])
    return {split: to_document(articles[split].values()) for split in SPLITS if split in present}


def to_document(articles: Iterable[tuple[str, list[Paragraph]]]) -> Document:
    """Build a document from (title, paragraphs) pairs."""
    return Document(
        version=VERSION, data=tuple(Article(title=title, paragraphs=tuple(kept)) for title, kept in articles)
    )


def kept_questions(spans: pa.Table, texts: TargetTexts, selection: Selection) -> dict[int, list[Question]]:
    """Return the cleaned questions of each layout row that has kept ones, in order."""
    answers = kept_answers(spans, selection)
    kept: dict[int, list[Question]] = {}
    names = ("paragraph", "split", "id", "question", "is_impossible", "reason")
    columns = (selection.questions[name].to_pylist() for name in names)
    for row, (paragraph, split, id_, question, is_impossible, reason) in enumerate(zip(*columns, strict=True)):
        if reason is None:
            cleaned = clean_question(id_, texts.question(split, id_, question), is_impossible, answers.get(row, {}))
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
