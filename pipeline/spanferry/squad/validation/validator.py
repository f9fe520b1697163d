"""Validate SQuAD files.

    file ──reader──> Reading ──rules──> ValidationReport(counts, findings, notes)

`spanferry validate` prints the reports, and `publish` refuses files with errors.
"""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from spanferry.checksums import SHA256SUMS, find_mismatches
from spanferry.errors import InputError
from spanferry.records import Field
from spanferry.squad.document import Document, Paragraph, Question
from spanferry.squad.offsets import describe_recognition
from spanferry.squad.offsets.repair import iterate_mismatches
from spanferry.squad.reader import NotSquad, find_squad_files, scan_document
from spanferry.squad.reading import Position, Reading
from spanferry.squad.validation.format_rules import REPAIRED_OFFSET
from spanferry.squad.validation.quick_check import is_sound
from spanferry.squad.validation.registry import JOINT, Level
from spanferry.squad.validation.report import Counts, FindingCollector, ValidationReport
from spanferry.squad.validation.rules import NamedChecks, checks_at
from spanferry.squad.validation.seen import Indices, SeenQuestions
from spanferry.squad.validation.text_rules import SUSPICIOUS
from spanferry.squad.validation.untranslated import find_common_words, find_english_sentence

SAMPLE_TEXTS = 2000  # titles, contexts and questions from which a file's language is detected
PARAGRAPHS_AT_ONCE = 200  # whose texts are joined; SQuAD2.0's longest article has 149
PRINTABLE_ASCII = bytes(range(0x20, 0x7F))  # removed before the search for unusual characters, to search less text


class Validator:
    """The validation of one file. `counts` and `findings` are complete after `run`.

    document: `source` of the reading, or the same with its offsets repaired.
    """

    _text_checks = checks_at(Level.TEXT)
    _character_checks = checks_at(Level.CHARACTERS)
    _paragraph_checks = checks_at(Level.PARAGRAPH)
    _file_checks = checks_at(Level.FILE)
    _answer_checks = checks_at(Level.ANSWER)

    def __init__(self, reading: Reading, document: Document) -> None:
        self.counts = Counts()
        self.findings = FindingCollector()
        self._reading, self._document = reading, document
        self._place = reading.place
        self._seen = SeenQuestions(reading.place, find_common_words(islice(texts_of(document), SAMPLE_TEXTS)))
        self._has_composed = False  # whether a letter with its mark in one code point was seen

    def run(self) -> None:
        """Apply every rule to the whole file."""
        for fault in self._reading.faults:
            self.findings.add(fault.reason.value, fault.path, fault.message)
        if self._document is not self._reading.source:
            self._note_repairs()
        for a, article in enumerate(self._document.data):
            self.counts.articles += 1
            for start in range(0, max(len(article.paragraphs), 1), PARAGRAPHS_AT_ONCE):
                self._check_texts(a, start, article.paragraphs[start : start + PARAGRAPHS_AT_ONCE])
            for p, paragraph in enumerate(article.paragraphs):
                self._check_paragraph(a, p, paragraph)
        if not self.counts.questions and not self._reading.faults:
            self.findings.add("no_questions", "data", "")
        if not self._has_composed:
            self.findings.discard("mixed_normalisation")

    def _note_repairs(self) -> None:
        repaired = self._reading.repaired
        for part, question, mismatch in iterate_mismatches(self._reading.source):
            if (question.id, part.field, part.answer) in repaired.repairs:
                right = repaired.recognition.corrections[mismatch].answer
                path = f"{self._place(part.article, part.paragraph, part.question)}.{part.field}[{part.answer}]"
                given = mismatch.answer
                told = f"{given.text!r} is not at {given.answer_start} but at {right.answer_start}"
                self.findings.add(REPAIRED_OFFSET, path, told)

    def _check_texts(self, a: int, start: int, paragraphs: Sequence[Paragraph]) -> None:
        """Apply the text rules to all texts at once, then to each text the rules that found something."""
        texts = [self._document.data[a].title] if start == 0 else []
        for paragraph in paragraphs:
            texts += texts_of_paragraph(paragraph)
        joined = JOINT.join(texts)
        unusual = joined.encode().translate(None, PRINTABLE_ASCII).decode()
        if unusual and not self._has_composed:
            self._has_composed = not unicodedata.is_normalized("NFD", joined)
        checks = [(name, check) for name, check in self._text_checks if check(joined) is not None]
        if SUSPICIOUS.search(unusual):
            checks += self._character_checks
        if checks:
            for path, text in self._texts_with_paths(a, start, paragraphs):
                for name, check in checks:
                    if (message := check(text)) is not None:
                        self.findings.add(name, path, message)

    def _check_paragraph(self, a: int, p: int, paragraph: Paragraph) -> None:
        seen, context = self._seen, paragraph.context
        seen.start_paragraph()
        self._apply(self._paragraph_checks, (paragraph, seen), self._place(a, p))
        self.counts.add(paragraph)
        add, common_words = seen.add, seen.common_words
        for q, question in enumerate(paragraph.qas):
            position = (a, p, q)
            in_order = add(position, question) and is_sound(context, question)
            if not in_order or (common_words is not None and find_english_sentence(question.question, common_words)):
                self._check_question(context, question, position)

    def _check_question(self, context: str, question: Question, position: Indices) -> None:
        self._seen.position = position
        path = self._place(*position)
        if question.question.strip():
            self._apply(self._file_checks, (question, self._seen), path)
        if Position(*position[:2]) in self._reading.reasons:
            return  # without a context, no answer can be checked
        for field, answers in ((Field.ANSWERS, question.answers), (Field.PLAUSIBLE, question.plausible)):
            for n, answer in enumerate(answers):
                # What the reader has found to be wrong is a placeholder.
                if Position(*position, field, n) not in self._reading.reasons:
                    self._apply(self._answer_checks, (context, answer), f"{path}.{field}[{n}]")

    def _apply(self, checks: NamedChecks, arguments: tuple[object, ...], path: str) -> None:
        for name, check in checks:
            if (message := check(*arguments)) is not None:
                self.findings.add(name, path, message)

    def _texts_with_paths(self, a: int, start: int, paragraphs: Sequence[Paragraph]) -> Iterator[tuple[str, str]]:
        """Yield the texts of some paragraphs of an article, and before the first the title, each with its path."""
        if start == 0:
            yield f"{self._place(a)}.title", self._document.data[a].title
        for p, paragraph in enumerate(paragraphs, start):
            yield f"{self._place(a, p)}.context", paragraph.context
            for q, question in enumerate(paragraph.qas):
                yield f"{self._place(a, p, q)}.question", question.question


def texts_of(document: Document) -> Iterator[str]:
    """Yield the titles, contexts and questions of a document."""
    for article in document.data:
        yield article.title
        for paragraph in article.paragraphs:
            yield from texts_of_paragraph(paragraph)


def texts_of_paragraph(paragraph: Paragraph) -> list[str]:
    """Return the context and the questions of a paragraph."""
    return [paragraph.context, *[question.question for question in paragraph.qas]]


def validate(path: Path, *, repair: bool = True) -> tuple[tuple[ValidationReport, ...], tuple[str, ...]]:
    """Validate a file, or every SQuAD file below a folder, and the folder's SHA256SUMS where it has one.

    repair: whether a wrong offset that `offsets.repair_offsets` repairs is no error, as for all other commands.
    Returns the reports, and the names of files in the folder that are not SQuAD files. Raises InputError for a file
    that cannot be read, and for a folder without a SQuAD file.

        >>> import json
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> question = {"id": "q1", "question": "When?", "answers": [{"text": "1612", "answer_start": 20}]}
        >>> paragraph = {"context": "The lock was built in 1612.", "qas": [question]}
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "train.json")
        ...     _ = path.write_text(json.dumps({"data": [{"title": "Lock", "paragraphs": [paragraph]}]}))
        ...     reports, skipped = validate(path, repair=False)
        >>> [(finding.rule, finding.count, finding.examples[0].path) for finding in reports[0].findings]
        [('offset_mismatch', 1, 'data[0].paragraphs[0].qas[0].answers[0]')]
        >>> reports[0].errors, reports[0].counts.questions, skipped
        (1, 1, ())
    """
    if not path.is_dir():
        return (validate_file(path, repair=repair),), ()
    reports: list[ValidationReport] = []
    skipped: list[str] = []
    for file in find_squad_files(path):
        try:
            reports.append(validate_file(file, repair=repair))
        except NotSquad:
            skipped.append(path_as_text(file))
    if not reports:
        raise InputError(f"{path}: no SQuAD file in it (.json, .jsonl or .parquet)")
    if (path / SHA256SUMS).is_file():
        reports.append(validate_checksums(path))
    return tuple(reports), tuple(skipped)


def validate_file(path: Path, *, repair: bool = True) -> ValidationReport:
    """Validate one file. Raises InputError when it cannot be read at all, NotSquad when it is not a SQuAD file."""
    return validate_reading(scan_document(path), path, repair=repair)


def validate_reading(reading: Reading, path: Path, *, repair: bool = True) -> ValidationReport:
    """Validate a file that was read. path: where it was read from, for the report. repair: see `validate`."""
    repaired = reading.repaired
    validator = Validator(reading, repaired.document if repair else reading.source)
    validator.run()
    form = f"SQuAD {'2.0' if validator.counts.no_answer else '1.1'} {reading.form}"
    return ValidationReport(
        file=path_as_text(path),
        form=form,
        counts=validator.counts,
        findings=validator.findings.findings(),
        usable=reading.usable,
        notes=reading.notes,
        offsets=describe_recognition(repaired.recognition, repaired=repair) if repaired.repairs else "",
    )


def validate_checksums(folder: Path) -> ValidationReport:
    """Compare the files of a folder with its SHA256SUMS. Raises InputError when SHA256SUMS cannot be read."""
    findings = FindingCollector()
    for name, message in find_mismatches(folder):
        findings.add("checksum_mismatch", name, message)
    return ValidationReport(path_as_text(folder / SHA256SUMS), "checksums", Counts(), findings.findings())


def path_as_text(path: Path) -> str:
    """Return a path as text, with bytes that are not UTF-8 escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")
