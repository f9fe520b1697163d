"""Splits texts into sentences."""

import regex
import sentencex

from spanferry.records import Span

_WIDE_SPACE = regex.compile(r"[^\S \t\n\r\f\v]")


def sentences(text: str, language: str) -> list[Span]:
    """Return the spans of a text's sentences, in order, without the white space around them.

    All characters outside the spans are white space, so the text can be restored exactly. The package sentencex
    (Wikimedia) finds the sentences. language: a code that sentencex knows; it treats other languages as English.
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
