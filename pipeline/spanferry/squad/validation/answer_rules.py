"""Warnings about answers and questions that are valid but look wrong."""

import unicodedata

from spanferry.language.boundaries import cuts_word
from spanferry.squad.document import Answer, Question
from spanferry.squad.validation.format_rules import is_at_offset
from spanferry.squad.validation.registry import Level, RuleList, Severity
from spanferry.squad.validation.seen import SeenQuestions

SHOWN_CONTEXT = 10  # characters of the context that are shown on each side of an answer

ANSWER_RULES = RuleList()


@ANSWER_RULES.add(Severity.WARNING, Level.ANSWER)
def cut_in_word(context: str, answer: Answer) -> str | None:
    """An answer that starts or ends inside a word or a number ("91" in "1991"). A number before letters ("1990s") is
    not reported, nor are scripts that write words or particles together."""
    if not is_at_offset(context, answer) or not cuts_word(context, answer.answer_start, answer.end):
        return None
    start, end = max(answer.answer_start - SHOWN_CONTEXT, 0), answer.end + SHOWN_CONTEXT
    excerpt = f"{context[start : answer.answer_start]}|{answer.text}|{context[answer.end : end]}"
    return f"{'…' if start else ''}{excerpt}{'…' if end < len(context) else ''}"


@ANSWER_RULES.add(Severity.WARNING, Level.ANSWER)
def answer_edge_space(_: str, answer: Answer) -> str | None:
    """An answer that starts or ends with white space."""
    return repr(answer.text) if answer.text != answer.text.strip() != "" else None


@ANSWER_RULES.add(Severity.WARNING, Level.ANSWER)
def answer_without_word(_: str, answer: Answer) -> str | None:
    """An answer of punctuation alone."""
    if answer.text.isalnum() or not answer.text.strip():
        return None
    is_punctuation = all(unicodedata.category(character)[0] in "PZ" for character in answer.text)
    return repr(answer.text) if is_punctuation else None


@ANSWER_RULES.add(Severity.WARNING, Level.FILE)
def duplicate_question(question: Question, seen: SeenQuestions) -> str | None:
    """A question that its paragraph has twice."""
    earlier = seen.path_of_same_text(question)
    return f"{question.question!r} is already the question at {earlier}" if earlier else None
