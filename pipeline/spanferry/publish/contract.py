"""Check the contract of the cleaned files. Files that break it are not published.

    <target>_squadv2_<split>_clean.json, provenance.parquet, loss.json ──> CleanedSplit, or ContractError

The files must satisfy every rule for SQuAD files (`squad.validation`), and four more:

- They state their version, and `is_impossible` for each question.
- Every answer has a row of provenance, and every row of provenance has an answer.
- Their counts equal those of the loss report.
- An unanswerable question was dropped only because the source cannot be used there, because its context or the
  question itself has no translation, or because its quality is below `check.min_quality`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET

from spanferry.errors import ContractError, InputError
from spanferry.files import regular_file
from spanferry.loss_figures import LossFigures, Units
from spanferry.records import SOURCE_REASONS, Field, Reason, Split
from spanferry.squad import Document, iterate_questions, scan_bytes
from spanferry.squad.notes import describe_notes
from spanferry.squad.validation import Severity, ValidationReport, validate_reading

VERSION = "v2.0"
SHOWN_BREACHES = 3

# The reasons for which an unanswerable question may be dropped.
_ACCEPTED = (
    *SOURCE_REASONS,
    Reason.CONTEXT_UNTRANSLATED,
    Reason.QUESTION_UNTRANSLATED,
    Reason.LOW_QUALITY,
    Reason.JUDGED_WRONG,
)

QuestionAnswers = dict[tuple[str, str], list[tuple[str, int]]]
"""(question id, field) -> (text, start) of its answers, in order."""


class CleanedSplit(NamedTuple):
    """The cleaned file of a split: its bytes, its content, and its validation report."""

    raw: bytes
    document: Document
    report: ValidationReport


def read_cleaned_files(
    files: Mapping[Split, Path], provenance: pa.Table, figures: LossFigures
) -> dict[Split, CleanedSplit]:
    """Read the cleaned file of each split and check it.

    provenance: the kept answers, with the columns of `SpanRow`.

    Raises ContractError when a file breaks the contract, InputError when it cannot be read.
    """
    splits: dict[Split, CleanedSplit] = {}
    for split, path in files.items():
        splits[split] = cleaned = read_valid_file(path)
        rows = provenance.filter(pc.equal(provenance["split"], split))
        breaches = [
            *document_breaches(cleaned.document),
            *provenance_breaches(cleaned.document, rows),
            *count_breaches(cleaned.report, figures.units(split)),
        ]
        if breaches:
            more = f" (and {len(breaches) - SHOWN_BREACHES} more)" if len(breaches) > SHOWN_BREACHES else ""
            raise ContractError(f"{path}: {'; '.join(breaches[:SHOWN_BREACHES])}{more}")
    return splits


def read_valid_file(path: Path) -> CleanedSplit:
    """Read a SQuAD file. Raises ContractError when it breaks a rule, InputError when it is not a SQuAD file at all."""
    try:
        raw = regular_file(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
    reading = scan_bytes(raw, str(path))
    report = validate_reading(reading, path, repair=False)
    refuse_errors(path, report)
    if lines := list(describe_notes(report.notes)):
        raise ContractError(f"{path}: not written as a cleaned file is: {'; '.join(lines[:SHOWN_BREACHES])}")
    return CleanedSplit(raw, reading.document, report)


def refuse_errors(path: Path, report: ValidationReport) -> None:
    """Raise ContractError when a validation report has errors."""
    if report.errors:
        errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
        shown = (f"{f.count} {f.rule} (first: {f.examples[0].path} {f.examples[0].message})" for f in errors)
        raise ContractError(f"{path}: breaks its format: {'; '.join(list(shown)[:SHOWN_BREACHES])}")


def document_breaches(document: Document) -> Iterator[str]:
    """Yield what a document lacks of the fields that SQuAD does not require, but the contract does."""
    if document.version != VERSION:
        yield f"version: {document.version!r} instead of {VERSION!r}"
    for path, _, _, question in iterate_questions(document):
        if question.is_impossible is UNSET:
            yield f"{path}.is_impossible: missing"
        elif (question.plausible_answers is UNSET) is question.is_impossible:
            yield f"{path}.plausible_answers: {'missing' if question.is_impossible else 'of a question with answers'}"


def provenance_breaches(document: Document, provenance: pa.Table) -> Iterator[str]:
    """Yield answers without provenance, and provenance without answers."""
    columns = (provenance[name].to_pylist() for name in ("question_id", "field", "text", "start"))
    traced: QuestionAnswers = {}
    for id_, field, text, start in zip(*columns, strict=True):
        traced.setdefault((id_, field), []).append((text, start))
    for path, _, _, question in iterate_questions(document):
        for field, answers in ((Field.ANSWERS, question.answers), (Field.PLAUSIBLE, question.plausible)):
            if traced.pop((question.id, field.value), []) != [(answer.text, answer.answer_start) for answer in answers]:
                yield f"{path}.{field}: differ from provenance.parquet"
    for id_, field in traced:
        yield f"provenance.parquet: {field} of {id_!r}, which is not in the file"


def count_breaches(report: ValidationReport, figures: Units) -> Iterator[str]:
    """Yield the counts that differ between a file and the loss report."""
    for unit, count, reported in (
        ("questions", report.counts.questions, figures.questions.kept),
        ("no_answer", report.counts.no_answer, figures.no_answer.kept),
        (Field.ANSWERS, report.counts.answers, figures.answers.kept),
        (Field.PLAUSIBLE, report.counts.plausible_answers, figures.plausible_answers.kept),
    ):
        if reported != count:
            yield f"{count} {unit}, but {reported} in loss.json"
    lost = figures.no_answer
    if unexplained := lost.dropped - sum(lost.reasons.get(reason, 0) for reason in _ACCEPTED):
        yield f"{unexplained} unanswerable questions were lost although they were whole and had a translation"
