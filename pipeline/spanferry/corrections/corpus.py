"""Apply people's corrections to the tables of a corpus.

    layout, paragraphs, spans, translations of questions, files ──correct_corpus()──> CorrectedCorpus

Corrections are about what a person saw. An item whose texts or span have changed since is left as the build has it,
and is counted and listed. Files are applied in order. A later one may be about the result of the earlier ones.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from msgspec import Struct, structs

from spanferry.arrow import from_table, to_table
from spanferry.corrections.applying import FindAgain, Matched, Outcome, apply_file
from spanferry.corrections.files import PlacedItem
from spanferry.corrections.versions import History, Version
from spanferry.errors import InputError
from spanferry.files import read_json, write_json
from spanferry.loss_figures import CorrectionFigures, OutdatedItem, SampleCounts
from spanferry.projection.api import locate_answer
from spanferry.records import Placement, Reason, SourceParagraph, SpanRow, Split, Verdict
from spanferry.selection import QuestionKey, find_owners, flatten_questions

TranslateQuestion = Callable[[str, str, str], str | None]
"""(split, question id, question) -> its translation, None if it has none."""


class CorrectedContext(Struct, frozen=True):
    """A context that a person corrected. row: its layout row."""

    row: int
    context: str


class CorrectedQuestion(Struct, frozen=True):
    """The translation of a question that a person corrected."""

    split: Split
    id: str
    text: str


class ReviewedQuestion(Struct, frozen=True):
    """A question about which people said something that applies."""

    split: Split
    id: str


class CorrectionRecord(Struct, frozen=True):
    """The content of corrected.json, which stage clean writes.

    figures: None when the corpus has no corrections. outdated: the items that were not applied. samples: the verdicts
    on random samples. contexts, questions: the corrected texts. reviewed: what need not be reviewed again.
    """

    figures: CorrectionFigures | None = None
    outdated: tuple[OutdatedItem, ...] = ()
    samples: tuple[SampleCounts, ...] = ()
    contexts: tuple[CorrectedContext, ...] = ()
    questions: tuple[CorrectedQuestion, ...] = ()
    reviewed: tuple[ReviewedQuestion, ...] = ()


@dataclass(frozen=True)
class CorrectedCorpus:
    """The tables of a corpus with corrections.

    paragraphs, spans: rows of TargetParagraph and SpanRow. questions: the corrected translations. dropped: questions
    without an answer that are judged wrong.
    """

    paragraphs: pa.Table
    spans: pa.Table
    questions: Mapping[QuestionKey, str] = field(default_factory=dict)
    dropped: Mapping[QuestionKey, Reason] = field(default_factory=dict)
    record: CorrectionRecord = field(default_factory=CorrectionRecord)


def correct_corpus(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    translate: TranslateQuestion,
    files: Sequence[Sequence[PlacedItem]],
    find_again: FindAgain,
) -> CorrectedCorpus:
    """Apply the files of corrections, in order.

    Raises InputError when two of their items contradict each other, or a file is about another corpus.
    """
    questions = flatten_questions(layout)
    keys = list(zip(questions["split"].to_pylist(), questions["id"].to_pylist(), strict=True))
    check_corpus(set(keys), files)
    wanted = {(item.said.split, item.said.question_id) for items in files for item in items}
    chosen = np.fromiter((key in wanted for key in keys), bool, len(keys))
    histories = read_histories(layout, paragraphs, spans, translate, questions, chosen)
    by_question = {
        (each.latest.source.split, id_): row for row, each in histories.items() for id_ in each.latest.questions
    }
    outcome = Outcome()
    outdated: list[OutdatedItem] = []
    reviewed: set[tuple[Split, str]] = set()
    verdicts: dict[tuple[str, str, tuple[int, ...]], tuple[Verdict, bool]] = {}
    for items in files:
        matched: dict[int, list[Matched]] = {}
        for item in items:
            row = by_question.get((item.said.split, item.said.question_id))
            found = None if row is None else histories[row].find(item)
            if row is None or found is None:
                outdated.append(OutdatedItem(item.place, item.said.split, item.said.question_id))
                continue
            matched.setdefault(row, []).append(Matched(item, *found))
            reviewed.add((item.said.split, item.said.question_id))
            if item.is_random and item.said.verdict:
                key = (item.said.split, item.said.question_id, found[1].rows)
                verdicts[key] = item.said.verdict, histories[row].latest.is_impossible(item.said.question_id)
        for row, each in sorted(matched.items()):
            apply_file(histories[row], each, find_again, outcome)
    total = sum(map(len, files))
    figures = CorrectionFigures(
        items=total,
        applied=total - len(outdated),
        outdated=len(outdated),
        spans=outcome.spans,
        questions=outcome.questions,
        contexts=outcome.contexts,
        dropped=outcome.dropped,
        found_again=outcome.found_again,
        lost=outcome.lost,
    )
    record = CorrectionRecord(
        figures=figures,
        outdated=tuple(outdated),
        samples=tuple(count_samples(verdicts.values())),
        reviewed=tuple(ReviewedQuestion(split, id_) for split, id_ in sorted(reviewed)),
    )
    return collect(paragraphs, spans, histories, record)


def check_corpus(known: Set[QuestionKey], files: Sequence[Sequence[PlacedItem]]) -> None:
    """Raise InputError for a file without any question of this corpus. known: its questions."""
    for items in filter(None, files):
        if not any((item.said.split, item.said.question_id) in known for item in items):
            raise InputError(
                f"{items[0].file}: it belongs to another corpus: none of its {len(items):,} items is about a question "
                "of this one; name it in `corrections` of its own corpus"
            )


def read_histories(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    translate: TranslateQuestion,
    questions: pa.Table,
    chosen: npt.NDArray[np.bool_],
) -> dict[int, History]:
    """Read the paragraphs that have one of the chosen questions, by layout row. questions: those of the layout."""
    owners = questions["paragraph"].to_numpy()
    rows = sorted(set(owners[chosen].tolist()))
    contexts = paragraphs["context"].take(pa.array(rows, pa.int64())).to_pylist()
    sources = from_table(layout.take(pa.array(rows, pa.int64())), SourceParagraph)
    span_rows = np.flatnonzero(np.isin(owners[find_owners(questions, spans)], rows))
    records = from_table(spans.take(pa.array(span_rows)), SpanRow)
    by_paragraph: dict[tuple[str, int, int], dict[int, SpanRow]] = {}
    for number, record in zip(span_rows.tolist(), records, strict=True):
        by_paragraph.setdefault((record.split, record.article, record.paragraph), {})[number] = record
    histories: dict[int, History] = {}
    for row, source, context in zip(rows, sources, contexts, strict=True):
        if context is None:
            continue
        texts = {
            each.id: translate(source.split, each.id, each.question) for each in source.questions if not each.reason
        }
        version = Version(
            source=source,
            context=context,
            questions={id_: text for id_, text in texts.items() if text is not None},
            spans=by_paragraph.get((source.split, source.article, source.paragraph), {}),
        )
        histories[row] = History([version])
    return histories


def collect(
    paragraphs: pa.Table,
    spans: pa.Table,
    histories: Mapping[int, History],
    record: CorrectionRecord,
) -> CorrectedCorpus:
    """Return the tables with the latest version of each paragraph. record: all but its texts."""
    contexts: list[CorrectedContext] = []
    questions: list[CorrectedQuestion] = []
    changed: dict[int, SpanRow] = {}
    dropped: dict[QuestionKey, Reason] = {}
    for row, history in sorted(histories.items()):
        first, latest = history.versions[0], history.latest
        split = latest.source.split
        if latest.context != first.context:
            contexts.append(CorrectedContext(row, latest.context))
        questions += [
            CorrectedQuestion(split, id_, text)
            for id_, text in latest.questions.items()
            if text != first.questions[id_]
        ]
        changed |= {number: span for number, span in latest.spans.items() if span != first.spans[number]}
        dropped |= dict.fromkeys(((split, id_) for id_ in latest.dropped), Reason.JUDGED_WRONG)
    return CorrectedCorpus(
        paragraphs=with_contexts(paragraphs, contexts),
        spans=with_rows(spans, changed),
        questions={(question.split, question.id): question.text for question in questions},
        dropped=dropped,
        record=structs.replace(record, contexts=tuple(contexts), questions=tuple(questions)),
    )


def with_contexts(paragraphs: pa.Table, contexts: Sequence[CorrectedContext]) -> pa.Table:
    """Return paragraphs (TargetParagraph) with corrected contexts. Their sentences are those of the former contexts."""
    if not contexts:
        return paragraphs
    texts = {each.row: each.context for each in contexts}
    corrected = [texts.get(row, text) for row, text in enumerate(paragraphs["context"].to_pylist())]
    column = paragraphs.schema.get_field_index("context")
    return paragraphs.set_column(column, paragraphs.schema.field(column), pa.array(corrected, pa.string()))


def with_rows(spans: pa.Table, changed: Mapping[int, SpanRow]) -> pa.Table:
    """Return spans (SpanRow) with these rows in place of those with the same numbers."""
    if not changed:
        return spans
    order = np.arange(len(spans))
    order[list(changed)] = len(spans) + np.arange(len(changed))
    return pa.concat_tables([spans, to_table(list(changed.values()), SpanRow)]).take(pa.array(order)).combine_chunks()


def count_samples(verdicts: Iterable[tuple[Verdict, bool]]) -> list[SampleCounts]:
    """Count the verdicts on random samples, by whether the question has an answer."""
    counts = Counter(verdicts)
    return [
        SampleCounts(
            unit="no_answer" if is_impossible else "has_answer",
            right=counts[Verdict.RIGHT, is_impossible],
            extent=counts[Verdict.EXTENT, is_impossible],
            wrong=counts[Verdict.WRONG, is_impossible],
        )
        for is_impossible in (False, True)
        if any(counts[verdict, is_impossible] for verdict in Verdict)
    ]


def make_finder(languages: tuple[str, str], min_confidence: float) -> FindAgain:
    """Return a function that finds an answer again in a corrected context, by the words of its former span.

    languages: codes of source and target. min_confidence: the least probability of a span.
    """

    def find(source: SourceParagraph, context: str, row: SpanRow) -> Placement | Reason:
        assert row.placement is not None
        found = locate_answer(
            source.context, row.source_start, row.source_text, context, row.placement.text, *languages
        )
        if found is None:
            return Reason.NOT_FOUND
        if found.probability < min_confidence:
            return Reason.LOW_CONFIDENCE
        return Placement(found.text, found.start, found.method, 1.0, found.probability, 1, 1)

    return find


def read_corrections(path: Path) -> CorrectionRecord:
    """Read corrected.json. Raises InputError."""
    return read_json(path, CorrectionRecord, "not what stage clean writes: {}; build it again with `dvc repro`")


def write_corrections(record: CorrectionRecord, path: Path) -> None:
    """Write corrected.json. Equal records give equal bytes."""
    write_json(path, record)
