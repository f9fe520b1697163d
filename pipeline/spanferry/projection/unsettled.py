"""The answers that were not located with certainty, and how their new spans replace the old ones.

An encoder (`link_tables`) and marked translations (`rescue_tables`) locate these answers again.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from spanferry.arrow import numpy_of
from spanferry.projection.consistency import AnswerKey
from spanferry.projection.grouping import SPAN_LISTS, unnest_spans
from spanferry.projection.tokenized import IntArray
from spanferry.records import SOURCE_REASONS, Reason

FINAL = (*SOURCE_REASONS, Reason.SOURCE_MISMATCH, Reason.CONTEXT_UNTRANSLATED)
"""Reasons that no further evidence can change."""


def unsettled_answers(window: pa.Table, below: float) -> tuple[IntArray, list[list[AnswerKey]]]:
    """Return the indices of the paragraphs (ParagraphGroup) with unsettled answers, and these answers, each once.

    An answer is unsettled if its span is less probable than `below`, or missing for a reason that is not FINAL.
    """
    counts = pc.list_value_length(window["spans"]).to_numpy()
    spans = unnest_spans(window["spans"])
    is_translated = numpy_of(pc.is_valid(pc.struct_field(window["target"], "context")))
    unsettled = numpy_of(pc.and_(is_unsettled(spans, below), pa.array(np.repeat(is_translated, counts))))
    owners = np.repeat(np.arange(window.num_rows), counts)[unsettled]
    columns = spans.filter(pa.array(unsettled)).select(["source_start", "source_text"])
    answers: list[AnswerKey] = list(zip(*(column.to_pylist() for column in columns.columns), strict=True))
    rows, starts = np.unique(owners, return_index=True)
    ends = np.append(starts, len(answers))[1:]
    return rows, [
        list(dict.fromkeys(answers[start:end])) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]


def is_unsettled(spans: pa.Table, below: float) -> pa.ChunkedArray:
    """Return, for each answer (SpanRow), whether it is unsettled."""
    can_change = pc.invert(pc.is_in(spans["reason"], value_set=pa.array([reason.value for reason in FINAL])))
    return pc.if_else(pc.is_valid(spans["reason"]), can_change, pc.less(spans["probability"], below))


def replace_spans(window: pa.Table, rows: IntArray, settled: pa.Table) -> pa.Table:
    """Return the spans (SpanRow) of a window in order: those of `settled` at `rows`, the others as they were."""
    lists = pa.chunked_array([*window["spans"].chunks, *settled["spans"].chunks], SPAN_LISTS)
    order = np.arange(window.num_rows)
    order[rows] = window.num_rows + np.arange(len(rows))
    return unnest_spans(lists.take(order))
