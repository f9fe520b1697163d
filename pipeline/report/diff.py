"""Two builds of a corpus compared answer by answer: what was gained, lost, moved."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.errors import InputError
from pipeline.report.terminal import clip
from pipeline.report.wording import number, plural

CHANGES = {
    "gained": "kept only in B",
    "lost": "kept only in A",
    "moved": "kept in both, at another place",
    "reworded": "kept in both, with another text",
    "regrounded": "lost in both, for another reason",
    "same": "the same in both",
    "only_a": "in the source of A only",
    "only_b": "in the source of B only",
}
KEY = ("split", "question_id", "field", "index")
SEEN = ("source_text", "translation", "text", "start", "method", "reason")

Row = dict[str, Any]


def compare(a: pa.Table, b: pa.Table) -> dict[str, list[Row]]:
    """Two builds' spans -> change -> its answers, each {split, question_id, field, index, a, b}.

    a, b: kept and rejected rows of each. The sides hold the columns of SEEN; None where an answer is
    not in that build's source. With two translators the paragraphs differ, and so do places and texts.
    """
    ours, theirs = _by_key(a), _by_key(b)
    found: dict[str, list[Row]] = {change: [] for change in CHANGES}
    for key in dict.fromkeys([*ours, *theirs]):
        one, two = ours.get(key), theirs.get(key)
        found[_change(one, two)].append({**dict(zip(KEY, key, strict=True)), "a": one, "b": two})
    if len(found["only_a"]) == len(ours):
        raise InputError("these two builds have no answer in common; are they of one corpus?")
    return found


def _by_key(spans: pa.Table) -> dict[tuple, Row]:
    order = pc.sort_indices(spans, [(name, "descending" if name == "split" else "ascending") for name in KEY])
    ordered = spans.take(order)
    keys = zip(*(ordered[name].to_pylist() for name in KEY), strict=True)
    return dict(zip(keys, ordered.select(SEEN).to_pylist(), strict=True))


def _change(one: Row | None, two: Row | None) -> str:
    if one is None or two is None:
        return "only_b" if one is None else "only_a"
    kept = one["reason"] is None, two["reason"] is None
    if kept == (False, False):
        return "same" if one["reason"] == two["reason"] else "regrounded"
    if kept != (True, True):
        return "gained" if kept[1] else "lost"
    if one["text"] != two["text"]:
        return "reworded"
    return "same" if one["start"] == two["start"] else "moved"


def tell(found: dict[str, list[Row]], examples: int) -> Iterator[str]:
    """The lines of `spanferry loss diff`: how many of each change, and the first examples of those that matter."""
    for change, rows in found.items():
        if rows:
            yield f"{change:<11}{number(len(rows)):>9}  {CHANGES[change]}"
    for change in ("gained", "lost", "moved", "reworded", "regrounded"):
        rows = found[change]
        if rows and examples:
            yield from ("", f"{change}: {plural(len(rows), 'answer')}")
            for row in rows[:examples]:
                yield f"  {row['question_id']} “{clip(row['a']['source_text'])}”: {_side(row['a'])} | {_side(row['b'])}"


def _side(row: Row) -> str:
    return row["reason"] if row["text"] is None else f"“{clip(row['text'])}” at {row['start']}, {row['method']}"
