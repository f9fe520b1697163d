"""Locate: finds the answers of a paragraph in its translation.

    LocateJob (paragraph, translations) ──> LocatedParagraph (target paragraph, one row per answer)

What is found in a paragraph depends on this paragraph alone. So the result is the same in one process, in several
processes, and on a cluster.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from spanferry.language.scripts import is_east_asian
from spanferry.projection.candidates import Candidate, is_at, make_query
from spanferry.projection.consistency import AnswerKey, reconcile
from spanferry.projection.decision import Decision
from spanferry.projection.grouping import TargetText
from spanferry.projection.ranking import Locator
from spanferry.projection.search import Search
from spanferry.projection.tokenized import TokenizedText
from spanferry.records import (
    CandidateRow,
    Field,
    Method,
    Placement,
    Reason,
    Record,
    SourceAnswer,
    SourceParagraph,
    SourceQuestion,
    Span,
    SpanRow,
    TargetParagraph,
    TextSpan,
)


class LocateJob(Record, frozen=True, gc=False):
    """A source paragraph with its translations, each of which may be None.

    sentences: the translation of each sentence. answers: the translation of each answer, in the order of `answers_of`.
    whole: the translation of the whole context, which is requested when a sentence has none.
    """

    paragraph: SourceParagraph
    sentences: tuple[str | None, ...]
    answers: tuple[str | None, ...]
    whole: str | None


class LocatedParagraph(Record, frozen=True, gc=False):
    """A target paragraph with the rows of its answers, in the order of `answers_of`."""

    paragraph: TargetParagraph
    spans: tuple[SpanRow, ...]


class AnswerPosition(Record, frozen=True, gc=False):
    """An answer of a paragraph, with its question and its position in the question's list `field`."""

    question: SourceQuestion
    field: Field
    index: int
    answer: SourceAnswer

    @property
    def refused(self) -> Reason | None:
        """Why the reader refuses the answer or its question."""
        return self.question.reason or self.answer.reason


def answers_of(paragraph: SourceParagraph) -> Iterator[AnswerPosition]:
    """Yield every answer of a paragraph: question by question, answers before plausible answers."""
    for question in paragraph.questions:
        for field in Field:
            for index, answer in enumerate(question.in_field(field)):
                yield AnswerPosition(question, field, index, answer)


def spans_of(sentences: tuple[TextSpan, ...]) -> tuple[Span, ...]:
    """Return the sentences of a row as (start, end) pairs."""
    return tuple((sentence.start, sentence.end) for sentence in sentences)


@dataclass(frozen=True, slots=True)
class ParagraphSearch:
    """A paragraph in which some answers are still to be chosen by similarity.

    target: None when the paragraph has no translation. positions: of all its answers. answers: the decisions, and the
    searches without one.
    """

    job: LocateJob
    target: TokenizedText | None
    positions: list[AnswerPosition]
    answers: dict[AnswerKey, Decision | Search]


def locate_paragraph(job: LocateJob, locator: Locator) -> LocatedParagraph:
    """Find the answers of a paragraph in its translation."""
    return locate_paragraphs([job], locator)[0]


def locate_paragraphs(jobs: Iterable[LocateJob], locator: Locator) -> list[LocatedParagraph]:
    """Find the answers of paragraphs in their translations. Many at once take less time for each."""
    paragraphs = [search_paragraph(job, locator) for job in jobs]
    searches = [each for paragraph in paragraphs for each in paragraph.answers.values() if isinstance(each, Search)]
    by_similarity = iter(locator.decide_by_similarity(searches))
    located: list[LocatedParagraph] = []
    for paragraph in paragraphs:
        decisions = {
            key: next(by_similarity) if isinstance(answer, Search) else answer
            for key, answer in paragraph.answers.items()
        }
        located.append(locate_answers(paragraph, decisions))
    return located


def search_paragraph(job: LocateJob, locator: Locator) -> ParagraphSearch:
    """Search for the answers of a paragraph, and choose those that occur verbatim."""
    target = join_sentences(job)
    source = source_text(job.paragraph.context, job.paragraph.sentences, target)
    # Several annotators may give the same answer: the same text at the same offset. It is located once.
    answers: dict[AnswerKey, Decision | Search] = {}
    positions = list(answers_of(job.paragraph))
    for position, translation in zip(positions, job.answers, strict=True):
        key = position.answer.start, position.answer.text
        if not position.refused and key not in answers:
            answers[key] = search_answer(source, target, *key, translation, locator)
    return ParagraphSearch(job, target, positions, answers)


def search_answer(
    source: TokenizedText,
    target: TokenizedText | None,
    start: int,
    text: str,
    translation: str | None,
    locator: Locator,
) -> Decision | Search:
    """Locate one answer if it occurs verbatim, or give the reason why this is not possible; else return its search."""
    if not is_at(source.text, start, text):
        return Decision(None, reason=Reason.SOURCE_MISMATCH)
    if target is None:
        return Decision(None, reason=Reason.CONTEXT_UNTRANSLATED)
    search = locator.search(make_query(source, start, text, translation), target)
    return locator.decide_verbatim(search) or search


def locate_answers(paragraph: ParagraphSearch, decisions: Mapping[AnswerKey, Decision]) -> LocatedParagraph:
    """Return a paragraph with the rows of its answers, by the decisions on them."""
    job, target = paragraph.job, paragraph.target
    rows: list[SpanRow] = []
    for position, translation in zip(paragraph.positions, job.answers, strict=True):
        if position.refused:
            decision = Decision(None, reason=position.refused)
        else:
            decision = decisions[position.answer.start, position.answer.text]
        rows.append(span_row(job.paragraph, position, translation, decision, target))
    spans = reconcile(rows, target.text) if target else rows
    return LocatedParagraph(target_paragraph(job.paragraph, target), tuple(spans))


def locate_native(paragraph: SourceParagraph) -> LocatedParagraph:
    """Return the answers of a paragraph that is already in the target language, at their own offsets."""
    target = TokenizedText(paragraph.context, spans_of(paragraph.sentences))
    rows: list[SpanRow] = []
    for position in answers_of(paragraph):
        start, text = position.answer.start, position.answer.text
        decision = Decision(Candidate(start, start + len(text), Method.NATIVE, 1.0), 1, 1)
        if position.refused:
            decision = Decision(None, reason=position.refused)
        elif not is_at(target.text, start, text):
            decision = Decision(None, reason=Reason.SOURCE_MISMATCH)
        rows.append(span_row(paragraph, position, None, decision, target))
    return LocatedParagraph(target_paragraph(paragraph, target), tuple(rows))


def source_text(context: str, sentences: tuple[TextSpan, ...], target: TokenizedText | None) -> TokenizedText:
    """Return a source context with its sentences, or as one sentence if the target was translated as a whole."""
    is_whole = target is not None and len(target.sentences) != len(sentences)
    return TokenizedText(context, ((0, len(context)),) if is_whole else spans_of(sentences))


def tokenize_target(target: TargetText) -> TokenizedText | None:
    """Return the target text of a paragraph; None when it has no translation."""
    return None if target.context is None else TokenizedText(target.context, spans_of(target.sentences))


def join_sentences(job: LocateJob) -> TokenizedText | None:
    """Return the translated sentences of a paragraph as one text; None when there is no translation.

    The white space around and between the sentences is that of the source. From Chinese or Japanese into a language
    with spaces a space is added, and in the other direction it is removed. If a sentence has no translation, that of
    the whole context is used, as one sentence.
    """
    context = job.paragraph.context
    if None in job.sentences:
        return TokenizedText(job.whole, ((0, len(job.whole)),)) if job.whole else None
    parts: list[str] = []
    spans: list[Span] = []
    at = length = 0
    for (start, end), sentence in zip(spans_of(job.paragraph.sentences), job.sentences, strict=True):
        assert sentence is not None
        gap = context[at:start]
        if parts:
            gap = space_between(gap, context[at - 1], parts[-1], sentence)
        parts += [gap, sentence]
        spans.append((length + len(gap), length + len(gap) + len(sentence)))
        length, at = spans[-1][1], end
    return TokenizedText("".join([*parts, context[at:]]), tuple(spans))


def space_between(gap: str, source_end: str, before: str, after: str) -> str:
    """Return the white space between two translated sentences. gap: that of the source, of which line breaks stay."""
    if is_east_asian(source_end):
        return gap or ("" if is_east_asian(before[-1:]) or is_east_asian(after[:1]) else " ")
    return "" if gap == " " and is_east_asian(before[-1:]) else gap


def target_paragraph(paragraph: SourceParagraph, target: TokenizedText | None) -> TargetParagraph:
    """Return the row of a translated paragraph."""
    return TargetParagraph(
        split=paragraph.split,
        article=paragraph.article,
        paragraph=paragraph.paragraph,
        context=target.text if target else None,
        sentences=tuple(TextSpan(start, end) for start, end in target.sentences) if target else (),
    )


def span_row(
    paragraph: SourceParagraph,
    position: AnswerPosition,
    translation: str | None,
    decision: Decision,
    target: TokenizedText | None,
) -> SpanRow:
    """Return the row of an answer."""
    return SpanRow(
        split=paragraph.split,
        article=paragraph.article,
        paragraph=paragraph.paragraph,
        title=paragraph.title,
        question_id=position.question.id,
        field=position.field,
        index=position.index,
        source_text=position.answer.text,
        source_start=position.answer.start,
        translation=translation,
        marked=None,
        placement=placement_of(decision, target),
        reason=decision.reason,
        candidates=candidate_rows(decision, target),
        repair=position.answer.repair,
    )


def placement_of(decision: Decision, target: TokenizedText | None) -> Placement | None:
    """Return the span that a decision has chosen, or None."""
    chosen, probability = decision.chosen, decision.probability
    if target is None or chosen is None or probability is None:
        return None
    return Placement(
        text=target.text[chosen.start : chosen.end],
        start=chosen.start,
        method=chosen.method,
        score=chosen.score,
        probability=probability,
        occurrence=decision.occurrence,
        occurrences=decision.occurrences,
    )


def placed(row: SpanRow, decision: Decision, target: TokenizedText) -> SpanRow:
    """Return a row with the span that a decision has chosen."""
    return replace(
        row, placement=placement_of(decision, target), reason=None, candidates=candidate_rows(decision, target)
    )


def candidate_rows(decision: Decision, target: TokenizedText | None) -> tuple[CandidateRow, ...]:
    """Return the candidates that a decision has not chosen."""
    if target is None:
        return ()
    return tuple(
        CandidateRow(other.start, target.text[other.start : other.end], other.method, other.score)
        for other in decision.alternatives
    )
