"""Method: mark-then-translate. The sentence is translated once more with the answer between markers;
the piece that comes back between them says what the answer is called in its context, and where.

    "... the [12th century] saw ..."  ──engine──>  "... in de [twaalfde eeuw] kwam ..."
    clean translation                              "De twaalfde eeuw bracht ..."

The clean translation stays the text that is published: it was made without markers, which cost
fluency. The piece is only looked for in it.
"""

from collections import Counter
from dataclasses import dataclass

import regex
from rapidfuzz.distance import Indel

from spanferry.language.text import Span, fold, tokens
from spanferry.projection.spans import AnswerQuery, Place, TokenizedText
from spanferry.projection.windows import mark

Markers = tuple[str, str]

# Tried in this order. A style whose characters stand in the sentence already ("[21]" does in many
# Wikipedia texts) comes last: the answer's pair is then told by its number among all pairs.
STYLES: tuple[Markers, ...] = (("[", "]"), ("«", "»"), ('"', '"'))

# A piece this much longer than what is sought (times, plus characters) says that a marker moved.
LONGEST, SLACK = 3, 20


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


def styles(sought: AnswerQuery, known: tuple[Markers, ...] = STYLES) -> list[Markers]:
    """The marker styles in the order in which to try them."""
    low, high = sought.source.window_span(sought.window)
    text = sought.source.text[low:high]
    clear = [pair for pair in known if not any(marker in text for marker in pair)]
    # Between equal markers ('"') nothing tells which two belong together.
    return clear + [pair for pair in known if pair not in clear and pair[0] != pair[1]]


def request(sought: AnswerQuery, markers: Markers) -> str:
    """What is sent: the window with the answer between markers."""
    return mark(sought.source.text, sought.source.sentences, *sought.span, markers)


def parse(translation: str, sought: AnswerQuery, markers: Markers) -> Marked | None:
    """Reads the piece; None when the markers came back lost, moved, or at several places.

    An engine may double a marker ("[[x]]") or put white space inside; that changes nothing.
    """
    left, right = (regex.escape(marker) for marker in markers)
    pattern = regex.compile(rf"(?:{left})+\s*(.+?)\s*(?:{right})+", regex.DOTALL)
    pairs = list(pattern.finditer(translation))
    low, _ = sought.source.window_span(sought.window)
    sent = list(pattern.finditer(request(sought, markers)))
    if not pairs or len(pairs) != len(sent):
        return None
    number = next((n for n, match in enumerate(sent) if match.start() == sought.start - low), None)
    if number is None:
        return None
    # What stood in brackets already may have moved, but mostly it is a number and comes back as it was.
    others = Counter(match[1] for n, match in enumerate(sent) if n != number)
    kept = [pair for pair in pairs if Counter(other[1] for other in pairs if other is not pair) == others]
    pair = kept[0] if len(kept) == 1 else pairs[number]
    before, piece, after = translation[: pair.start()], pair[1], translation[pair.end() :]
    if not piece.strip() or len(piece) > LONGEST * len(sought.text) + SLACK or strays(piece, sought.text):
        return None
    return Marked(before + piece + after, (len(before), len(before) + len(piece)))


def strays(piece: str, answer: str) -> bool:
    """Whether a piece holds one bracket without the other, as when an engine moves or mixes markers."""
    return any(
        (piece.count(left) != piece.count(right)) and answer.count(left) == answer.count(right)
        for left, right in ("[]", "«»", "()")
    )


def transfer(marked: Marked, target: TokenizedText, window: tuple[int, int]) -> Place:
    """Where the piece lies in the clean translation, by the words that both sentences have in common.

    Each end of the piece lies between the nearest common words; where these are not its neighbours,
    the words between are shared out in proportion. The share is Dice's coefficient of the two
    sentences' words: at 1.0 the engine gave the same sentence twice, and the place is as good as given.
    """
    cut = tokens(marked.text)
    low, high = target.window_range(window)
    ours = [fold(marked.text[start:end]) for start, end in cut]
    inside = [n for n, (start, end) in enumerate(cut) if start < marked.span[1] and end > marked.span[0]]
    pairs = [(-1, -1), *common(ours, target.folded[low:high]), (len(ours), high - low)]
    first = carried(pairs, inside[0])
    last = (
        high
        - low
        - 1
        - carried(
            [(len(ours) - 1 - one, high - low - 1 - other) for one, other in reversed(pairs)],
            len(ours) - 1 - inside[-1],
        )
    )
    first = min(max(first, 0), high - low - 1)
    last = min(max(last, first), high - low - 1)
    return Place(target.span(low + first, low + last + 1), 2 * (len(pairs) - 2) / (len(ours) + high - low))


def common(ours: list[str], theirs: list[str]) -> list[tuple[int, int]]:
    """The places of a longest common subsequence in both lists."""
    return [
        (block.src_start + n, block.dest_start + n)
        for block in Indel.opcodes(ours, theirs)
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]


def carried(pairs: list[tuple[int, int]], at: int) -> int:
    """Where the token `at` of one list, which begins a piece, lies in the other; pairs are in order."""
    before = max((pair for pair in pairs if pair[0] < at), key=lambda pair: pair[0])
    after = min((pair for pair in pairs if pair[0] >= at), key=lambda pair: pair[0])
    between = after[0] - before[0] - 1
    if between == 0:
        return after[1]
    share = (at - before[0] - 1) / between
    return before[1] + 1 + round(share * (after[1] - before[1] - 1))
