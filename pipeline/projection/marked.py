"""Method: mark-then-translate. The sentence is translated once more with the answer between markers;
the piece that comes back between them says what the answer is called in its context, and where.

    "... the [12th century] saw ..."  ──engine──>  "... in de [twaalfde eeuw] kwam ..."
    clean translation                              "De twaalfde eeuw bracht ..."

The clean translation stays the text that is published: it was made without markers, which cost
fluency. The piece is only looked for in it.
"""

from dataclasses import dataclass

import regex
from rapidfuzz.distance import Indel

from pipeline.projection.records import Passage, Place, Sought
from pipeline.projection.windows import mark
from pipeline.text import Span, fold, tokens

Markers = tuple[str, str]

# Tried in this order; a style whose characters stand in the sentence already ("[21]" does in many
# Wikipedia texts) cannot be told apart and is passed over. All three survive the common engines.
STYLES: tuple[Markers, ...] = (("[", "]"), ("«", "»"), ('"', '"'))


@dataclass(frozen=True)
class Marked:
    """What came back: the piece between the markers, and the text without them.

    span: the piece in `text`.
    """

    text: str
    span: Span

    @property
    def piece(self) -> str:
        return self.text[self.span[0] : self.span[1]]


def styles(sought: Sought, known: tuple[Markers, ...] = STYLES) -> list[Markers]:
    """The marker styles that cannot be confused with what the sentence holds already, the best first."""
    low, high = sought.source.window_span(sought.window)
    text = sought.source.text[low:high]
    return [pair for pair in known if not any(marker in text for marker in pair)]


def request(sought: Sought, markers: Markers) -> str:
    """What is sent: the window with the answer between markers."""
    return mark(sought.source.text, sought.source.sentences, *sought.span, markers)


def parse(translation: str, markers: Markers) -> Marked | None:
    """Reads the piece; None when the markers came back lost, doubled at different places, or empty.

    An engine may double a marker ("[[x]]") or put white space inside; that changes nothing.
    """
    left, right = (regex.escape(marker) for marker in markers)
    pairs = list(regex.finditer(rf"(?:{left})+\s*(.+?)\s*(?:{right})+", translation))
    if len(pairs) != 1:
        return None
    pair = pairs[0]
    before, piece, after = translation[: pair.start()], pair[1], translation[pair.end() :]
    if any(marker in before + piece + after for marker in markers):
        return None
    return Marked(before + piece + after, (len(before), len(before) + len(piece)))


def transfer(marked: Marked, target: Passage, window: tuple[int, int]) -> Place:
    """Where the piece lies in the clean translation, by the words that both sentences have in common.

    The nearest common words before and after the piece, or in it, bound it. The share is Dice's
    coefficient of the two sentences' words: at 1.0 the engine gave the same sentence twice, and the
    place is as good as given.
    """
    cut = tokens(marked.text)
    low, high = target.token_range(target.window_span(window))
    ours = [fold(marked.text[start:end]) for start, end in cut]
    inside = [n for n, (start, end) in enumerate(cut) if start < marked.span[1] and end > marked.span[0]]
    first, beyond = inside[0], inside[-1] + 1
    begin, end, common = low, high, 0
    for block in Indel.opcodes(ours, target.folded[low:high]):
        if block.tag != "equal":
            continue
        common += block.src_end - block.src_start
        offset = low + block.dest_start - block.src_start
        if block.src_start <= first:
            begin = offset + min(block.src_end, first)
        if block.src_end >= beyond and end == high:
            end = offset + max(block.src_start, beyond)
    begin = min(begin, high - 1)
    return Place(target.span(begin, max(end, begin + 1)), 2 * common / (len(ours) + high - low))
