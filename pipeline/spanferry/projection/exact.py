"""Method `exact`: finds a phrase letter for letter, at word boundaries.

"91" is not found in "1991", nor "ant" in "want". In a language that writes compounds as one word, the phrase may be the
beginning or the end of a longer word ("Bijbel" in "Bijbelvertaling"). The whole word is then a candidate of method
`normalised`, and its score is the share of its letters that belong to the phrase. Clitics are no part of a longer word:
"이스탄불" is found in "이스탄불에서" (in Istanbul).
"""

from collections.abc import Iterator

from spanferry.language import Language
from spanferry.language.boundaries import cut_letters, is_boundary
from spanferry.language.clitics import is_enclitic, letters_around, proclitic_length
from spanferry.projection.candidates import Candidate
from spanferry.projection.phrase import Phrase
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import Method, Span

# Shorter phrases ("in", "van", "een") begin too many unrelated words.
SHORTEST_PART = 4

WHOLE = ("", "")
"""The result of `cut_letters` for a span that cuts no word."""


def find_exact(
    phrase: Phrase, target: TokenizedText, within: Span, language: Language, source_cut: tuple[str, str] = WHOLE
) -> list[Candidate]:
    """Return each occurrence of the phrase in a span, whole words first.

    source_cut: the letters that the source answer cuts off (`cut_letters`). An occurrence that cuts off the same
    letters counts as whole.
    """
    whole: list[Candidate] = []
    parts: list[Candidate] = []
    for start, end in occurrences(target.text, phrase.text, within):
        before, after = cut_letters(target.text, start, end)
        if before in ("", source_cut[0]) and after in ("", source_cut[1]):
            whole.append(Candidate(start, end, Method.EXACT, 1.0))
        elif candidate := beside_clitics(target.text, start, end, language):
            whole.append(candidate)
        elif language.compounds and (candidate := compound_around(target.text, start, end)):
            parts.append(candidate)
    return whole + parts


def beside_clitics(text: str, start: int, end: int, language: Language) -> Candidate | None:
    """Return the candidate of a span that cuts nothing but clitics off its first and last word, or None."""
    if not (language.proclitics or language.enclitics):
        return None
    before, after = letters_around(text, start, end)
    length = proclitic_length(before, language)
    if length is None or not is_enclitic(after, language):
        return None
    return Candidate(start - len(before) + length, end, Method.EXACT, 1.0)


def occurrences(text: str, needle: str, within: Span) -> Iterator[Span]:
    """Yield each occurrence of the needle in a span, including overlapping ones."""
    low, high = within
    at = text.find(needle, low, high) if needle else -1
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + 1, high)


def compound_around(text: str, start: int, end: int) -> Candidate | None:
    """Return the word that begins or ends with a span; None if the span is too short, a number, or inside a word."""
    if end - start < SHORTEST_PART or text[start].isdigit() or text[end - 1].isdigit():
        return None
    if not (is_boundary(text, start) or is_boundary(text, end)):
        return None
    low, high = start, end
    while not is_boundary(text, low):
        low -= 1
    while not is_boundary(text, high):
        high += 1
    return Candidate(low, high, Method.NORMALISED, (end - start) / (high - low))
