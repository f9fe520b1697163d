"""Splits texts into sentences."""

import re
from collections.abc import Iterable, Iterator

import sentencex

from spanferry.language.boundaries import is_boundary
from spanferry.language.codes import primary_subtag
from spanferry.records import Span

# The white space that takes several bytes in UTF-8.
_WIDE_SPACE = re.compile("[\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
# The end of a sentence, for texts that sentencex cannot split. The lookbehind keeps the time linear for "......".
_PLAIN_END = re.compile(
    r"(?<![.!?…।؟։።])[.!?…।؟։።]++[\"'”’»)\]]*+\s+|[。！？]++[”’」』）]*+\s*|\n\s*",
)


def sentences(text: str, language: str) -> list[Span]:
    """Return the spans of a text's sentences, in order, without the white space around them.

    All characters outside the spans are white space, so the text can be restored exactly. No span begins inside a
    word. The package sentencex (Wikimedia) finds the sentences; this function does not rely on its pieces to add up
    to the text. language: a BCP 47 code; sentencex treats languages that it does not know as English.
    """
    # sentencex 1.0.32 panics on white space of several bytes before a full stop.
    flat = text if text.isascii() else _WIDE_SPACE.sub(" ", text)
    spans = _place_pieces(flat, _find_pieces(flat, primary_subtag(language)))
    return _place_pieces(flat, _split_plainly(flat)) or [] if spans is None else spans


def _find_pieces(text: str, language: str) -> list[str]:
    """Return the pieces into which sentencex cuts a text. If it panics, cut the text at plain sentence ends."""
    try:
        return sentencex.segment(language, text)
    except BaseException as error:
        # The panics of Rust are no subclass of Exception, and their class cannot be imported.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return list(_split_plainly(text))
        raise


def _place_pieces(text: str, pieces: Iterable[str]) -> list[Span] | None:
    """Return the spans of pieces in a text, without the white space around them.

    White space may be missing between the pieces: sentencex 1.0.32 drops a paragraph break about every 10,000 bytes.
    A piece that begins inside a word is joined to the piece before it. Returns None if the pieces lack anything else
    of the text, or have something that the text lacks.
    """
    spans: list[Span] = []
    offset = 0
    for piece in pieces:
        sentence = piece.strip()
        if not sentence:
            continue
        start = text.find(sentence, offset)
        end = start + len(sentence)
        if start > offset:
            if not text[offset:start].isspace():
                return None
            spans.append((start, end))
        elif start < 0:
            return None
        elif is_boundary(text, start):
            spans.append((start, end))
        else:
            spans[-1] = spans[-1][0], end
        offset = end
    return None if text[offset:].strip() else spans


def _split_plainly(text: str) -> Iterator[str]:
    """Cut a text behind its full stops, question and exclamation marks, and at its line breaks."""
    start = 0
    for match in _PLAIN_END.finditer(text):
        yield text[start : match.end()]
        start = match.end()
    yield text[start:]
