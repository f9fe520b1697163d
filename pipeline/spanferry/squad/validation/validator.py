"""Goes through a whole SQuAD file and counts what its rules find.

    a file ──sources──> articles ──rules──> Report(counts, findings)

It is what `spanferry validate` prints and what guards our own publishing (`contract`).
"""

import os
import unicodedata
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from msgspec import Struct

from spanferry.errors import InputError
from spanferry.checksums import SUMS, broken
from spanferry.squad import Article, Paragraph, Question
from spanferry.squad.validation.rules import JOINT, RULES, SUSPICIOUS, Checks, Level, Severity, at_level, sound
from spanferry.squad.validation.seen import Memory, Place
from spanferry.squad.validation.sources import JsonFile, NotSquad, ParquetFile, Piece, opened
from spanferry.squad.validation.untranslated import english_sentence, own_words

EXAMPLES = 5  # kept of each rule; the others are counted
SAMPLE_TEXTS = 2000  # titles, contexts and questions that a file's language is known by
SUFFIXES = (".json", ".parquet")
PRINTABLE_ASCII = bytes(range(0x20, 0x7F))  # left out before searching for odd characters: hardly any text remains


class Example(Struct, frozen=True):
    """path: where in the file. told: what is there ("" when the rule's meaning says it all)."""

    path: str
    told: str


class Finding(Struct, frozen=True):
    rule: str
    severity: Severity
    count: int
    examples: tuple[Example, ...]


class Counts(Struct):
    articles: int = 0
    paragraphs: int = 0
    questions: int = 0
    no_answer: int = 0
    answers: int = 0
    plausible_answers: int = 0

    def add(self, paragraph: Paragraph) -> None:
        questions = [question for question in paragraph.qas if question is not None]
        unanswerable = [question for question in questions if question.is_impossible is True]
        self.paragraphs += 1
        self.questions += len(questions)
        self.no_answer += len(unanswerable)
        self.answers += sum([len(question.answers) for question in questions])
        self.plausible_answers += sum([len(question.plausible) for question in unanswerable])


class Report(Struct, frozen=True):
    """What a file holds and what is wrong with it, in the order of the rules."""

    file: str
    form: str
    counts: Counts
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(finding.count for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        return sum(finding.count for finding in self.findings if finding.severity is Severity.WARNING)


class Findings:
    """Counts by rule, and the first examples of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, list[Example]] = {}

    def add(self, rule: str, path: str, told: str) -> None:
        self._counts[rule] = self._counts.get(rule, 0) + 1
        examples = self._examples.setdefault(rule, [])
        if len(examples) < EXAMPLES:
            examples.append(Example(path, told))

    def __bool__(self) -> bool:
        return bool(self._counts)

    def drop(self, rule: str) -> None:
        self._counts.pop(rule, None)

    def found(self) -> tuple[Finding, ...]:
        counted = ((rule, self._counts[name]) for name, rule in RULES.items() if name in self._counts)
        return tuple(Finding(r.name, r.severity, n, tuple(self._examples[r.name])) for r, n in counted)


class Validator:
    """The walk through one file. `findings` and `counts` grow as it goes."""

    _texts = at_level(Level.TEXT)
    _characters = at_level(Level.CHARACTERS)
    _paragraphs = at_level(Level.PARAGRAPH)
    _questions = at_level(Level.QUESTION)
    _file = at_level(Level.FILE)
    _answers = at_level(Level.ANSWER)

    def __init__(self, source: JsonFile | ParquetFile) -> None:
        self.path = source.path
        self.pieces = source.pieces()
        self.findings = Findings()
        self.counts = Counts()
        self.composed = False  # a letter with a mark in one code point was seen

    def run(self) -> None:
        first, sample = self.first()
        self.memory = Memory(self.path, own_words(sample))
        for piece in chain(first, self.pieces):
            for malformed in piece.malformed:
                self.findings.add("malformed", malformed.path, malformed.told)
            if piece.article is not None:
                self.article(piece)
        if not self.counts.questions and not self.findings:
            self.findings.add("no_questions", "data", "")
        if not self.composed:
            self.findings.drop("mixed_normalisation")

    def first(self) -> tuple[list[Piece], list[str]]:
        """As many pieces as tell the file's language, and their texts."""
        pieces: list[Piece] = []
        sample: list[str] = []
        for piece in self.pieces:
            pieces.append(piece)
            sample += texts(piece.article) if piece.article else ()
            if len(sample) >= SAMPLE_TEXTS:
                break
        return pieces, sample[:SAMPLE_TEXTS]

    def article(self, piece: Piece) -> None:
        self.counts.articles += piece.begins
        self.look_at_texts(piece)
        for p, paragraph in enumerate(piece.article.paragraphs):
            if paragraph is not None:
                self.paragraph(piece.index, p, paragraph)

    def look_at_texts(self, piece: Piece) -> None:
        joined = JOINT.join(texts(piece.article))
        unusual = joined.encode().translate(None, PRINTABLE_ASCII).decode()
        if unusual and not self.composed:
            self.composed = not unicodedata.is_normalized("NFD", joined)
        suspected = [(name, check) for name, check in self._texts if check(joined) is not None]
        if SUSPICIOUS.search(unusual):
            suspected += self._characters
        if suspected:
            for path, text in placed(piece, self.path):
                for name, check in suspected:
                    if (told := check(text)) is not None:
                        self.findings.add(name, path, told)

    def paragraph(self, a: int, p: int, paragraph: Paragraph) -> None:
        memory, context = self.memory, paragraph.context
        memory.next_paragraph()
        self.ask(self._paragraphs, (paragraph, memory), (a, p))
        self.counts.add(paragraph)
        take, own_words = memory.take, memory.own_words
        for q, question in enumerate(paragraph.qas):
            if question is None:
                continue
            place = (a, p, q)
            in_order = take(place, question) and sound(context, question)
            if not in_order or (own_words is not None and english_sentence(question.question, own_words)):
                self.question(context, question, place)

    def question(self, context: str, question: Question, place: Place) -> None:
        self.memory.place = place
        self.ask(self._questions, (question,), place)
        self.ask(self._file, (question, self.memory), place)
        for n, answer in enumerate(question.answers):
            self.ask(self._answers, (context, answer), place, f".answers[{n}]")
        for n, answer in enumerate(question.plausible):
            self.ask(self._answers, (context, answer), place, f".plausible_answers[{n}]")

    def ask(self, checks: Checks, given: tuple[Any, ...], place: tuple[int, ...], within: str = "") -> None:
        for name, check in checks:
            if (told := check(*given)) is not None:
                self.findings.add(name, self.path(*place) + within, told)


def texts(article: Article) -> list[str]:
    """Title, contexts and questions."""
    found = [article.title]
    for paragraph in filter(None, article.paragraphs):
        found.append(paragraph.context)
        found += [question.question for question in paragraph.qas if question is not None]
    return found


def placed(piece: Piece, path) -> Iterator[tuple[str, str]]:
    """The same with their paths."""
    yield f"{path(piece.index)}.title", piece.article.title
    for p, paragraph in enumerate(piece.article.paragraphs):
        if paragraph is not None:
            yield f"{path(piece.index, p)}.context", paragraph.context
            for q, question in enumerate(paragraph.qas):
                if question is not None:
                    yield f"{path(piece.index, p, q)}.question", question.question


def shown(path: Path) -> str:
    """A path as text, also when its bytes are no UTF-8."""
    return os.fsencode(path).decode(errors="backslashreplace")


def validate_file(path: Path) -> Report:
    """One file's report. Raises InputError when it cannot be read at all, NotSquad when it is something else."""
    source = opened(path)
    validator = Validator(source)
    validator.run()
    form = f"SQuAD {'2.0' if validator.counts.no_answer else '1.1'} {path.suffix.removeprefix('.')}"
    return Report(shown(path), form, validator.counts, validator.findings.found())


def squad_files(folder: Path) -> list[Path]:
    """The files below a folder that may be SQuAD's by their ending, hidden ones left out, by name."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def validate(path: Path) -> tuple[tuple[Report, ...], tuple[str, ...]]:
    """Reports of a file, or of every SQuAD file below a folder; and the names of those that are something else.

    A folder's SHA256SUMS is checked too. Raises InputError for what cannot be read, and for a folder
    without a SQuAD file.
    """
    if not path.is_dir():
        return (validate_file(path),), ()
    reports, others = [], []
    for file in squad_files(path):
        try:
            reports.append(validate_file(file))
        except NotSquad:
            others.append(shown(file))
    if not reports:
        raise InputError(f"{path}: no SQuAD file in it (.json or .parquet)")
    if (path / SUMS).is_file():
        reports.append(checksums_report(path))
    return tuple(reports), tuple(others)


def checksums_report(folder: Path) -> Report:
    findings = Findings()
    for name, told in broken(folder):
        findings.add("checksum_mismatch", name, told)
    return Report(shown(folder / SUMS), "checksums", Counts(), findings.found())
