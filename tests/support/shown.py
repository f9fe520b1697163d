"""Helpers that show answers in their text: "The ⟦dam⟧ broke." Each line is a sentence."""

from spanferry.projection.candidates import AnswerQuery, make_query
from spanferry.projection.decision import Decision
from spanferry.projection.marked import MarkedTranslation, make_request, parse_translation
from spanferry.projection.ranking import make_locator
from spanferry.projection.tokenized import TokenizedText

LEFT, RIGHT = "⟦", "⟧"


def show(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{LEFT}{text[start:end]}{RIGHT}{text[end:]}"


def unshow(shown: str) -> tuple[str, int, int]:
    """Return (text, start, end): the text without brackets, and the span that was between them."""
    start, end = shown.index(LEFT), shown.index(RIGHT) - len(LEFT)
    return shown.replace(LEFT, "").replace(RIGHT, ""), start, end


def tokenized(text: str) -> TokenizedText:
    """Tokenize a text whose lines are its sentences."""
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return TokenizedText(text, tuple(spans))


def answer_query(source: str, translation: str | None) -> AnswerQuery:
    text, start, end = unshow(source)
    return make_query(tokenized(text), start, text[start:end], translation)


def decide(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> Decision:
    """Decide on the span of the answer that is shown in a source. marked: its translation between square brackets."""
    query = answer_query(source, translation)
    translated: MarkedTranslation | None = None
    if marked:
        translated = parse_translation(marked, make_request(query, ("[", "]")))
    return make_locator(origin, code).locate(query, tokenized(target), translated)


def show_chosen(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> str | None:
    """Return the target with the chosen span in brackets, or None if no span was chosen."""
    chosen = decide(source, target, translation, marked, code, origin).chosen
    return show(target, *chosen.span) if chosen else None


def assert_chosen(
    source: str, translation: str | None, target: str, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> None:
    """Assert that the span shown in a target is the one that is chosen in its text."""
    assert show_chosen(source, unshow(target)[0], translation, marked, code, origin) == target


def is_inside(text: str, at: int) -> bool:
    """Return True if an offset is inside a word or number. Looks at letters only, without the code under test."""
    if not 0 < at < len(text):
        return False
    before, after, beyond = text[at - 1], text[at], text[at + 1 : at + 2]
    return (before.isalnum() and after.isalnum()) or (before.isdigit() and after in ".," and beyond.isdigit())
