"""The signals of the questions of a paragraph that need nothing but this paragraph.

    CheckJob (paragraph, translation, answers) ──measure_paragraph──> MeasuredParagraph (one Measures a question)

A question depends on the text of itself and of its window: the sentences that have the source answers, paired with the
target sentences that have the spans. The other sentences of the paragraph are its rest.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain

from spanferry.projection.grouping import TargetText
from spanferry.projection.locate import source_text, tokenize_target
from spanferry.projection.tokenized import TokenizedText, Window
from spanferry.projection.windows import find_window
from spanferry.quality.asking import has_mark, has_question_word
from spanferry.quality.pairs import PairChecker, PairMeasures
from spanferry.records import Field, Kind, Record, Signal, SourceParagraph, SourceQuestion, Span, Split

WindowPair = tuple[Window, Window]
"""The sentences of an answer in the source, and those of its span in the target."""
MERGED, MERGED_WITH_OTHER_ANSWER = 0.5, 0.0


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
    """Words in a row that the translation of a text left as they were."""

    text: Text
    words: tuple[str, ...]


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


class MeasuredParagraph(Record, frozen=True, gc=False):
    """The measures of a paragraph's questions, and what they add to what is usual in the corpus.

    question_lengths, sentence_lengths: `log_length` of each text. words: of the source. seen, kept: the number of its
    texts and of their translations that have the word.
    """

    items: tuple[Measures, ...]
    question_lengths: tuple[float, ...] = ()
    sentence_lengths: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    seen: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()


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


def measure_paragraph(job: CheckJob, checker: PairChecker) -> MeasuredParagraph:
    """Measure the questions of a paragraph."""
    texts = ParagraphTexts.of(job)
    if texts is None:
        items = tuple(Measures(job.source.split, question.id, judged=False) for question in job.source.questions)
        return MeasuredParagraph(items)
    pairs = PairCache(texts, checker)
    sentences = [((n, n), (n, n)) for n in range(len(texts.target.sentences))]
    sentence_measures = {pair: pairs.measure(pair) for pair in sentences}
    merged = find_merged(job)
    asked = [
        None if translation is None else checker.measure(question.question, translation, Kind.QUESTION)
        for question, translation in zip(job.source.questions, job.questions, strict=True)
    ]
    items = [
        measure_question(question, translation, measures, name, texts, pairs, sentence_measures, merged, checker)
        for question, translation, measures, name in zip(
            job.source.questions, job.questions, asked, job.names, strict=True
        )
    ]
    of_texts = [*filter(None, asked), *sentence_measures.values()]
    seen = Counter(chain.from_iterable(measures.words.seen for measures in of_texts))
    kept = Counter(chain.from_iterable(measures.words.kept for measures in of_texts))
    return MeasuredParagraph(
        tuple(items),
        tuple(measures.log_length for measures in asked if measures),
        tuple(measures.log_length for measures in sentence_measures.values()),
        tuple(sorted(seen)),
        tuple(seen[word] for word in sorted(seen)),
        tuple(kept[word] for word in sorted(seen)),
    )


@dataclass(frozen=True)
class PairCache:
    """The measures of the windows of a paragraph, each computed once."""

    texts: ParagraphTexts
    checker: PairChecker

    @cached_property
    def _measures(self) -> dict[WindowPair, PairMeasures]:
        return {}

    def measure(self, windows: WindowPair) -> PairMeasures:
        """Return the measures of a window and its translation."""
        if windows not in self._measures:
            self._measures[windows] = self.checker.measure(*self.texts.texts_of(windows), Kind.SENTENCE)
        return self._measures[windows]


def measure_question(
    question: SourceQuestion,
    translation: str | None,
    asked: PairMeasures | None,
    name: str | None,
    texts: ParagraphTexts,
    pairs: PairCache,
    sentences: dict[WindowPair, PairMeasures],
    merged: dict[str, float],
    checker: PairChecker,
) -> Measures:
    """Measure a question. sentences: the measures of all sentences of its paragraph."""
    split = texts.job.source.split
    answers = texts.answers.get(question.id, [])
    placed = [answer for answer in answers if answer.span is not None]
    if question.reason or translation is None or asked is None or not (placed or question.is_impossible):
        return Measures(split, question.id, judged=False)
    windows = texts.windows(question)
    own = texts.pairs_of(windows)
    window = [pairs.measure(pair) for pair in own]
    touched = touched_sentences(own)
    rest = [measures for pair, measures in sentences.items() if pair[0][0] not in touched]
    counted = [answer for answer in placed if answer.field is Field.ANSWERS]
    moved = [source != target for source, target in windows]
    of_text = [(Text.QUESTION, asked), *((Text.WINDOW, each) for each in window), *((Text.REST, each) for each in rest)]
    notes = [
        *(
            SignalNote(Signal.REST_SOUND if text is Text.REST else signal, f"{text} {note}.")
            for text, each in of_text
            for signal, note in each.notes
        ),
        *question_notes(question, name, merged, any(moved)),
    ]
    return Measures(
        split,
        question.id,
        judged=True,
        span_sure=mean([answer.probability or 0.0 for answer in counted]) if counted else None,
        same_sentence=None if not placed else float(not any(moved)),
        same_numbers=min(each.numbers for each in (asked, *window)),
        intact=min(each.intact for each in (asked, *window)),
        same_names=float(name is None),
        distinct=merged.get(question.id, 1.0),
        has_mark=has_mark(translation) if has_mark(question.question) else None,
        has_word=has_question_word(translation, checker.target)
        if checker.target.question_words and has_question_word(question.question, checker.source)
        else None,
        unchanged=tuple(UnchangedRun(text, each.words.run) for text, each in of_text if each.words.run),
        question_length=asked.log_length,
        shortest=min((each.log_length for each in window), default=None),
        longest=max((each.log_length for each in window), default=None),
        rest_numbers=min((each.numbers for each in rest), default=None),
        rest_intact=min((each.intact for each in rest), default=None),
        rest_shortest=min((each.log_length for each in rest), default=None),
        rest_longest=max((each.log_length for each in rest), default=None),
        notes=tuple(dict.fromkeys(notes)),
    )


def touched_sentences(windows: Sequence[WindowPair]) -> set[int]:
    """Return the sentences that are in one of the windows, in the source or in the target."""
    return {sentence for window in windows for low, high in window for sentence in range(low, high + 1)}


def mean(values: Sequence[float]) -> float:
    """Return the mean of at least one value."""
    return sum(values) / len(values)


def question_notes(
    question: SourceQuestion, name: str | None, merged: dict[str, float], moved: bool
) -> Iterator[SignalNote]:
    """Yield what speaks against a question besides its texts."""
    if moved:
        yield SignalNote(Signal.SAME_SENTENCE, "The span is in another sentence than the answer of the source.")
    if name is not None:
        yield SignalNote(Signal.SAME_NAMES, name)
    if (value := merged.get(question.id)) is not None:
        has = " and has another answer" if value == MERGED_WITH_OTHER_ANSWER else ""
        yield SignalNote(Signal.DISTINCT, f"Another question of the paragraph became the same{has}.")


def find_merged(job: CheckJob) -> dict[str, float]:
    """Return `distinct` of each question whose translation another question of the paragraph has as well.

    Questions that are the same in the source do not count.
    """
    translated: dict[str, dict[str, list[str]]] = {}
    for question, translation in zip(job.source.questions, job.questions, strict=True):
        if translation is not None:
            of_text = translated.setdefault(translation.strip().casefold(), {})
            of_text.setdefault(question.question.strip().casefold(), []).append(question.id)
    answers: dict[str, Counter[str]] = {}
    for answer in job.answers:
        if answer.field is Field.ANSWERS and answer.text is not None:
            answers.setdefault(answer.question_id, Counter())[answer.text] += 1
    merged: dict[str, float] = {}
    for sources in translated.values():
        if len(sources) > 1:
            ids = [id_ for each in sources.values() for id_ in each]
            differ = len({frozenset(answers.get(id_, ())) for id_ in ids}) > 1
            merged |= dict.fromkeys(ids, MERGED_WITH_OTHER_ANSWER if differ else MERGED)
    return merged
