"""Sentences: where they start and end in a text."""

import regex
import sentencex

from spanferry.records import Span

_WIDE_SPACE = regex.compile(r"[^\S \t\n\r\f\v]")


def sentences(text: str, language: str) -> list[Span]:
    """Return the spans of a text's sentences, in order, without the white space around them.

    Everything outside the spans is white space, so the text can be put together again exactly. The rules of each
    language are those of sentencex (Wikimedia). language: a code that sentencex knows; it treats others as English.
    """
    spans: list[Span] = []
    offset = 0
    # sentencex 1.0.32 panics on white space of several bytes before a full stop.
    for piece in sentencex.segment(language, _WIDE_SPACE.sub(" ", text)):
        start, end = offset + len(piece) - len(piece.lstrip()), offset + len(piece.rstrip())
        if start < end:
            spans.append((start, end))
        offset += len(piece)
    return spans
