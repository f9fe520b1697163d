"""The contract of the cleaned files, which nothing is published without.

    clean/<target>_squadv2_<split>_clean.json, provenance.parquet, loss.json ──> Documents, or ContractError

First the rules that hold for every SQuAD file (`validation`), then what we promise besides: version and
`is_impossible` are there, every answer has its provenance and every provenance its answer, the counts are
those of the loss report, and no unanswerable question was lost but with its context or its own translation.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import UNSET

from spanferry import squad
from spanferry.errors import ContractError
from spanferry.publish.figures import Figures, Units
from spanferry.records import Field, Reason
from spanferry.squad.validation.rules import Severity
from spanferry.squad.validation.validator import Report, validate_file

VERSION = "v2.0"
SHOWN = 3

# What may take an unanswerable question away.
_UNTRANSLATED = (Reason.CONTEXT_UNTRANSLATED, Reason.QUESTION_UNTRANSLATED)

Spans = dict[tuple[str, str], list[tuple[str, int]]]
"""(question id, field) -> (text, start) of its answers, in order."""


def checked(
    files: Mapping[str, Path], provenance: pa.Table, figures: Figures
) -> tuple[dict[str, squad.Document], dict[str, Report]]:
    """Reads the cleaned file of each split when it keeps the contract. Raises ContractError when not.

    provenance: schema_of(SpanRow), the kept rows.
    """
    documents, reports = {}, {}
    for split, path in files.items():
        reports[split] = report = validate_file(path)
        if report.errors:
            raise ContractError(f"{path}: breaks its format: {_errors(report)}")
        documents[split] = document = squad.read(path)
        rows = provenance.filter(pc.equal(provenance["split"], split))
        refuse(path, [*promises(document), *origins(document, rows), *counts(report, getattr(figures, split))])
    return documents, reports


def refuse(path: Path, breaches: list[str]) -> None:
    if breaches:
        more = f" (and {len(breaches) - SHOWN} more)" if len(breaches) > SHOWN else ""
        raise ContractError(f"{path}: {'; '.join(breaches[:SHOWN])}{more}")


def promises(document: squad.Document) -> Iterator[str]:
    """What a cleaned document must say besides being SQuAD."""
    if document.version != VERSION:
        yield f"version: {document.version!r} instead of {VERSION!r}"
    for path, _, _, question in squad.walk(document):
        if question.is_impossible is UNSET:
            yield f"{path}.is_impossible: missing"
        elif (question.plausible_answers is UNSET) is question.is_impossible:
            yield f"{path}.plausible_answers: {'missing' if question.is_impossible else 'of a question with answers'}"


def origins(document: squad.Document, provenance: pa.Table) -> Iterator[str]:
    """Answers without provenance, and provenance without answers."""
    columns = (provenance[name].to_pylist() for name in ("question_id", "field", "text", "start"))
    known: Spans = {}
    for id_, field, text, start in zip(*columns, strict=True):
        known.setdefault((id_, field), []).append((text, start))
    for path, _, _, question in squad.walk(document):
        for field, answers in ((Field.ANSWERS, question.answers), (Field.PLAUSIBLE, question.plausible)):
            if known.pop((question.id, field.value), []) != [(answer.text, answer.answer_start) for answer in answers]:
                yield f"{path}.{field}: not those of provenance.parquet"
    for id_, field in known:
        yield f"provenance.parquet: {field} of {id_!r}, which is not in the file"


def counts(report: Report, figures: Units) -> Iterator[str]:
    """Where the loss report tells of another file."""
    held = report.counts
    for unit, count in (
        ("questions", held.questions),
        ("no_answer", held.no_answer),
        (Field.ANSWERS, held.answers),
        (Field.PLAUSIBLE, held.plausible_answers),
    ):
        if (told := getattr(figures, unit).kept) != count:
            yield f"{count} {unit}, and {told} in loss.json"
    lost = figures.no_answer
    if stray := lost.dropped - sum(lost.reasons.get(reason, 0) for reason in _UNTRANSLATED):
        yield f"{stray} unanswerable questions lost that had a translation"


def _errors(report: Report) -> str:
    broken = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    told = (f"{f.count} {f.rule} (first: {f.examples[0].path} {f.examples[0].told})" for f in broken[:SHOWN])
    return "; ".join(told)
