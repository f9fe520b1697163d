"""What a validation rule is, and how a module lists its rules.

A rule's name is the name of its check, and the check's docstring is its meaning. A check returns None when all is well,
else what is wrong in a few words ("" when the rule's meaning says it all). Its level decides what it receives:

    STRUCTURE   no check: the reader notices it
    TEXT        (text)              a title, a context or a question
    CHARACTERS  (text)              the same
    PARAGRAPH   (paragraph, seen)
    QUESTION    (question)
    FILE        (question, seen)    what depends on the rest of the file
    ANSWER      (context, answer)   answers and plausible answers alike

TEXT checks are first applied to a whole article: they must find in several texts joined by JOINT what they find in one.
CHARACTERS checks are only applied where `text_rules.SUSPICIOUS` is among an article's characters other than printable
ASCII.
"""

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

JOINT = " | "

Check = Callable[..., str | None]


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"  # the file breaks its format
    WARNING = "warning"  # it can be read, but somebody should look


class Level(StrEnum):
    """What a rule looks at."""

    STRUCTURE = "structure"
    TEXT = "text"
    CHARACTERS = "characters"
    PARAGRAPH = "paragraph"
    QUESTION = "question"
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
