"""The checks that an answer of an engine must pass before it is added to the translation memory.

    find_failure("How many?", "Error 500 (Server Error)!!1500.", Kind.QUESTION, "en", "nl") -> CheckFailure.ERROR_PAGE

Each check detects a failure that occurred in practice; `CheckFailure` lists them. No check judges quality. The
thresholds were set on 7,700 translations by people and good engines (English into Dutch, German and Spanish), of which
the checks reject practically none. `benchmarks/translation.py` measures detected failures and false alarms.
"""

from spanferry.records import CheckFailure, Kind
from spanferry.translation.checks.kinds import MARKED
from spanferry.translation.checks.length import has_implausible_length
from spanferry.translation.checks.markup import adds_markup
from spanferry.translation.checks.numbers import loses_number
from spanferry.translation.checks.repetition import repeats_itself
from spanferry.translation.checks.script import has_foreign_letters
from spanferry.translation.checks.service_messages import find_service_message
from spanferry.translation.checks.truncation import is_truncated
from spanferry.translation.checks.untranslated import is_untranslated

__all__ = ["MARKED", "find_failure"]


def find_failure(text: str, answer: str, kind: str, source: str, target: str) -> CheckFailure | None:
    """Return the first failure of an answer, or None when it passes all checks.

    text: the segment that was sent. kind: a `Kind` or `MARKED`. source, target: language codes (BCP 47). A title is
    checked like an answer: both may be names.
    """
    kind = Kind.ANSWER if kind == Kind.TITLE else kind
    if not answer.strip():
        return CheckFailure.EMPTY
    if (failure := find_service_message(text, answer)) is not None:
        return failure
    if is_untranslated(text, answer, kind, source):
        return CheckFailure.UNCHANGED
    if adds_markup(text, answer, kind):
        return CheckFailure.MARKUP
    if has_foreign_letters(text, answer, target):
        return CheckFailure.SCRIPT
    if repeats_itself(text, answer):
        return CheckFailure.REPETITION
    if is_truncated(text, answer, kind):
        return CheckFailure.TRUNCATED
    if has_implausible_length(text, answer, kind):
        return CheckFailure.LENGTH
    if loses_number(text, answer):
        return CheckFailure.NUMBERS
    return None
