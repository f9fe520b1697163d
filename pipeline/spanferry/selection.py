"""Decide which paragraphs, questions and answers of a build are kept, and why the rest is dropped.

    layout, paragraphs, spans, translations ──select()──> Selection ──drop_low_quality()──> Selection
        ──decisions_table()──> decisions.parquet
    layout, decisions, final spans ──restore_selection()──> Selection

Stage `clean` makes the decisions once and writes them to decisions.parquet. Later stages read that file.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import index_of, numpy_of, schema_of
from spanferry.errors import StaleError
from spanferry.records import SOURCE_REASONS, Field, ParagraphDecision, Reason

REASONS = tuple(Reason)
SOURCE_CODES = [REASONS.index(reason) for reason in SOURCE_REASONS]
KEPT = -1  # in arrays of reason codes; any other code is an index into REASONS

QuestionKey = tuple[str, str]
"""(split, question id)."""

NONE_DROPPED: Mapping[QuestionKey, Reason] = {}

PARAGRAPH_KEY = ("split", "article", "paragraph")
"""The columns that identify a paragraph."""


@dataclass(frozen=True)
class Selection:
    """The decision on each paragraph, question and answer of the source. A reason is null where the row is kept.

    paragraphs: the reason of each layout row.
    questions: one row per question: paragraph (its layout row), split, id, question, is_impossible, reason.
    answers: the reason of each spans row; an answer is dropped together with its question, even when it has a span.
    owners: the row of `questions` that each spans row belongs to.
    """

    paragraphs: pa.Array
    questions: pa.Table
    answers: pa.Array
    owners: pa.Array


def select(
    layout: pa.Table,
    paragraphs: pa.Table,
    spans: pa.Table,
    translations: pa.Table | None,
    dropped: Mapping[QuestionKey, Reason] = NONE_DROPPED,
) -> Selection:
    """Decide what is kept.

    What the reader refuses is dropped, with the reason that the layout has. A paragraph is dropped with all its
    questions when its context has no translation. A question is dropped when it has no translation or, if it has
    answers, when no answer has a span. In the second case its reason is that of the answer that got furthest: the
    latest in the order of `Reason`. A question without an answer is kept even when its plausible answer is lost.

    layout, paragraphs, spans: rows of SourceParagraph, TargetParagraph and SpanRow; spans may be in any order.
    translations: rows of TranslationRow, None for a corpus that is already in the target language.
    dropped: questions that are dropped all the same, unless one of these reasons applies.
    Raises InputError when the tables do not come from the same build.
    """
    check_same_paragraphs(layout, paragraphs, "paragraphs")
    questions = flatten_questions(layout)
    owners = find_owners(questions, spans)
    lacks_context = numpy_of(pc.is_null(paragraphs["context"]))
    refused = index_of(questions["refused"], REASONS, KEPT)
    translation_codes = code_untranslated(questions, lacks_context, translations)
    own_codes = np.where(refused != KEPT, refused, translation_codes)
    if dropped:
        own_codes = np.where(own_codes != KEPT, own_codes, code_dropped(questions, dropped))
    answer_codes = index_of(spans["reason"], REASONS, KEPT)
    span_codes = code_by_answers(questions, owners, is_counted(spans), answer_codes)
    inherited = own_codes[owners]
    final = np.isin(answer_codes, SOURCE_CODES) | (inherited == KEPT)
    paragraph_codes = index_of(layout["reason"], REASONS, KEPT)
    untranslated = np.where(lacks_context, REASONS.index(Reason.CONTEXT_UNTRANSLATED), KEPT)
    return Selection(
        paragraphs=to_reasons(np.where(paragraph_codes != KEPT, paragraph_codes, untranslated)),
        questions=questions.drop_columns("refused").append_column(
            "reason", to_reasons(np.where(own_codes != KEPT, own_codes, span_codes))
        ),
        answers=to_reasons(np.where(final, answer_codes, inherited)),
        owners=pa.array(owners),
    )


def drop_low_quality(selection: Selection, quality: pa.Table, min_quality: float, spans: pa.Table) -> Selection:
    """Drop the kept questions with a lower quality than this, and with them their kept answers.

    quality: rows of QualityRow. spans: the rows of SpanRow that the selection refers to. A question without quality
    stays, and so does one that a person has corrected. Raises InputError when the tables are not from the same build.
    """
    questions = selection.questions
    check_same_questions(questions, quality)
    is_low = numpy_of(pc.fill_null(pc.less(quality["quality"], min_quality), False))
    owners = numpy_of(selection.owners)
    is_low[owners[numpy_of(pc.list_value_length(spans["corrected"])) > 0]] = False
    dropped = is_low & numpy_of(pc.is_null(questions["reason"]))
    answers = dropped[owners] & numpy_of(pc.is_null(selection.answers))
    reason = pa.scalar(Reason.LOW_QUALITY.value)
    reasons = pc.if_else(pa.array(dropped), reason, questions["reason"])
    return Selection(
        paragraphs=selection.paragraphs,
        questions=questions.set_column(questions.schema.get_field_index("reason"), "reason", reasons),
        answers=pc.if_else(pa.array(answers), reason, selection.answers),
        owners=selection.owners,
    )


def decisions_table(layout: pa.Table, selection: Selection) -> pa.Table:
    """Return the decisions on paragraphs and questions as rows of ParagraphDecision, one for each layout row."""
    schema = schema_of(ParagraphDecision)
    nested = schema.field("questions").type
    ends = np.cumsum(numpy_of(pc.list_value_length(layout["questions"])))
    columns = [selection.questions[field.name].combine_chunks() for field in nested.value_type]
    questions = pa.StructArray.from_arrays(columns, fields=list(nested.value_type))
    return pa.Table.from_arrays(
        [
            *(layout[name] for name in PARAGRAPH_KEY),
            selection.paragraphs,
            pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), questions, type=nested),
        ],
        schema=schema,
    )


def restore_selection(layout: pa.Table, decisions: pa.Table, spans: pa.Table) -> Selection:
    """Restore the selection from the tables that `clean` wrote.

    decisions: rows of ParagraphDecision. spans: rows of SpanRow, kept and rejected, with their final reasons.
    Raises InputError when the tables do not come from the same build.
    """
    check_same_paragraphs(layout, decisions, "decisions")
    questions = flatten_questions(layout)
    decided = pc.list_flatten(decisions["questions"].combine_chunks())
    if not pc.struct_field(decided, "id").equals(questions["id"].combine_chunks()):
        raise StaleError("layout.parquet and decisions.parquet are from different builds", "segment")
    questions = questions.drop_columns("refused").append_column("reason", pc.struct_field(decided, "reason"))
    owners = find_owners(questions, spans)
    selection = Selection(
        paragraphs=decisions["reason"].combine_chunks(),
        questions=questions,
        answers=spans["reason"].combine_chunks(),
        owners=pa.array(owners),
    )
    check_answers_agree(selection, is_counted(spans))
    return selection


def check_same_paragraphs(layout: pa.Table, table: pa.Table, name: str) -> None:
    """Raise InputError when a table does not have the layout's paragraphs. name: the table's name for the message."""
    if any(not layout[column].equals(table[column]) for column in PARAGRAPH_KEY):
        raise StaleError(f"layout.parquet and {name}.parquet are from different builds", "segment")


def check_same_questions(questions: pa.Table, quality: pa.Table) -> None:
    """Raise InputError when the quality (QualityRow) is not that of these questions."""
    if any(not questions[mine].equals(quality[its]) for mine, its in (("split", "split"), ("id", "question_id"))):
        raise StaleError("layout.parquet and quality.parquet are from different builds", "check")


def check_answers_agree(selection: Selection, counted: np.ndarray) -> None:
    """Raise InputError when a question with answers is kept without any of them, or dropped although one is kept."""
    owners, is_kept = numpy_of(selection.owners), numpy_of(pc.is_null(selection.answers))
    codes = code_by_answers(selection.questions, owners, counted, np.where(is_kept, KEPT, 0))
    disagrees = (codes == KEPT) != numpy_of(pc.is_null(selection.questions["reason"]))
    has_answer = ~numpy_of(selection.questions["is_impossible"])
    if (rows := np.flatnonzero(disagrees & has_answer)).size:
        question = selection.questions["id"][int(rows[0])].as_py()
        raise StaleError(f"decisions.parquet does not fit the answers of question {question!r}", "clean")


def flatten_questions(layout: pa.Table) -> pa.Table:
    """Return one row per question: paragraph (its layout row), split, id, question, is_impossible, refused.

    refused: the reason why the reader refuses it.
    """
    nested = layout["questions"].combine_chunks()
    flat, parents = pc.list_flatten(nested), pc.list_parent_indices(nested)
    return pa.table(
        {
            "paragraph": parents,
            "split": layout["split"].combine_chunks().take(parents),
            **{name: pc.struct_field(flat, name) for name in ("id", "question", "is_impossible")},
            "refused": pc.struct_field(flat, "reason"),
        }
    )


def find_owners(questions: pa.Table, spans: pa.Table) -> np.ndarray:
    """Return the row of each span's question. Ids are unique only within a split.

    Raises InputError when a span's question is not in the layout.
    """
    known = pc.binary_join_element_wise(questions["split"], questions["id"], "/").combine_chunks()
    owners = pc.index_in(pc.binary_join_element_wise(spans["split"], spans["question_id"], "/"), value_set=known)
    if owners.null_count:
        unknown = spans["question_id"].filter(pc.is_null(owners))[0].as_py()
        raise StaleError(f"a span is for question {unknown!r}, which layout.parquet does not have", "segment")
    return numpy_of(owners)


def is_counted(spans: pa.Table) -> np.ndarray:
    """Return a mask of the answers that decide whether their question is kept: all but the plausible ones."""
    return numpy_of(pc.equal(spans["field"], Field.ANSWERS.value))


def code_untranslated(questions: pa.Table, lacks_context: np.ndarray, translations: pa.Table | None) -> np.ndarray:
    """Return the reason code of each question whose context or text has no translation, KEPT for the others."""
    codes = np.full(len(questions), KEPT)
    if translations is not None:
        translated = translations.filter(pc.is_valid(translations["translation"]))["text"].combine_chunks()
        is_translated = numpy_of(pc.is_in(pc.utf8_trim_whitespace(questions["question"]), value_set=translated))
        codes[~is_translated] = REASONS.index(Reason.QUESTION_UNTRANSLATED)
    codes[lacks_context[numpy_of(questions["paragraph"])]] = REASONS.index(Reason.CONTEXT_UNTRANSLATED)
    return codes


def code_dropped(questions: pa.Table, dropped: Mapping[QuestionKey, Reason]) -> np.ndarray:
    """Return the reason code of each question that is in `dropped`, KEPT for the others."""
    keys = zip(questions["split"].to_pylist(), questions["id"].to_pylist(), strict=True)
    found = (dropped.get(key) for key in keys)
    return np.array([KEPT if reason is None else REASONS.index(reason) for reason in found], int)


def code_by_answers(
    questions: pa.Table, owners: np.ndarray, counted: np.ndarray, answer_codes: np.ndarray
) -> np.ndarray:
    """Return the reason code of each question by its answers alone: KEPT if it is impossible or an answer is kept.

    Raises InputError when `spans` has no row for an answerable question.
    """
    furthest = np.full(len(questions), KEPT)
    np.maximum.at(furthest, owners[counted], answer_codes[counted])
    is_kept, has_rows = np.zeros((2, len(questions)), bool)
    is_kept[owners[counted & (answer_codes == KEPT)]] = True
    has_rows[owners[counted]] = True
    is_impossible = numpy_of(questions["is_impossible"])
    if (missing := np.flatnonzero(~is_impossible & ~has_rows)).size:
        question = questions["id"][int(missing[0])].as_py()
        raise StaleError(f"question {question!r} of layout.parquet has no span", "locate")
    return np.where(is_impossible | is_kept, KEPT, furthest)


def to_reasons(codes: np.ndarray) -> pa.Array:
    """Convert reason codes to the reasons' names, null where kept."""
    return pa.array([reason.value for reason in REASONS]).take(pa.array(codes, mask=codes == KEPT))
