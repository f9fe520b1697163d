"""The report of a validated file."""

from msgspec import Struct

from spanferry.squad.document import Paragraph
from spanferry.squad.notes import Note
from spanferry.squad.validation.registry import Severity
from spanferry.squad.validation.rules import RULES


class Example(Struct, frozen=True, rename={"message": "told"}):
    """One finding. path: its place in the file. message: details ("" when the rule's meaning says enough)."""

    path: str
    message: str


class Finding(Struct, frozen=True):
    """All findings of one rule in a file, and their number."""

    rule: str
    severity: Severity
    count: int
    examples: tuple[Example, ...]


class Counts(Struct):
    """The size of a file, with its faulty questions. no_answer: unanswerable questions."""

    articles: int = 0
    paragraphs: int = 0
    questions: int = 0
    no_answer: int = 0
    answers: int = 0
    plausible_answers: int = 0

    def add(self, paragraph: Paragraph) -> None:
        """Count a paragraph, its questions and its answers."""
        questions = paragraph.qas
        unanswerable = [question for question in questions if question.is_impossible is True]
        self.paragraphs += 1
        self.questions += len(questions)
        self.no_answer += len(unanswerable)
        self.answers += sum([len(question.answers) for question in questions])
        self.plausible_answers += sum([len(question.plausible) for question in unanswerable])


class ValidationReport(Struct, frozen=True):
    """The counts of a file and its findings, in the order of the rules. form: "SQuAD 2.0 json" or the like.

    usable: the number of questions that all other commands use. notes: what the reader repairs and ignores. offsets:
    how wrong offsets are repaired, in plain words, "" where none are.
    """

    file: str
    form: str
    counts: Counts
    findings: tuple[Finding, ...]
    usable: int = 0
    notes: tuple[Note, ...] = ()
    offsets: str = ""

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(finding.count for finding in self.findings if finding.severity is Severity.ERROR)

    @property
    def warnings(self) -> int:
        """The number of warnings."""
        return sum(finding.count for finding in self.findings if finding.severity is Severity.WARNING)


class FindingCollector:
    """A collection of findings by rule."""

    def __init__(self) -> None:
        self._examples: dict[str, list[Example]] = {}

    def add(self, rule: str, path: str, message: str) -> None:
        """Add a finding."""
        self._examples.setdefault(rule, []).append(Example(path, message))

    def discard(self, rule: str) -> None:
        """Remove the findings of a rule."""
        self._examples.pop(rule, None)

    def findings(self) -> tuple[Finding, ...]:
        """Return the findings by rule, in the order of the rules."""
        return tuple(
            Finding(name, rule.severity, len(self._examples[name]), tuple(self._examples[name]))
            for name, rule in RULES.items()
            if name in self._examples
        )
