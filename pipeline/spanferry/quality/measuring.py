"""The signals of the questions of a paragraph that need nothing but this paragraph.

CheckJob (paragraph, translation, answers) ──measure_paragraphs──> MeasuredBatch (one Measures a question)
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from spanferry.quality.asking import has_mark
from spanferry.quality.items import (
    CheckJob,
    MeasuredBatch,
    Measures,
    ParagraphTexts,
    SignalNote,
    Text,
    UnchangedRun,
    WindowPair,
    touched_sentences,
)
from spanferry.quality.pairs import PairChecker, PairMeasures
from spanferry.records import Field, Kind, Signal, SourceQuestion

MERGED, MERGED_WITH_OTHER_ANSWER = 0.5, 0.0


def measure_paragraphs(jobs: Sequence[CheckJob], checker: PairChecker) -> MeasuredBatch:
    """Measure the questions of paragraphs."""
    items: list[Measures] = []
    questions: list[PairMeasures] = []
    sentences: list[PairMeasures] = []
    for job in jobs:
        if (texts := ParagraphTexts.of(job)) is None:
            items += [Measures(job.source.split, question.id, judged=False) for question in job.source.questions]
            continue
        pairs = PairCache(texts, checker)
        sentences += pairs.sentences.values()
        merged = find_merged(job)
        for question, translation, name in zip(job.source.questions, job.questions, job.names, strict=True):
            asked = None
            if translation is not None:
                asked = checker.measure(question.question, translation, Kind.QUESTION)
                questions.append(asked)
            items.append(measure_question(question, translation, asked, name, texts, pairs, merged))
    of_texts = [measures.words for measures in (*questions, *sentences)]
    seen = Counter(chain.from_iterable(words.seen for words in of_texts))
    kept = Counter(chain.from_iterable(words.kept for words in of_texts))
    return MeasuredBatch(
        len(jobs),
        tuple(items),
        tuple(measures.log_length for measures in questions),
        tuple(measures.log_length for measures in sentences),
        tuple(seen),
        tuple(seen.values()),
        tuple(map(kept.__getitem__, seen)),
        sum(words.capitals for words in of_texts),
        sum(words.kept_capitals for words in of_texts),
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

    @cached_property
    def sentences(self) -> dict[int, PairMeasures]:
        """The measures of each sentence with the one in its place, by its number."""
        return {n: self.measure(((n, n), (n, n))) for n in range(len(self.texts.target.sentences))}

    @cached_property
    def _rests(self) -> dict[frozenset[int], "Rest"]:
        return {}

    def measure_rest(self, touched: frozenset[int]) -> "Rest":
        """Return the worst of all sentences but these. Most questions of a paragraph share a few such sets."""
        if touched not in self._rests:
            self._rests[touched] = Rest.of([each for n, each in self.sentences.items() if n not in touched])
        return self._rests[touched]


@dataclass(frozen=True)
class Rest:
    """The worst measures of the sentences without an answer, None without such sentences. unchanged, notes: of all."""

    numbers: float | None
    intact: float | None
    shortest: float | None
    longest: float | None
    unchanged: tuple[UnchangedRun, ...]
    notes: tuple[SignalNote, ...]

    @classmethod
    def of(cls, sentences: Sequence[PairMeasures]) -> "Rest":
        """Summarise the measures of sentences."""
        lengths = [each.log_length for each in sentences]
        return cls(
            numbers=min((each.numbers for each in sentences), default=None),
            intact=min((each.intact for each in sentences), default=None),
            shortest=min(lengths, default=None),
            longest=max(lengths, default=None),
            unchanged=tuple(list_unchanged(Text.REST, sentences)),
            notes=tuple(list_notes(Text.REST, sentences)),
        )


def list_unchanged(text: Text, measures: Iterable[PairMeasures]) -> Iterator[UnchangedRun]:
    """Yield what the translations of some texts left as it was."""
    return (UnchangedRun(text, each.words.run, each.words.names) for each in measures if each.words.run)


def list_notes(text: Text, measures: Iterable[PairMeasures]) -> Iterator[SignalNote]:
    """Yield what speaks against the translations of some texts. For the rest, it is one signal."""
    for each in measures:
        for signal, note in each.notes:
            yield SignalNote(Signal.REST_SOUND if text is Text.REST else signal, f"{text} {note}.")


def measure_question(
    question: SourceQuestion,
    translation: str | None,
    asked: PairMeasures | None,
    name: str | None,
    texts: ParagraphTexts,
    pairs: PairCache,
    merged: dict[str, float],
) -> Measures:
    """Measure a question."""
    split = texts.job.source.split
    answers = texts.answers.get(question.id, [])
    placed = [answer for answer in answers if answer.span is not None]
    if question.reason or translation is None or asked is None or not (placed or question.is_impossible):
        return Measures(split, question.id, judged=False)
    windows = texts.windows(question)
    own = texts.pairs_of(windows)
    window = [pairs.measure(pair) for pair in own]
    rest = pairs.measure_rest(touched_sentences(own))
    counted = [answer for answer in placed if answer.field is Field.ANSWERS]
    moved = [source != target for source, target in windows]
    notes = [
        *list_notes(Text.QUESTION, [asked]),
        *list_notes(Text.WINDOW, window),
        *rest.notes,
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
        has_word=asked.has_word,
        unchanged=(
            *list_unchanged(Text.QUESTION, [asked]),
            *list_unchanged(Text.WINDOW, window),
            *rest.unchanged,
        ),
        question_length=asked.log_length,
        shortest=min((each.log_length for each in window), default=None),
        longest=max((each.log_length for each in window), default=None),
        rest_numbers=rest.numbers,
        rest_intact=rest.intact,
        rest_shortest=rest.shortest,
        rest_longest=rest.longest,
        notes=tuple(dict.fromkeys(notes)),
    )


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
