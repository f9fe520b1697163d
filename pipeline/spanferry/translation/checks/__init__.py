"""Checks that an engine's answer must pass before it enters the translation memory.

    find_failure("How many?", "Error 500 (Server Error)!!1500.", Kind.QUESTION, "en", "nl") -> CheckFailure.ERROR_PAGE

Each check catches a failure that was seen in practice; `CheckFailure` names them. None of them judges quality.
Their thresholds were set on 7,700 translations by people and good engines (English into Dutch, German and Spanish),
of which the checks reject practically none; `benchmarks/translation.py` measures both sides.
"""

from spanferry.records import CheckFailure
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
    """Return the first check that an answer fails, or None when it may be kept.

    text: the segment that was sent. kind: a `Kind` or `MARKED`. source, target: language codes (BCP 47).
    """
    if not answer.strip():
        return CheckFailure.EMPTY
    if (message := find_service_message(text, answer)) is not None:
        return message
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
