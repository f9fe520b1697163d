"""The definition of a validation rule, and the lists in which modules register their rules.

A rule's name is the name of its check, and the check's docstring is its meaning. A check returns None when it finds
nothing wrong, otherwise a short message ("" when the rule's meaning says enough). Its level determines its arguments:

    STRUCTURE   no check: the reader finds the breach
    TEXT        (text)              a title, a context or a question
    CHARACTERS  (text)              the same
    PARAGRAPH   (paragraph, seen)
    FILE        (question, seen)    for checks that depend on the rest of the file
    ANSWER      (context, answer)   an answer or a plausible answer

TEXT checks are first applied to all texts of an article, joined by JOINT. They must find in the joined text whatever
they find in a single one. CHARACTERS checks are applied only when the article's characters other than printable ASCII
match `text_rules.SUSPICIOUS`.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

JOINT = " | "

Check = Callable[..., str | None]


class Severity(StrEnum):
    """The severity of a finding."""

    ERROR = "error"  # the file breaks its format
    WARNING = "warning"  # the file can be read, but a person should look at the finding
    NOTE = "note"  # all commands repair it


class Level(StrEnum):
    """The element that a rule checks."""

    STRUCTURE = "structure"
    TEXT = "text"
    CHARACTERS = "characters"
    PARAGRAPH = "paragraph"
    FILE = "file"
    ANSWER = "answer"


class Rule(Struct, frozen=True):
    """A validation rule. check: None at Level.STRUCTURE."""

    name: str
    severity: Severity
    level: Level
    meaning: str
    check: Check | None = None


class RuleList(list[Rule]):
    """The rules of one module, in the order in which findings are shown."""

    def add(self, severity: Severity, level: Level) -> Callable[[Check], Check]:
        """Return a decorator that adds a check as a rule."""

        def add_check(check: Check) -> Check:
            meaning = " ".join((check.__doc__ or "").split())
            self.append(Rule(check.__name__, severity, level, meaning, check))
            return check

        return add_check
