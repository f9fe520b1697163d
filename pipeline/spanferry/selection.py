"""What is kept and what is dropped, decided once: `clean` writes it, `loss` counts it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.errors import InputError
from spanferry.records import Field, Reason

REASONS = tuple(Reason)
KEPT = -1  # in arrays of codes; the others index REASONS


@dataclass(frozen=True)
class Selection:
    """What became of each row of the source, in its order; a reason is null where the row was kept.

    paragraphs: the reason of each layout row.
    questions: one row a question: paragraph (its layout row), split, id, question, is_impossible, reason.
    answers: the reason of each spans row (a span that was found goes with its question all the same).
    owners: the questions row that each spans row belongs to.
    """

    paragraphs: pa.Array
    questions: pa.Table
    answers: pa.Array
    owners: pa.Array


def decide(layout: pa.Table, paragraphs: pa.Table, spans: pa.Table, translations: pa.Table | None) -> Selection:
    """Decides what is kept.

    A paragraph goes when its context is untranslated, and takes its questions with it. A question goes
    when it is untranslated or, if it has answers, when none of them was found: then its reason is that
    of the answer that got furthest, the latest in the order of `Reason`. A no-answer question stays
    when its plausible answer is lost.

    layout, paragraphs, spans: tables of those schemas; spans in any order, kept and rejected rows alike.
    translations: None for a corpus that is in its language already. Raises InputError where the tables
    do not belong together.
    """
    for column in ("split", "article", "paragraph"):
        if not layout[column].equals(paragraphs[column]):
            raise InputError("layout and paragraphs: not of the same build; rebuild from segment on")
    questions = _questions(layout)
    owners = _owners(questions, spans)
    contextless = numpy(pc.is_null(paragraphs["context"]))
    whole = _whole(questions, contextless, translations)
    answers = codes(spans["reason"], REASONS)
    own = _own(questions, owners, numpy(pc.equal(spans["field"], Field.ANSWERS.value)), answers)
    return Selection(
        paragraphs=_reasons(np.where(contextless, REASONS.index(Reason.CONTEXT_UNTRANSLATED), KEPT)),
        questions=questions.append_column("reason", _reasons(np.where(whole != KEPT, whole, own))),
        answers=_reasons(np.where(whole[owners] != KEPT, whole[owners], answers)),
        owners=pa.array(owners),
    )


def codes(column: pa.Array | pa.ChunkedArray, words: Sequence[str]) -> np.ndarray:
    """A column of words -> their index in `words`, -1 where null."""
    return numpy(pc.fill_null(pc.index_in(column, value_set=pa.array([str(w) for w in words])), KEPT))


def numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """An Arrow column as numpy array (a copy where it must be)."""
    return column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()


def _questions(layout: pa.Table) -> pa.Table:
    nested = layout["questions"].combine_chunks()
    flat, parents = pc.list_flatten(nested), pc.list_parent_indices(nested)
    return pa.table(
        {
            "paragraph": parents,
            "split": layout["split"].combine_chunks().take(parents),
            **{name: pc.struct_field(flat, name) for name in ("id", "question", "is_impossible")},
        }
    )


def _owners(questions: pa.Table, spans: pa.Table) -> np.ndarray:
    """The row of each span's question; ids are unique within a split only."""
    known = pc.binary_join_element_wise(questions["split"], questions["id"], "/").combine_chunks()
    owners = pc.index_in(pc.binary_join_element_wise(spans["split"], spans["question_id"], "/"), value_set=known)
    if owners.null_count:
        stray = spans["question_id"].filter(pc.is_null(owners))[0].as_py()
        raise InputError(f"spans: question {stray!r} is not in the layout; rebuild from segment on")
    return numpy(owners)


def _whole(questions: pa.Table, contextless: np.ndarray, translations: pa.Table | None) -> np.ndarray:
    """The codes of what takes a question with all its answers."""
    found = np.full(len(questions), KEPT)
    if translations is not None:
        there = translations.filter(pc.is_valid(translations["translation"]))["text"].combine_chunks()
        untranslated = ~numpy(pc.is_in(pc.utf8_trim_whitespace(questions["question"]), value_set=there))
        found[untranslated] = REASONS.index(Reason.QUESTION_UNTRANSLATED)
    found[contextless[numpy(questions["paragraph"])]] = REASONS.index(Reason.CONTEXT_UNTRANSLATED)
    return found


def _own(questions: pa.Table, owners: np.ndarray, counted: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """The codes of questions by their answers alone (`counted`: not the plausible ones)."""
    furthest = np.full(len(questions), KEPT)
    np.maximum.at(furthest, owners[counted], answers[counted])
    kept, asked = np.zeros((2, len(questions)), bool)
    kept[owners[counted & (answers == KEPT)]] = True
    asked[owners[counted]] = True
    impossible = numpy(questions["is_impossible"])
    if (bare := np.flatnonzero(~impossible & ~asked)).size:
        raise InputError(f"spans: none for question {questions['id'][int(bare[0])].as_py()!r}; rebuild from locate on")
    return np.where(impossible | kept, KEPT, furthest)


def _reasons(found: np.ndarray) -> pa.Array:
    return pa.array([reason.value for reason in REASONS]).take(pa.array(found, mask=found == KEPT))
