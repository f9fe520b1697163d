"""Rules whose breach is an error: tools that read the file fail, or silently read wrong data.

The reader finds the breaches of most of them (`squad.reading.Fault`), so that all commands judge a file alike. Each of
these rules is a `Reason` for which a question or an answer is left out.
"""

from spanferry.records import Reason
from spanferry.squad.document import Answer
from spanferry.squad.validation.registry import Level, Rule, RuleList, Severity

READER_RULES = {
    Reason.MALFORMED: "A value that is missing, of the wrong type, or given twice.",
    Reason.EMPTY_CONTEXT: "A context without text.",
    Reason.EMPTY_QUESTION: "A question without text.",
    Reason.DUPLICATE_ID: "An id that an earlier question of the file has.",
    Reason.ANSWERABLE_WITHOUT_ANSWERS: "A question that has no answers but is not marked as unanswerable.",
    Reason.IMPOSSIBLE_WITH_ANSWERS: "A question that is marked as unanswerable but has answers (plausible answers have "
    "a list of their own).",
    Reason.EMPTY_ANSWER: "An answer without text, of a question that is not marked as unanswerable.",
}
"""The reasons that the reader gives -> the meaning of the rule with the same name."""

REPAIRED_OFFSET = "repaired_offset"

FORMAT_RULES = RuleList(
    Rule(name, Severity.ERROR, Level.STRUCTURE, meaning)
    for name, meaning in (
        ("no_questions", "A file without questions."),
        ("checksum_mismatch", "A file of SHA256SUMS that is missing, or differs from its checksum."),
        *((reason.value, meaning) for reason, meaning in READER_RULES.items()),
    )
)


@FORMAT_RULES.add(Severity.ERROR, Level.ANSWER)
def offset_mismatch(context: str, answer: Answer) -> str | None:
    """An answer that is in its context, but not at the given offset (in code points)."""
    if is_at_offset(context, answer) or not answer.text or (actual := context.find(answer.text)) < 0:
        return None
    more = context.count(answer.text) - 1
    return f"{answer.text!r} is not at {answer.answer_start} but at {actual}" + (f" and {more} more" if more else "")


@FORMAT_RULES.add(Severity.ERROR, Level.ANSWER)
def answer_not_in_context(context: str, answer: Answer) -> str | None:
    """An answer that is nowhere in its context."""
    if is_at_offset(context, answer) or answer.text in context:
        return None
    differs_in_case = answer.text.casefold() in context.casefold()
    return repr(answer.text) + (" occurs only with other upper and lower case" if differs_in_case else "")


FORMAT_RULES.append(
    Rule(
        REPAIRED_OFFSET,
        Severity.NOTE,
        Level.STRUCTURE,
        "An answer that is not at the given offset, for which the right one is known. With `--no-repair` an error.",
    )
)


def is_at_offset(context: str, answer: Answer) -> bool:
    """Return whether the context has the answer's text at the answer's offset."""
    start = answer.answer_start
    return start >= 0 and context[start : start + len(answer.text)] == answer.text
