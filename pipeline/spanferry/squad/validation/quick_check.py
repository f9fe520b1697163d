"""A quick check that most questions pass, so that the rules are applied only to questions that may be wrong."""

from string import ascii_letters, digits

from spanferry.squad.document import Question

# Characters that most answers start and end with, and characters before and after them that are neither letters nor
# digits nor separators within a number.
_WORD = frozenset(ascii_letters + digits)
_OPENING, _CLOSING = frozenset("$£€\"“‘'("), frozenset("%°.)\"”’'")
_BEFORE = frozenset(" ([\"'“‘-–—/\n$£€")
_AFTER = frozenset(" )]\"'”’-–—/\n;:?!%")


def is_sound(context: str, question: Question) -> bool:
    """Return whether the answers of a question are certainly valid.

    True means that no rule at Level.ANSWER finds anything. False means that one may.
    """
    answers = question.answers
    if question.is_impossible is True:
        if answers:
            return False
        answers = question.plausible_answers or ()
    elif not answers:
        return False
    elif question.plausible_answers:
        answers += question.plausible_answers
    for answer in answers:
        text, start = answer.text, answer.answer_start
        end = start + len(text)
        if start < 0 or not text or context[start:end] != text:
            return False
        first, last = text[0], text[-1]
        if not (first in _WORD or first.isalnum()):
            if first not in _OPENING or not (last.isalnum() or (last in _CLOSING and text[1:2].isalnum())):
                return False
        elif not (last in _WORD or last in _CLOSING or last.isalnum()):
            return False
        if start and context[start - 1] not in _BEFORE:
            return False
        after = context[end : end + 1]
        if after and after not in _AFTER and (after not in ".," or context[end + 1 : end + 2].isdecimal()):
            return False
    return True
