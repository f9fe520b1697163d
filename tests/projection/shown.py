"""Answers shown in their text: "The ⟦dam⟧ broke." A line is a sentence."""

from pipeline.projection.decide import Decision, Locator
from pipeline.projection.languages import language
from pipeline.projection.locate import sought
from pipeline.projection.marked import Marked, parse
from pipeline.projection.records import Passage, Sought
from pipeline.projection.settings import AlignSettings

LEFT, RIGHT = "⟦", "⟧"


def show(text: str, start: int, end: int) -> str:
    return f"{text[:start]}{LEFT}{text[start:end]}{RIGHT}{text[end:]}"


def unshow(shown: str) -> tuple[str, int, int]:
    """(text, start, end) of what stands between the brackets."""
    start, end = shown.index(LEFT), shown.index(RIGHT) - len(LEFT)
    return shown.replace(LEFT, "").replace(RIGHT, ""), start, end


def passage(text: str) -> Passage:
    """A text whose lines are its sentences."""
    spans, at = [], 0
    for line in text.split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return Passage(text, tuple(spans))


def asked(source: str, translation: str | None) -> Sought:
    text, start, end = unshow(source)
    return sought(passage(text), start, text[start:end], translation)


def decision(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> Decision:
    """What is decided for the answer shown in a source. marked: what came back, with square brackets."""
    back: Marked | None = parse(marked, asked(source, translation), ("[", "]")) if marked else None
    locator = Locator(language(origin), language(code), AlignSettings())
    return locator.locate(asked(source, translation), passage(target), back)


def found(
    source: str, target: str, translation: str | None, marked: str | None = None, code: str = "nl", origin: str = "en"
) -> str | None:
    """The target with the chosen span shown; None when there is none."""
    chosen = decision(source, target, translation, marked, code, origin).chosen
    return show(target, *chosen.span) if chosen else None
