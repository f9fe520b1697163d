"""Helpers that show answers in their text: "The ⟦dam⟧ broke." Each line is a sentence."""

from spanferry.projection.candidates import AnswerQuery, make_query
from spanferry.projection.marked import MarkedTranslation, make_request, parse_translation
from spanferry.projection.ranking import Decision, make_locator
from spanferry.projection.tokenized import TokenizedText

LEFT, RIGHT = "⟦", "⟧"


def show(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{LEFT}{text[start:end]}{RIGHT}{text[end:]}"


def unshow(shown: str) -> tuple[str, int, int]:
    """(text, start, end) of what stands between the brackets."""
    start, end = shown.index(LEFT), shown.index(RIGHT) - len(LEFT)
    return shown.replace(LEFT, "").replace(RIGHT, ""), start, end


def passage(text: str) -> TokenizedText:
    """A text whose lines are its sentences."""
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return TokenizedText(text, tuple(spans))


def asked(source: str, translation: str | None) -> AnswerQuery:
    text, start, end = unshow(source)
    return make_query(passage(text), start, text[start:end], translation)


def decision(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> Decision:
    """What is decided for the answer shown in a source. marked: what came back, with square brackets."""
    query = asked(source, translation)
    back: MarkedTranslation | None = None
    if marked:
        back = parse_translation(marked, make_request(query, ("[", "]")))
    return make_locator(origin, code).locate(query, passage(target), back)


def found(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> str | None:
    """The target with the chosen span shown; None when there is none."""
    chosen = decision(source, target, translation, marked, code, origin).chosen
    return show(target, *chosen.span) if chosen else None


def is_inside(text: str, at: int) -> bool:
    """Whether an offset lies inside a word or number, by letters alone (not by the code under test)."""
    if not 0 < at < len(text):
        return False
    before, after, beyond = text[at - 1], text[at], text[at + 1 : at + 2]
    return (before.isalnum() and after.isalnum()) or (before.isdigit() and after in ".," and beyond.isdigit())
