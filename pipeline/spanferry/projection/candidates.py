"""The data types of projection: the answer to find, the candidates for its span, and hints about its position."""

from spanferry.projection.tokenized import TokenizedText, Window
from spanferry.projection.windows import find_window
from spanferry.records import Method, Record, Span


class AnswerQuery(Record, frozen=True, gc=False):
    """An answer to find: its span in the source, and its translation.

    window: the sentences that contain it. translation: the translation of the answer on its own, or None.
    """

    source: TokenizedText
    start: int
    text: str
    window: Window
    translation: str | None

    @property
    def span(self) -> Span:
        """The span of the answer in the source."""
        return self.start, self.start + len(self.text)


class Candidate(Record, frozen=True, gc=False):
    """A possible span in the target. score: its similarity to the evidence, 0 to 1."""

    start: int
    end: int
    method: Method
    score: float

    @property
    def span(self) -> Span:
        """The span in the target."""
        return self.start, self.end


class SpanHint(Record, frozen=True, gc=False):
    """The span in the target to which markers point.

    share: the reliability of the hint, 0 to 1: the share of the words that match.
    """

    start: int
    end: int
    share: float

    @property
    def span(self) -> Span:
        """The span in the target."""
        return self.start, self.end


def make_query(source: TokenizedText, start: int, text: str, translation: str | None) -> AnswerQuery:
    """Return the query for an answer, without the white space at its ends."""
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return AnswerQuery(source, start, text, find_window(source.sentences, start, start + len(text)), translation)


def is_at(context: str, start: int, text: str) -> bool:
    """Return whether a text is not blank and occurs at this offset of its context."""
    return bool(text.strip()) and start >= 0 and context[start : start + len(text)] == text


def overlap(one: Span, other: Span) -> float:
    """Return the overlap of two spans: Dice's coefficient of their characters, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * max(shared, 0) / max(one[1] - one[0] + other[1] - other[0], 1)
