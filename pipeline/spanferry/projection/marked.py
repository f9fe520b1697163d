"""Method `marked`: translates the sentence once more, with the answer between markers.

The text between the markers that come back (the piece) shows how the answer is translated in its context, and where.

    "... the [12th century] saw ..."  ──engine──>  "... in de [twaalfde eeuw] kwam ..."
    clean translation                              "De twaalfde eeuw bracht ..."

The clean translation, made without markers, is the one that is published, because markers make a translation less
fluent. The piece only helps to find the answer in it.
"""

from collections import Counter
from dataclasses import dataclass

import regex
from rapidfuzz.distance import Indel

from spanferry.language.words import fold, tokens
from spanferry.markers import STYLES, Markers, tag_name
from spanferry.projection.candidates import AnswerQuery, SpanHint
from spanferry.projection.tokenized import TokenizedText, Window
from spanferry.projection.windows import mark_window
from spanferry.records import Record, Span

BRACKETS = ("[]", "«»", "()")
# A piece of more than LONGEST times the length of the answer, plus SLACK characters, shows that a marker has moved.
LONGEST, SLACK = 3, 20
TAG_LIKE = regex.compile(r"<\s*/?\s*[\p{L}_][^<>]*>")


@dataclass(frozen=True, slots=True)
class MarkerRequest:
    """A window with one answer between markers, to be translated.

    start: offset of the answer in the window without markers. answer: its text.
    """

    text: str
    markers: Markers
    start: int
    answer: str


class MarkedTranslation(Record, frozen=True, gc=False):
    """A translation that kept its markers: the text without them, and the span of the piece in it."""

    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """The span of the piece."""
        return self.start, self.end

    @property
    def piece(self) -> str:
        """The text between the markers."""
        return self.text[self.start : self.end]


def usable_styles(query: AnswerQuery, styles: tuple[Markers, ...] = STYLES) -> list[Markers]:
    """Return the marker styles in the order in which to try them for an answer."""
    low, high = query.source.window_span(query.window)
    text = query.source.text[low:high]
    clear = [markers for markers in styles if not any(marker in text for marker in markers)]
    # If the left and the right marker are equal ('"'), it is unclear which ones form a pair.
    return clear + [markers for markers in styles if markers not in clear and markers[0] != markers[1]]


def make_request(query: AnswerQuery, markers: Markers) -> MarkerRequest:
    """Put an answer between markers in its window."""
    text = mark_window(query.source.text, query.source.sentences, *query.span, markers)
    return MarkerRequest(text, markers, query.start - query.source.window_span(query.window)[0], query.text)


def parse_translation(translation: str, request: MarkerRequest) -> MarkedTranslation | None:
    """Return the translation without its markers; None when they were lost or moved, or are ambiguous.

    Doubled markers ("[[x]]") and white space inside the markers are accepted. XML-like markers are not: all tags of the
    translation must be those of the request, without attributes, and none within another.
    """
    if tag_name(request.markers) and not has_same_tags(translation, request.text):
        return None
    left, right = (regex.escape(marker) for marker in request.markers)
    pattern = regex.compile(rf"(?:{left})+\s*(.+?)\s*(?:{right})+", regex.DOTALL)
    pairs = list(pattern.finditer(translation))
    sent = list(pattern.finditer(request.text))
    if not pairs or len(pairs) != len(sent):
        return None
    number = next((n for n, match in enumerate(sent) if match.start() == request.start), None)
    if number is None:
        return None
    # Other bracketed texts may have moved, but most of them are numbers, which the engine does not change.
    others = Counter(match[1] for n, match in enumerate(sent) if n != number)
    kept = [pair for pair in pairs if Counter(other[1] for other in pairs if other is not pair) == others]
    pair = kept[0] if len(kept) == 1 else pairs[number]
    before, piece, after = translation[: pair.start()], pair[1], translation[pair.end() :]
    too_long = len(piece) > LONGEST * len(request.answer) + SLACK
    if not piece.strip() or too_long or has_half_a_bracket(piece, request.answer):
        return None
    return MarkedTranslation(before + piece + after, len(before), len(before) + len(piece))


def has_same_tags(translation: str, text: str) -> bool:
    """Return whether two texts have the same tags, letter for letter, whatever their order.

    >>> has_same_tags("<a>x</a> y", "y <a>x</a>"), has_same_tags("<a><a>x</a></a>", "<a>x</a>")
    (True, False)
    """
    return Counter(TAG_LIKE.findall(translation)) == Counter(TAG_LIKE.findall(text))


def has_half_a_bracket(piece: str, answer: str) -> bool:
    """Return whether a piece has an unpaired bracket, which shows that the engine moved or mixed markers."""
    return any(
        (piece.count(left) != piece.count(right)) and answer.count(left) == answer.count(right)
        for left, right in BRACKETS
    )


def transfer(marked: MarkedTranslation, target: TokenizedText, window: Window) -> SpanHint:
    """Return the span of the piece in the clean translation, found through the words that both sentences share.

    Each end of the piece lies between the nearest shared words. If these are not adjacent to it, its position between
    them is interpolated. The share of the hint is Dice's coefficient of the words of both sentences: at 1.0 the two
    sentences are equal, and the span is certain.
    """
    spans = tokens(marked.text)
    low, high = target.window_range(window)
    folded = [fold(marked.text[start:end]) for start, end in spans]
    inside = [n for n, (start, end) in enumerate(spans) if start < marked.span[1] and end > marked.span[0]]
    size = high - low
    pairs = [(-1, -1), *shared_tokens(folded, target.folded[low:high]), (len(folded), size)]
    from_the_end = [(len(folded) - 1 - one, size - 1 - other) for one, other in reversed(pairs)]
    first = interpolate(pairs, inside[0])
    last = size - 1 - interpolate(from_the_end, len(folded) - 1 - inside[-1])
    first = min(max(first, 0), size - 1)
    last = min(max(last, first), size - 1)
    return SpanHint(*target.span_of(low + first, low + last + 1), 2 * (len(pairs) - 2) / (len(folded) + size))


def shared_tokens(one: list[str], other: list[str]) -> list[tuple[int, int]]:
    """Return a longest common subsequence, as pairs of indices in both lists."""
    return [
        (block.src_start + n, block.dest_start + n)
        for block in Indel.opcodes(one, other)
        if block.tag == "equal"
        for n in range(block.src_end - block.src_start)
    ]


def interpolate(pairs: list[tuple[int, int]], at: int) -> int:
    """Return the index in the other list that corresponds to token `at`, the first of a piece.

    pairs: the indices of the shared tokens in both lists, in order.
    """
    before = max((pair for pair in pairs if pair[0] < at), key=lambda pair: pair[0])
    after = min((pair for pair in pairs if pair[0] >= at), key=lambda pair: pair[0])
    between = after[0] - before[0] - 1
    if between == 0:
        return after[1]
    share = (at - before[0] - 1) / between
    return before[1] + 1 + round(share * (after[1] - before[1] - 1))
