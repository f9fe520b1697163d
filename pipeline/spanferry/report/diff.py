"""Two builds of a corpus compared answer by answer: what was gained, lost, moved."""

from collections import Counter
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from spanferry.errors import InputError
from spanferry.records import Field, Method, Reason
from spanferry.report.terminal import clip, tabulate
from spanferry.report.wording import number, plural

CHANGES = {
    "gained": "kept only in B",
    "lost": "kept only in A",
    "moved": "kept in both, at another place",
    "reworded": "kept in both, with another text",
    "regrounded": "lost in both, for another reason",
    "same": "the same place or reason in both",
    "only_a": "in the source of A only",
    "only_b": "in the source of B only",
}
KEY = ("split", "question_id", "field", "index")
NEAR = 3  # words
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


def totals(found: dict[str, list[Row]]) -> list[tuple[str, int, int]]:
    """(what, how many in A, in B): questions and answers, kept by method and lost by reason, where there are any."""
    rows = [row for rows in found.values() for row in rows]
    a, b = (_tally([(row, row[side]) for row in rows if row[side]]) for side in "ab")
    return [(what, n, b[what]) for what, n in a.items() if n or b[what] or not what.startswith("    ")]


def _tally(side: list[tuple[Row, Row]]) -> dict[str, int]:
    """What is counted of one build -> how many; indented as it is shown."""
    outcomes = Counter(seen["reason"] or seen["method"] for _, seen in side)
    kept = [(row, seen) for row, seen in side if seen["reason"] is None]
    return {
        "questions with an answer": _questions(side),
        "  that have it still": _questions(kept),
        "answers, plausible ones too": len(side),
        "  kept": len(kept),
        **{f"    {method}": outcomes[method] for method in Method},
        "  lost": len(side) - len(kept),
        **{f"    {reason}": outcomes[reason] for reason in Reason},
    }


def _questions(side: list[tuple[Row, Row]]) -> int:
    return len({(row["split"], row["question_id"]) for row, _ in side if row["field"] == Field.ANSWERS})


def tell(found: dict[str, list[Row]], examples: int) -> Iterator[str]:
    """The lines of `spanferry loss diff`: both builds' totals, how many answers changed in which way, examples."""
    table = [["", "A", "B", "change"]]
    table += [[what, number(a), number(b), f"{b - a:+,}" if a != b else "="] for what, a, b in totals(found)]
    yield from (*tabulate(table), "")
    for change, rows in found.items():
        if rows:
            yield f"{change:<11}{number(len(rows)):>9}  {CHANGES[change]}"
    for change in ("gained", "lost", "moved", "reworded", "regrounded"):
        rows = found[change]
        if rows and examples:
            yield from ("", f"{change}: {plural(len(rows), 'answer')}")
            told = dict.fromkeys(map(_example, rows))  # annotators often say the same
            for lines in list(told)[:examples]:
                yield from lines


def _example(row: Row) -> tuple[str, str, str]:
    """One changed answer in three lines: whose it is, what A made of it, what B did."""
    a, b = row["a"], row["b"]
    translation = f" → “{clip(a['translation'])}”" if a["translation"] and a["translation"] == b["translation"] else ""
    texts = (a["text"], b["text"])
    if None not in texts and a["text"] != b["text"]:
        texts = apart(*texts)
    return (
        f"  {row['question_id']} “{clip(a['source_text'])}”{translation}",
        f"    A  {_side(a, texts[0])}",
        f"    B  {_side(b, texts[1])}",
    )


def _side(row: Row, text: str | None) -> str:
    return row["reason"] if text is None else f"“{clip(text)}” at {row['start']}, {row['method']}"


def apart(one: str, two: str) -> tuple[str, str]:
    """Two texts without the words that both begin or end with, but for the NEAR next to where they differ."""
    a, b = one.split(), two.split()
    head = _alike(a, b)
    tail = _alike(a[head:][::-1], b[head:][::-1])
    first, spared = max(head - NEAR, 0), max(tail - NEAR, 0)
    left, right = ["…"] * (first > 0), ["…"] * (spared > 0)
    cut_a, cut_b = (" ".join([*left, *words[first : len(words) - spared], *right]) for words in (a, b))
    return cut_a, cut_b


def _alike(one: list[str], two: list[str]) -> int:
    """How many words two lists both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, two, strict=False)))
