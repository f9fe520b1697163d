"""Rules whose breach is an error: tools that read the file fail, or silently read wrong data."""

from spanferry.squad.document import Answer, Question
from spanferry.squad.validation.chunks import AnyParagraph
from spanferry.squad.validation.registry import Level, Rule, RuleList, Severity
from spanferry.squad.validation.seen import SeenQuestions

FORMAT_RULES = RuleList(
    Rule(name, Severity.ERROR, Level.STRUCTURE, meaning)
    for name, meaning in (
        ("malformed", "An element that is missing, or not of the type that the format requires."),
        ("no_questions", "A file without questions."),
        ("checksum_mismatch", "A file of SHA256SUMS that is missing, or differs from its checksum."),
    )
)


@FORMAT_RULES.add(Severity.ERROR, Level.PARAGRAPH)
def empty_context(paragraph: AnyParagraph, _: SeenQuestions) -> str | None:
    """A context without text."""
    return None if paragraph.context.strip() else ""


@FORMAT_RULES.add(Severity.ERROR, Level.QUESTION)
def empty_question(question: Question) -> str | None:
    """A question without text."""
    return None if question.question.strip() else ""


@FORMAT_RULES.add(Severity.ERROR, Level.QUESTION)
def empty_id(question: Question) -> str | None:
    """A question without an id."""
    return None if question.id else ""


@FORMAT_RULES.add(Severity.ERROR, Level.FILE)
def duplicate_id(question: Question, seen: SeenQuestions) -> str | None:
    """An id that an earlier question of the file has."""
    earlier = seen.path_of_same_id(question)
    return f"{question.id!r} is already the id of {earlier}" if earlier and question.id else None


@FORMAT_RULES.add(Severity.ERROR, Level.QUESTION)
def answerable_without_answers(question: Question) -> str | None:
    """A question that has no answers but is not marked as unanswerable."""
    return None if question.answers or question.is_impossible is True else ""


@FORMAT_RULES.add(Severity.ERROR, Level.QUESTION)
def impossible_with_answers(question: Question) -> str | None:
    """A question that is marked as unanswerable but has answers (plausible answers have a list of their own)."""
    return "" if question.answers and question.is_impossible is True else None


@FORMAT_RULES.add(Severity.ERROR, Level.ANSWER)
def empty_answer(_: str, answer: Answer) -> str | None:
    """An answer without text."""
    return None if answer.text.strip() else f"{answer.text!r} at {answer.answer_start}"


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


def is_at_offset(context: str, answer: Answer) -> bool:
    """Return whether the context has the answer's text at the answer's offset."""
    start = answer.answer_start
    return start >= 0 and context[start : start + len(answer.text)] == answer.text
