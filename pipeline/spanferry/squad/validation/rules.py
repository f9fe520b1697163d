"""What a SQuAD file may not have (errors) and better had not (warnings): a small function a rule.

A rule is found in RULES by its function's name. A check gets what its level says and returns nothing
when all is well, or what is wrong in a few words ("" when the rule's meaning says it all):

    STRUCTURE   no check here: the reader finds it while it reads
    TEXT        (text)               a title, a context or a question
    CHARACTERS  (text)               the same
    PARAGRAPH   (paragraph, memory)
    QUESTION    (question)
    FILE        (question, memory)   what only the rest of the file tells about a question
    ANSWER      (context, answer)    answers and plausible answers alike

Most of a file is in order, so the validator asks cheaply first, and these checks where something may be
wrong. TEXT checks are asked of an article at once: they must find in several texts joined by JOINT what they
find in one. CHARACTERS checks are asked where SUSPICIOUS is among an article's characters, those of printable ASCII
left out. `sound` must be true only where every check of a question and its answers is silent.
"""

import re
import unicodedata
from collections.abc import Callable
from enum import StrEnum
from html.entities import html5
from string import ascii_letters, digits

from msgspec import Struct

from spanferry.squad import Answer, Paragraph, Question
from spanferry.squad.validation.seen import Memory
from spanferry.squad.validation.untranslated import english_sentence
from spanferry.squad.validation.words import cut

AROUND = 10  # characters of the context that are shown beside an answer
JOINT = " | "

Check = Callable[..., str | None]
Checks = tuple[tuple[str, Check], ...]


class Severity(StrEnum):
    ERROR = "error"  # the file breaks its format
    WARNING = "warning"  # it reads, but somebody should look


class Level(StrEnum):
    STRUCTURE = "structure"
    TEXT = "text"
    CHARACTERS = "characters"
    PARAGRAPH = "paragraph"
    QUESTION = "question"
    FILE = "file"
    ANSWER = "answer"


class Rule(Struct, frozen=True):
    name: str
    severity: Severity
    level: Level
    meaning: str
    check: Check | None = None


RULES: dict[str, Rule] = {}


def rule(severity: Severity, level: Level) -> Callable[[Check], Check]:
    """Registers a check under its name; its docstring is the rule's meaning."""

    def register(check: Check) -> Check:
        meaning = " ".join((check.__doc__ or "").split())
        RULES[check.__name__] = Rule(check.__name__, severity, level, meaning, check)
        return check

    return register


def at_level(level: Level) -> Checks:
    """The (name, check) pairs of a level."""
    return tuple((rule.name, rule.check) for rule in RULES.values() if rule.level == level and rule.check)


def table() -> str:
    """The rules as a Markdown table, in the order in which they are shown."""
    head = "| rule | severity | looks at | meaning |\n|---|---|---|---|\n"
    rows = (f"| `{r.name}` | {r.severity} | {r.level} | {r.meaning} |\n" for r in RULES.values())
    return head + "".join(rows)


for _name, _meaning in {
    "malformed": "An element is missing, or is not of the type that the format says.",
    "no_questions": "The file asks nothing.",
    "checksum_mismatch": "A file is not the one that SHA256SUMS beside it promises, or is not there.",
}.items():
    RULES[_name] = Rule(_name, Severity.ERROR, Level.STRUCTURE, _meaning)


@rule(Severity.ERROR, Level.PARAGRAPH)
def empty_context(paragraph: Paragraph, _: Memory) -> str | None:
    """A context without text."""
    return None if paragraph.context.strip() else ""


@rule(Severity.ERROR, Level.QUESTION)
def empty_question(question: Question) -> str | None:
    """A question without text."""
    return None if question.question.strip() else ""


@rule(Severity.ERROR, Level.QUESTION)
def empty_id(question: Question) -> str | None:
    """A question without id."""
    return None if question.id else ""


@rule(Severity.ERROR, Level.FILE)
def duplicate_id(question: Question, memory: Memory) -> str | None:
    """An id that another question of the file has."""
    first = memory.same_id(question)
    return f"{question.id!r} stands already at {first}" if first and question.id else None


@rule(Severity.ERROR, Level.QUESTION)
def answerable_without_answers(question: Question) -> str | None:
    """A question that is not marked as unanswerable, yet has no answers."""
    return None if question.answers or question.is_impossible is True else ""


@rule(Severity.ERROR, Level.QUESTION)
def impossible_with_answers(question: Question) -> str | None:
    """A question that is marked as unanswerable, yet has answers (plausible ones have a list of their own)."""
    return "" if question.answers and question.is_impossible is True else None


@rule(Severity.ERROR, Level.ANSWER)
def empty_answer(_: str, answer: Answer) -> str | None:
    """An answer without text."""
    return None if answer.text.strip() else f"{answer.text!r} at {answer.answer_start}"


@rule(Severity.ERROR, Level.ANSWER)
def offset_mismatch(context: str, answer: Answer) -> str | None:
    """An answer that its context has, but not at the offset that is given (in code points)."""
    if holds(context, answer) or not answer.text or (found := context.find(answer.text)) < 0:
        return None
    more = context.count(answer.text) - 1
    return f"{answer.text!r} is not at {answer.answer_start} but at {found}" + (f" and {more} more" if more else "")


@rule(Severity.ERROR, Level.ANSWER)
def answer_not_in_context(context: str, answer: Answer) -> str | None:
    """An answer that its context has nowhere."""
    if holds(context, answer) or answer.text in context:
        return None
    other_case = answer.text.casefold() in context.casefold()
    return repr(answer.text) + (" is there only in another case" if other_case else "")


@rule(Severity.WARNING, Level.ANSWER)
def cut_in_word(context: str, answer: Answer) -> str | None:
    """An answer that starts or ends inside a word or a number ("91" in "1991"); a number before letters ("1990s"),
    and scripts that write words or particles together, are left out."""
    if not holds(context, answer) or not cut(context, answer.answer_start, answer.end):
        return None
    start, end = max(answer.answer_start - AROUND, 0), answer.end + AROUND
    shown = f"{context[start : answer.answer_start]}|{answer.text}|{context[answer.end : end]}"
    return f"{'…' if start else ''}{shown}{'…' if end < len(context) else ''}"


@rule(Severity.WARNING, Level.ANSWER)
def answer_edge_space(_: str, answer: Answer) -> str | None:
    """An answer with white space at an end."""
    return repr(answer.text) if answer.text != answer.text.strip() != "" else None


@rule(Severity.WARNING, Level.ANSWER)
def answer_without_word(_: str, answer: Answer) -> str | None:
    """An answer of punctuation alone."""
    if answer.text.isalnum() or not answer.text.strip():
        return None
    return repr(answer.text) if all(unicodedata.category(ch)[0] in "PZ" for ch in answer.text) else None


@rule(Severity.WARNING, Level.FILE)
def duplicate_question(question: Question, memory: Memory) -> str | None:
    """A question that its paragraph asks already."""
    first = memory.same_text(question)
    return f"{question.question!r} is asked already at {first}" if first else None


# Each pattern starts with a fixed character, which `re` looks for 10 times quicker than for a choice.
_MARKERS = tuple(
    (pattern.lstrip("\\")[0], re.compile(pattern))
    for pattern in (r"\[(?:\d+\]|\[)", r"\]\]", r"\{\{", r"\}\}", "⟦", "⟧", "••", "@@@", r"</?[a-z]?\d+/?>")
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TAG = re.compile(r"</?(?:a|b|br|div|em|i|img|li|ol|p|ref|small|span|strong|su[bp]|t[dhr]|table|u|ul)(?:\s[^<>]*)?/?>")
_ENGINE = re.compile(r"Error [45]\d\d \(|unusual traffic from your computer")
# Controls but tab and line feed, soft hyphen, zero-width and bidirectional controls, private use. The joiners
# U+200C and U+200D are letters' companions in Arabic and Indic scripts and in emoji, and are left out.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ue000-\uf8ff]"
)
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_REPLACEMENT = re.compile("\ufffd")
_MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]|â€[\u0080-\u2122]")
SUSPICIOUS = re.compile("|".join(pattern.pattern for pattern in (_INVISIBLE, _REPLACEMENT, _MOJIBAKE)))


@rule(Severity.WARNING, Level.TEXT)
def leftover_marker(text: str) -> str | None:
    """A marker of a translation method, or a numbered reference: `[0]`, `[[`, `{{`, `••`, `<1>`."""
    return next((repr(m[0]) for first, pattern in _MARKERS if first in text and (m := pattern.search(text))), None)


@rule(Severity.WARNING, Level.TEXT)
def html_entity(text: str) -> str | None:
    """An HTML entity, such as `&quot;`."""
    known = (m for m in _ENTITY.finditer(text) if m[0][1] == "#" or m[0][1:] in html5)
    return shown(next(known, None))


@rule(Severity.WARNING, Level.TEXT)
def html_tag(text: str) -> str | None:
    """An HTML tag."""
    return shown(_TAG.search(text))


@rule(Severity.WARNING, Level.TEXT)
def engine_message(text: str) -> str | None:
    """A translation engine's error message in place of a translation."""
    return shown(_ENGINE.search(text)) if "Error " in text or "unusual traffic" in text else None


@rule(Severity.WARNING, Level.CHARACTERS)
def invisible_character(text: str) -> str | None:
    """A character without a form: zero-width space, soft hyphen, private use; a control other than tab and line
    feed (a carriage return shifts offsets in some readers); a direction mark where no script needs it."""
    for found in _INVISIBLE.finditer(text):
        if found[0] not in "\u200e\u200f\u061c" or not _RIGHT_TO_LEFT.search(text):
            return named(found)
    return None


@rule(Severity.WARNING, Level.CHARACTERS)
def damaged_encoding(text: str) -> str | None:
    """Text that was decoded wrongly: the replacement character U+FFFD, or UTF-8 read as Latin-1 (`Ã©`)."""
    return named(_REPLACEMENT.search(text)) or shown(_MOJIBAKE.search(text))


@rule(Severity.WARNING, Level.TEXT)
def mixed_normalisation(text: str) -> str | None:
    """Letters with separate marks (Unicode NFD) in a file that otherwise has composed ones (NFC)."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return None
    # Composing makes it shorter; where it only reorders marks, or takes letters apart that NFC excludes
    # (Devanagari), nothing was decomposed.
    composed = unicodedata.normalize("NFC", text)
    return "" if len(composed) < len(text) else None


@rule(Severity.WARNING, Level.FILE)
def untranslated_question(question: Question, memory: Memory) -> str | None:
    """A question in English, in a file of another language."""
    found = english_sentence(question.question, memory.own_words)
    return found and repr(found)


@rule(Severity.WARNING, Level.PARAGRAPH)
def untranslated_context(paragraph: Paragraph, memory: Memory) -> str | None:
    """A context with an English sentence, in a file of another language."""
    if " the " not in paragraph.context:
        return None
    found = english_sentence(paragraph.context, memory.own_words)
    return found and repr(found)


def holds(context: str, answer: Answer) -> bool:
    """Whether the answer's text is where it says."""
    start = answer.answer_start
    return start >= 0 and context[start : start + len(answer.text)] == answer.text


# What most answers begin and end with, and what stands before and after them: no letter or digit, nor what holds a
# number together.
_WORD = frozenset(ascii_letters + digits)
_OPENING, _CLOSING = frozenset("$£€\"“‘'("), frozenset("%°.)\"”’'")
_BEFORE = frozenset(" ([\"'“‘-–—/\n$£€")
_AFTER = frozenset(" )]\"'”’-–—/\n;:?!%")


def sound(context: str, question: Question) -> bool:
    """Whether a question and its answers are plainly in order; False says nothing."""
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
    return bool(question.id) and not question.question.isspace() and bool(question.question)


def shown(match: re.Match[str] | None) -> str | None:
    return repr(match[0]) if match else None


def named(match: re.Match[str] | None) -> str | None:
    """A character that shows nothing, by its code and name."""
    if not match:
        return None
    return f"U+{ord(match[0]):04X} {unicodedata.name(match[0], '')} at {match.start()}".replace("  ", " ")
