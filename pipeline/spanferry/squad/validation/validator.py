"""Validate SQuAD files.

    file ──sources──> chunks ──rules──> ValidationReport(counts, findings)

`spanferry validate` prints the reports, and `publish` refuses files with errors.
"""

import os
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from spanferry.checksums import SHA256SUMS, find_mismatches
from spanferry.errors import InputError
from spanferry.squad.document import Document, Question
from spanferry.squad.validation.chunks import AnyArticle, AnyParagraph, Chunk, NotSquad
from spanferry.squad.validation.quick_check import is_sound
from spanferry.squad.validation.registry import JOINT, Level
from spanferry.squad.validation.report import Counts, FindingCollector, ValidationReport
from spanferry.squad.validation.rules import NamedChecks, checks_at
from spanferry.squad.validation.seen import Position, SeenQuestions
from spanferry.squad.validation.sources import DocumentSource, Source, find_squad_files, open_source
from spanferry.squad.validation.text_rules import SUSPICIOUS
from spanferry.squad.validation.untranslated import find_common_words, find_english_sentence

SAMPLE_TEXTS = 2000  # titles, contexts and questions from which a file's language is detected
PRINTABLE_ASCII = bytes(range(0x20, 0x7F))  # removed before the search for unusual characters, to search less text


class Validator:
    """The validation of one file. `counts` and `findings` are complete after `run`."""

    _text_checks = checks_at(Level.TEXT)
    _character_checks = checks_at(Level.CHARACTERS)
    _paragraph_checks = checks_at(Level.PARAGRAPH)
    _question_checks = checks_at(Level.QUESTION)
    _file_checks = checks_at(Level.FILE)
    _answer_checks = checks_at(Level.ANSWER)

    def __init__(self, source: Source) -> None:
        self._element_path = source.element_path
        self.counts = Counts()
        self.findings = FindingCollector()
        self._chunks = source.chunks()
        self._first_chunks, sample = self._read_sample()
        self._seen = SeenQuestions(self._element_path, find_common_words(sample))
        self._has_composed = False  # whether a letter with its mark in one code point was seen

    def run(self) -> None:
        """Read the whole file and apply every rule. Raises InputError at the first part that cannot be read."""
        for chunk in chain(self._first_chunks, self._chunks):
            for path, message in chunk.malformed:
                self.findings.add("malformed", path, message)
            if chunk.article is not None:
                self._check_article(chunk.start, chunk.article, chunk.starts_article)
        if not self.counts.questions and not self.findings:
            self.findings.add("no_questions", "data", "")
        if not self._has_composed:
            self.findings.discard("mixed_normalisation")

    def _read_sample(self) -> tuple[list[Chunk], list[str]]:
        """Read enough chunks to detect the file's language; return these chunks and their texts."""
        chunks: list[Chunk] = []
        texts: list[str] = []
        for chunk in self._chunks:
            chunks.append(chunk)
            texts += texts_of(chunk.article) if chunk.article else ()
            if len(texts) >= SAMPLE_TEXTS:
                break
        return chunks, texts[:SAMPLE_TEXTS]

    def _check_article(self, index: int, article: AnyArticle, is_start: bool) -> None:
        self.counts.articles += is_start
        self._check_texts(index, article)
        for p, paragraph in enumerate(article.paragraphs):
            if paragraph is not None:
                self._check_paragraph(index, p, paragraph)

    def _check_texts(self, index: int, article: AnyArticle) -> None:
        """Apply the text rules to all texts at once, then to each text the rules that found something."""
        joined = JOINT.join(texts_of(article))
        unusual = joined.encode().translate(None, PRINTABLE_ASCII).decode()
        if unusual and not self._has_composed:
            self._has_composed = not unicodedata.is_normalized("NFD", joined)
        checks = [(name, check) for name, check in self._text_checks if check(joined) is not None]
        if SUSPICIOUS.search(unusual):
            checks += self._character_checks
        if checks:
            for path, text in self._texts_with_paths(index, article):
                for name, check in checks:
                    if (message := check(text)) is not None:
                        self.findings.add(name, path, message)

    def _check_paragraph(self, a: int, p: int, paragraph: AnyParagraph) -> None:
        seen, context = self._seen, paragraph.context
        seen.start_paragraph()
        self._apply(self._paragraph_checks, (paragraph, seen), self._element_path(a, p))
        self.counts.add(paragraph)
        add, common_words = seen.add, seen.common_words
        for q, question in enumerate(paragraph.qas):
            if question is None:
                continue
            position = (a, p, q)
            in_order = add(position, question) and is_sound(context, question)
            if not in_order or (common_words is not None and find_english_sentence(question.question, common_words)):
                self._check_question(context, question, position)

    def _check_question(self, context: str, question: Question, position: Position) -> None:
        self._seen.position = position
        path = self._element_path(*position)
        self._apply(self._question_checks, (question,), path)
        self._apply(self._file_checks, (question, self._seen), path)
        for n, answer in enumerate(question.answers):
            self._apply(self._answer_checks, (context, answer), f"{path}.answers[{n}]")
        for n, answer in enumerate(question.plausible):
            self._apply(self._answer_checks, (context, answer), f"{path}.plausible_answers[{n}]")

    def _apply(self, checks: NamedChecks, arguments: tuple[object, ...], path: str) -> None:
        for name, check in checks:
            if (message := check(*arguments)) is not None:
                self.findings.add(name, path, message)

    def _texts_with_paths(self, index: int, article: AnyArticle) -> Iterator[tuple[str, str]]:
        """Yield the texts of `texts_of`, each with its path."""
        yield f"{self._element_path(index)}.title", article.title
        for p, paragraph in enumerate(article.paragraphs):
            if paragraph is not None:
                yield f"{self._element_path(index, p)}.context", paragraph.context
                for q, question in enumerate(paragraph.qas):
                    if question is not None:
                        yield f"{self._element_path(index, p, q)}.question", question.question


def texts_of(article: AnyArticle) -> list[str]:
    """Return the title, contexts and questions of an article."""
    texts = [article.title]
    for paragraph in article.paragraphs:
        if paragraph is not None:
            texts.append(paragraph.context)
            texts += [question.question for question in paragraph.qas if question is not None]
    return texts


def validate(path: Path) -> tuple[tuple[ValidationReport, ...], tuple[str, ...]]:
    """Validate a file, or every SQuAD file below a folder, and the folder's SHA256SUMS where it has one.

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
        ...     reports, skipped = validate(path)
        >>> [(finding.rule, finding.count, finding.examples[0].path) for finding in reports[0].findings]
        [('offset_mismatch', 1, 'data[0].paragraphs[0].qas[0].answers[0]')]
        >>> reports[0].errors, reports[0].counts.questions, skipped
        (1, 1, ())
    """
    if not path.is_dir():
        return (validate_file(path),), ()
    reports: list[ValidationReport] = []
    skipped: list[str] = []
    for file in find_squad_files(path):
        try:
            reports.append(validate_file(file))
        except NotSquad:
            skipped.append(path_as_text(file))
    if not reports:
        raise InputError(f"{path}: no SQuAD file in it (.json or .parquet)")
    if (path / SHA256SUMS).is_file():
        reports.append(validate_checksums(path))
    return tuple(reports), tuple(skipped)


def validate_file(path: Path) -> ValidationReport:
    """Validate one file. Raises InputError when it cannot be read at all, NotSquad when it is not a SQuAD file."""
    return validate_source(open_source(path), path)


def validate_document(document: Document, path: Path) -> ValidationReport:
    """Validate a document in memory. path: the file that it was read from, for the report."""
    return validate_source(DocumentSource(document), path)


def validate_source(source: Source, path: Path) -> ValidationReport:
    """Validate an open file."""
    validator = Validator(source)
    validator.run()
    form = f"SQuAD {'2.0' if validator.counts.no_answer else '1.1'} {path.suffix.removeprefix('.')}"
    return ValidationReport(path_as_text(path), form, validator.counts, validator.findings.findings())


def validate_checksums(folder: Path) -> ValidationReport:
    """Compare the files of a folder with its SHA256SUMS. Raises InputError when SHA256SUMS cannot be read."""
    findings = FindingCollector()
    for name, message in find_mismatches(folder):
        findings.add("checksum_mismatch", name, message)
    return ValidationReport(path_as_text(folder / SHA256SUMS), "checksums", Counts(), findings.findings())


def path_as_text(path: Path) -> str:
    """Return a path as text, with bytes that are not UTF-8 escaped."""
    return os.fsencode(path).decode(errors="backslashreplace")
