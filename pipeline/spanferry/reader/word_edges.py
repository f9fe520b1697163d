"""Where the words of a text begin and end, and where its tokens really lie, vectorised with numpy.

A token's offsets are not the edges of a word. A piece is a part of a word; SentencePiece's "▁" lies on the space
before a word, or on its first letter; byte-level pre-tokenizers that add a space to every word (RobBERT-2023's) report
it one character late, which leaves a word of one letter without any. So offsets are corrected with the text itself:

1. a token begins and ends with a character that is no blank (`is_blank`);
2. a token that begins late, after letters that no token has, begins with the first of them;
3. a token begins no later than the tokens after it, and ends no earlier than those before it.

The words are those of `language.boundaries.snap_to_words`, which says the same for one span (a test compares them).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spanferry.language.boundaries import keeps_particle_apart
from spanferry.language.scripts import is_blank, is_mark, is_unspaced, joins_next, joins_previous
from spanferry.language.words import SEPARATORS

# Classes of characters. HANGUL: a letter after which a span may end (`keeps_particle_apart`). VISIBLE: a character that
# a tokenizer's normaliser keeps, other than a mark. JOINS_NEXT, JOINS_PREVIOUS: see `are_one_syllable`.
ALNUM, DIGIT, SEPARATOR, MARK, UNSPACED, BLANK, HANGUL, VISIBLE, JOINS_NEXT, JOINS_PREVIOUS, KNOWN = (
    1 << bit for bit in range(11)
)
_CLASSES = np.zeros(0x110000, dtype=np.uint16)
_DROPPED = "\ufffd"  # BERT's normaliser drops it, besides control and format characters


@dataclass(frozen=True)
class TokenEdges:
    """The edges of n tokens, in code points of their texts, ends exclusive.

    starts, ends: corrected offsets. A token of blanks begins at the next word and ends with the word before it.
    word_starts: where the word begins in which the token begins. word_ends: where the word ends in which it ends.
    """

    starts: np.ndarray  # int32
    ends: np.ndarray  # int32
    word_starts: np.ndarray  # int32
    word_ends: np.ndarray  # int32


def _class_of(character: str) -> int:
    """Return the classes of a character as bits."""
    visible = not character.isspace() and unicodedata.category(character)[0] not in "MC" and character != _DROPPED
    flags = {
        ALNUM: character.isalnum(),
        DIGIT: character.isdigit(),
        SEPARATOR: character in SEPARATORS,
        MARK: is_mark(character),
        UNSPACED: is_unspaced(character),
        BLANK: is_blank(character),
        HANGUL: keeps_particle_apart(character),
        VISIBLE: visible,
        JOINS_NEXT: joins_next(character),
        JOINS_PREVIOUS: joins_previous(character),
    }
    return KNOWN | sum(flag for flag, has in flags.items() if has)


def _classes(points: np.ndarray) -> np.ndarray:
    """Return the classes of code points; those of new characters are looked up once."""
    found = _CLASSES[points]
    if (unknown := points[found == 0]).size:
        for point in np.unique(unknown).tolist():
            _CLASSES[point] = _class_of(chr(point))
        found = _CLASSES[points]
    return found


def find_token_edges(texts: Sequence[str], counts: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> TokenEdges:
    """Find the edges of the tokens of some texts.

    counts: the number of tokens of each text. starts, ends: the tokenizer's offsets.
    """
    # All texts are processed as one, with a space after each.
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    bases = np.cumsum(sizes + 1) - (sizes + 1)
    kinds = _classes(np.frombuffer("".join(f"{text}\n" for text in texts).encode("utf-32-le"), dtype=np.uint32))
    boundary, particle = _find_boundaries(kinds, bases, sizes)
    index = np.arange(len(kinds), dtype=np.int64)
    blank = (kinds & BLANK) != 0
    # Arrays by offset: the next visible character; the end of the last one before it; the word's start; its end.
    next_ink = np.minimum.accumulate(np.where(blank, len(kinds) - 1, index)[::-1])[::-1]
    ink_end = np.append(0, np.maximum.accumulate(np.where(blank, 0, index + 1)))[:-1]
    word_start = np.maximum.accumulate(np.where(boundary, index, 0))
    word_end = np.minimum.accumulate(np.where(boundary | particle, index, len(kinds))[::-1])[::-1]

    base = np.repeat(bases, counts)
    last = base + np.repeat(sizes, counts)
    low, high = np.minimum(base + starts, last), np.minimum(base + ends, last)
    stop = np.maximum(np.maximum.accumulate(ink_end[high]), base) if len(high) else high
    begin = _begin_earlier(low, high, np.append(0, stop[:-1])[: len(low)], base, kinds, next_ink, word_start)
    begin = np.minimum(np.minimum.accumulate(np.minimum(begin, last)[::-1])[::-1], last)
    whole_end = np.where(stop > base, word_end[stop], stop)
    whole_start = np.where(begin < last, word_start[begin], begin)
    return TokenEdges(*((edge - base).astype(np.int32) for edge in (begin, stop, whole_start, whole_end)))


def concatenate_edges(parts: Sequence[TokenEdges]) -> TokenEdges:
    """Join the edges of several groups of tokens."""
    names = ("starts", "ends", "word_starts", "word_ends")
    empty = np.empty(0, dtype=np.int32)
    return TokenEdges(*(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in names))


def _begin_earlier(
    low: np.ndarray,
    high: np.ndarray,
    previous: np.ndarray,
    base: np.ndarray,
    kinds: np.ndarray,
    next_ink: np.ndarray,
    word_start: np.ndarray,
) -> np.ndarray:
    """Return where tokens begin: at a visible character, and with letters before it that no earlier token has.

    previous: the end of the tokens before each.
    """
    previous = np.maximum(previous, base)
    empty = low == high
    begin = np.where(empty, low, next_ink[low])
    before = np.maximum(begin - 1, base)
    is_late = (begin > previous) & ((kinds[before] & VISIBLE) != 0)
    start = word_start[np.where(empty, before, begin)]
    # Of an uncovered word of which the tokenizer kept the end, all; of another character before it, that one.
    earlier = np.where((start >= previous) & (start < begin), start, before)
    begin = np.where(is_late, earlier, begin)
    return np.where(empty & ~is_late, next_ink[low], begin)


def _find_boundaries(kinds: np.ndarray, bases: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return at which offsets `is_boundary` is true, and at which a span may end before a particle."""

    def has(flag: int, array: np.ndarray = kinds) -> np.ndarray:
        return (array & flag) != 0

    def shift(array: np.ndarray, by: int) -> np.ndarray:
        moved = np.zeros_like(array)
        if by > 0:
            moved[by:] = array[:-by]
        else:
            moved[:by] = array[-by:]
        return moved

    mark = has(MARK)
    letters = kinds
    if mark.any():  # marks belong to the letter before them
        letters = kinds[np.maximum.accumulate(np.where(mark, 0, np.arange(len(kinds))))]
    before = shift(letters, 1)
    in_word = has(ALNUM) & has(ALNUM, before) & ~has(UNSPACED) & ~has(UNSPACED, before)
    in_word &= ~(has(HANGUL) & has(DIGIT, before))
    digit = has(DIGIT)
    in_number = (has(DIGIT, before) & has(SEPARATOR) & shift(digit, -1)) | (
        digit & has(SEPARATOR, before) & shift(digit, 2)
    )
    neighbour = shift(kinds, 1)
    in_syllable = has(UNSPACED) & has(UNSPACED, neighbour) & (has(JOINS_NEXT, neighbour) | has(JOINS_PREVIOUS))
    boundary = ~(mark | in_word | in_number | in_syllable)
    boundary[bases] = boundary[bases + sizes] = True
    particle = has(HANGUL) & has(HANGUL, before) & ~mark
    return boundary, particle
