"""The records of checks: what is measured (CheckJob), and the measures (Measures).

A question depends on the text of itself and of its window: the sentences that have the source answers, paired with the
target sentences that have the spans. The other sentences of the paragraph are its rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from spanferry.projection.grouping import TargetText
from spanferry.projection.locate import source_text, tokenize_target
from spanferry.projection.tokenized import TokenizedText, Window
from spanferry.projection.windows import find_window
from spanferry.records import Field, Record, Signal, SourceParagraph, SourceQuestion, Span, Split

WindowPair = tuple[Window, Window]
"""The sentences of an answer in the source, and those of its span in the target."""


class AnswerPlace(Record, frozen=True, gc=False):
    """The part of a row of spans (SpanRow) that checks need. text, start, probability: None without a span."""

    question_id: str
    field: Field
    source_text: str
    source_start: int
    text: str | None
    start: int | None
    probability: float | None

    @property
    def source_span(self) -> Span:
        """The span in the source context."""
        return self.source_start, self.source_start + len(self.source_text)

    @property
    def span(self) -> Span | None:
        """The span in the target context, if there is one."""
        return None if self.start is None or self.text is None else (self.start, self.start + len(self.text))


class CheckJob(Record, frozen=True, gc=False):
    """A paragraph with its translation, its answers, and the translation of each of its questions.

    names: for each question, a name that it renders differently from its paragraph, in words.
    """

    source: SourceParagraph
    target: TargetText
    answers: tuple[AnswerPlace, ...]
    questions: tuple[str | None, ...]
    names: tuple[str | None, ...]


class SignalNote(Record, frozen=True, gc=False):
    """What speaks against a question, for one signal: a sentence."""

    signal: Signal
    text: str


class Text(StrEnum):
    """The texts of an item, as a reason names them."""

    QUESTION = "The question"
    WINDOW = "The sentence of its answer"
    REST = "Another sentence"


class UnchangedRun(Record, frozen=True, gc=False):
    """Words in a row that the translation of a text left as they were, and the names among them."""

    text: Text
    words: tuple[str, ...]
    names: tuple[str, ...]


class Measures(Record, frozen=True, gc=False):
    """The measures of a question, before they are compared with what is usual in the corpus.

    judged: False when there is nothing to judge (`QualityRow.judgement`). The signals are as in `Quality`.
    has_mark, has_word: whether the translation has a question mark or word; None if the source has none.
    unchanged: what its texts left as it was.
    question_length, shortest, longest: `PairMeasures.log_length` of the question, and of its window.
    rest_...: the worst of the other sentences.
    """

    split: Split
    question_id: str
    judged: bool
    span_sure: float | None = None
    same_sentence: float | None = None
    same_numbers: float | None = None
    intact: float | None = None
    same_names: float | None = None
    distinct: float | None = None
    has_mark: bool | None = None
    has_word: bool | None = None
    unchanged: tuple[UnchangedRun, ...] = ()
    question_length: float | None = None
    shortest: float | None = None
    longest: float | None = None
    rest_numbers: float | None = None
    rest_intact: float | None = None
    rest_shortest: float | None = None
    rest_longest: float | None = None
    notes: tuple[SignalNote, ...] = ()


class MeasuredBatch(Record, frozen=True, gc=False):
    """The measures of the questions of some paragraphs, and what they add to what is usual in the corpus.

    question_lengths, sentence_lengths: `log_length` of each text. words: of the source. seen, kept: the number of its
    texts and of their translations that have the word. capitals, kept_capitals: `WordComparison`.
    """

    paragraphs: int
    items: tuple[Measures, ...]
    question_lengths: tuple[float, ...]
    sentence_lengths: tuple[float, ...]
    words: tuple[str, ...]
    seen: tuple[int, ...]
    kept: tuple[int, ...]
    capitals: int
    kept_capitals: int


@dataclass(frozen=True)
class ParagraphTexts:
    """A paragraph as texts with paired sentences."""

    job: CheckJob
    source: TokenizedText
    target: TokenizedText

    @classmethod
    def of(cls, job: CheckJob) -> "ParagraphTexts | None":
        """Pair the sentences of a paragraph; None if it has no translation."""
        target = tokenize_target(job.target)
        if target is None or not target.sentences:
            return None
        return cls(job, source_text(job.source.context, job.source.sentences, target), target)

    @cached_property
    def answers(self) -> dict[str, list[AnswerPlace]]:
        """The answers of each question."""
        answers: dict[str, list[AnswerPlace]] = {}
        for answer in self.job.answers:
            answers.setdefault(answer.question_id, []).append(answer)
        return answers

    def windows(self, question: SourceQuestion) -> list[WindowPair]:
        """Return the windows of a question, each once: those of its spans, or without a span those of its answers."""
        answers = self.answers.get(question.id, [])
        placed = [answer for answer in answers if answer.span is not None] or answers
        return list(dict.fromkeys(self.window_of(answer) for answer in placed))

    def window_of(self, answer: AnswerPlace) -> WindowPair:
        """Return the sentences of an answer and of its span; without a span, the translation of its sentences."""
        window = find_window(self.source.sentences, *answer.source_span)
        return window, window if answer.span is None else find_window(self.target.sentences, *answer.span)

    def texts_of(self, windows: WindowPair) -> tuple[str, str]:
        """Return the texts of a window in the source and in the target."""
        return (
            self.source.text[slice(*self.source.window_span(windows[0]))],
            self.target.text[slice(*self.target.window_span(windows[1]))],
        )

    def pairs_of(self, windows: Sequence[WindowPair]) -> list[WindowPair]:
        """Return windows whose sentences correspond as single sentences, the others as they are."""
        pairs: list[WindowPair] = []
        for source, target in windows:
            single = [((n, n), (n, n)) for n in range(source[0], source[1] + 1)]
            pairs += single if source == target else [(source, target)]
        return list(dict.fromkeys(pairs))


def touched_sentences(windows: Sequence[WindowPair]) -> frozenset[int]:
    """Return the sentences that are in one of the windows, in the source or in the target."""
    return frozenset(sentence for window in windows for low, high in window for sentence in range(low, high + 1))
