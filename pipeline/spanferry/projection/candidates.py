"""The values of projection: the answer to find, the candidates for its span, and hints about where it lies."""

from dataclasses import dataclass

from spanferry.projection.tokenized import TokenizedText, Window
from spanferry.projection.windows import find_window
from spanferry.records import Method, Record, Span


@dataclass(frozen=True)
class AnswerQuery:
    """One answer to find: its place in the source, and its translation.

    window: the sentences that hold it. translation: of the answer on its own, None when there is none.
    """

    source: TokenizedText
    start: int
    text: str
    window: Window
    translation: str | None

    @property
    def span(self) -> Span:
        """The place of the answer in the source."""
        return self.start, self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place in the target, the method that found it, and its similarity to the evidence (0 to 1)."""

    start: int
    end: int
    method: Method
    score: float

    @property
    def span(self) -> Span:
        """The place in the target."""
        return self.start, self.end


class SpanHint(Record, frozen=True, gc=False):
    """The place where other evidence (markers, word alignment) puts the answer, and how far to trust it.

    share: of the words that the evidence rests on, 0 to 1.
    """

    start: int
    end: int
    share: float

    @property
    def span(self) -> Span:
        """The place in the target."""
        return self.start, self.end


def make_query(source: TokenizedText, start: int, text: str, translation: str | None) -> AnswerQuery:
    """Prepare an answer for searching: white space at its ends does not belong to it."""
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return AnswerQuery(source, start, text, find_window(source.sentences, start, start + len(text)), translation)


def is_at(context: str, start: int, text: str) -> bool:
    """Whether a text is not blank and stands at an offset of its context."""
    return bool(text.strip()) and start >= 0 and context[start : start + len(text)] == text


def overlap(one: Span, other: Span) -> float:
    """Return the overlap of two spans: Dice's coefficient of their characters, 0 to 1."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * max(shared, 0) / max(one[1] - one[0] + other[1] - other[0], 1)
