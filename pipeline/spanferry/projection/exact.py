"""Method: the isolated translation, letter for letter.

At word boundaries only: "91" is not found in "1991", nor "ant" in "want". In a language that
writes compounds together, a word may begin or end a longer one ("Bijbel" in "Bijbelvertaling"): the
whole word is then a candidate, scored by the share of it that was found.
"""

from collections.abc import Iterator

from spanferry.language.profile import Language
from spanferry.language.text import SEPARATORS, Span, is_mark
from spanferry.projection.query import Query
from spanferry.projection.spans import Candidate, TokenizedText
from spanferry.records import Method

# A shorter piece than this begins too many unrelated words ("in", "van", "een").
SHORTEST_PART = 4


def exact(
    query: Query, passage: TokenizedText, within: Span, language: Language, inside: tuple[str, str] = ("", "")
) -> list[Candidate]:
    """Every place in the span where the query's text stands, whole words first.

    inside: how the source answer cuts words (see `cut`); a place that cuts the same counts as whole.
    """
    whole, parts = [], []
    for start, end in occurrences(passage.text, query.text, within):
        if all(letter in ("", alike) for letter, alike in zip(cut(passage.text, start, end), inside, strict=True)):
            whole.append(Candidate(start, end, Method.EXACT, 1.0))
        elif language.compounds and (candidate := compound(passage, start, end)):
            parts.append(candidate)
    return whole + parts


def occurrences(text: str, needle: str, within: Span) -> Iterator[Span]:
    """Where the needle stands in the span, overlapping ones too."""
    low, high = within
    at = text.find(needle, low, high) if needle else -1
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1, high)


def is_boundary(text: str, at: int) -> bool:
    """Whether a span may start or end here: not between two letters or digits, nor inside a number."""
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if not (before.isascii() and after.isascii()):
        # Accents, vowel signs and points belong to the letter before them.
        if is_mark(after):
            return False
        before = letter_before(text, at)
    if before.isalnum() and after.isalnum():
        return unspaced(before) or unspaced(after)
    # 1.250 and 3,5 are one number each.
    if before.isdigit() and after in SEPARATORS:
        return not text[at + 1 : at + 2].isdigit()
    if after.isdigit() and before in SEPARATORS:
        return not text[at - 2 : at - 1].isdigit() if at > 1 else True
    return True


def letter_before(text: str, at: int) -> str:
    """The character before an offset; of a letter with marks, the letter."""
    at -= 1
    while at and is_mark(text[at]):
        at -= 1
    return text[at]


def cut(text: str, start: int, end: int) -> tuple[str, str]:
    """The letters beyond a span's ends where they stand inside a word or number, "" where they do not.

    "Japan" in "Japanese" -> ("", "e"); some answers of SQuAD are cut like that.
    """
    return (
        "" if is_boundary(text, start) else text[start - 1],
        "" if is_boundary(text, end) else text[end],
    )


def unspaced(character: str) -> bool:
    """Whether a letter belongs to a script that is written without spaces (Thai to Han, by block)."""
    code = ord(character)
    return 0x0E00 <= code <= 0x0EFF or 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF or 0x3040 <= code <= 0x9FFF


def compound(passage: TokenizedText, start: int, end: int) -> Candidate | None:
    """The words around a hit that begins or ends inside one; None when the piece proves nothing."""
    text = passage.text
    if end - start < SHORTEST_PART or text[start].isdigit() or text[end - 1].isdigit():
        return None
    at_start, at_end = is_boundary(text, start), is_boundary(text, end)
    if not (at_start or at_end):
        return None
    low, high = start, end
    while not is_boundary(text, low):
        low -= 1
    while not is_boundary(text, high):
        high += 1
    return Candidate(low, high, Method.NORMALISED, (end - start) / (high - low))
