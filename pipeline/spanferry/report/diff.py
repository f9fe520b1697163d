"""Compare two builds of a corpus answer by answer, and list the answers that were gained, lost or moved."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import takewhile

import pyarrow as pa
import pyarrow.compute as pc
from msgspec import Struct

from spanferry.errors import InputError
from spanferry.printing import plural
from spanferry.records import Field, Method, Reason
from spanferry.report.terminal import align_columns, clip_text
from spanferry.report.wording import number

KEY = ("split", "question_id", "field", "index")
CONTEXT_WORDS = 3  # shown on each side of a difference


class ChangeKind(StrEnum):
    """The kinds of difference between an answer in build A and in build B."""

    GAINED = "gained"
    LOST = "lost"
    MOVED = "moved"
    REWORDED = "reworded"
    REGROUNDED = "regrounded"
    SAME = "same"
    ONLY_A = "only_a"
    ONLY_B = "only_b"


DESCRIPTIONS = {
    ChangeKind.GAINED: "kept only in B",
    ChangeKind.LOST: "kept only in A",
    ChangeKind.MOVED: "kept in both, at another place",
    ChangeKind.REWORDED: "kept in both, with another text",
    ChangeKind.REGROUNDED: "lost in both, for another reason",
    ChangeKind.SAME: "the same place or reason in both",
    ChangeKind.ONLY_A: "in the source of A only",
    ChangeKind.ONLY_B: "in the source of B only",
}
SHOWN = (ChangeKind.GAINED, ChangeKind.LOST, ChangeKind.MOVED, ChangeKind.REWORDED, ChangeKind.REGROUNDED)
"""The kinds that are shown with examples."""


class Outcome(Struct, frozen=True):
    """The outcome of an answer in a build: a span, or the reason why there is none."""

    source_text: str
    translation: str | None
    text: str | None
    start: int | None
    method: Method | None
    reason: Reason | None


class Change(Struct, frozen=True):
    """An answer in two builds; a side is None where the build's source does not have the answer."""

    split: str
    question_id: str
    field: Field
    index: int
    a: Outcome | None
    b: Outcome | None


AnswerKey = tuple[str, str, Field, int]
Changes = Mapping[ChangeKind, Sequence[Change]]


def compare_builds(a: pa.Table, b: pa.Table) -> dict[ChangeKind, list[Change]]:
    """Return the answers of two builds by kind of change.

    a, b: the kept and rejected rows of each build. Builds with different translators have different paragraphs, and
    therefore other positions and texts. Raises InputError when the builds have no answer in common.
    """
    in_a, in_b = outcomes_by_answer(a), outcomes_by_answer(b)
    changes: dict[ChangeKind, list[Change]] = {kind: [] for kind in ChangeKind}
    for key in dict.fromkeys([*in_a, *in_b]):
        one, other = in_a.get(key), in_b.get(key)
        changes[kind_of_change(one, other)].append(Change(*key, a=one, b=other))
    if len(changes[ChangeKind.ONLY_A]) == len(in_a):
        raise InputError("these two builds have no answer in common; are they builds of the same corpus?")
    return changes


def outcomes_by_answer(spans: pa.Table) -> dict[AnswerKey, Outcome]:
    """Return the outcome of each answer, train before dev."""
    order = pc.sort_indices(spans, [(name, "descending" if name == "split" else "ascending") for name in KEY])
    ordered = spans.take(order)
    keys = zip(*(ordered[name].to_pylist() for name in KEY), strict=True)
    outcomes = map(Outcome, *(ordered[name].to_pylist() for name in Outcome.__struct_fields__))
    return dict(zip(keys, outcomes, strict=True))


def kind_of_change(one: Outcome | None, other: Outcome | None) -> ChangeKind:
    """Classify how an answer's outcome in B differs from its outcome in A."""
    if one is None:
        return ChangeKind.ONLY_B
    if other is None:
        return ChangeKind.ONLY_A
    match one.reason is None, other.reason is None:
        case False, False:
            return ChangeKind.SAME if one.reason == other.reason else ChangeKind.REGROUNDED
        case False, True:
            return ChangeKind.GAINED
        case True, False:
            return ChangeKind.LOST
    if one.text != other.text:
        return ChangeKind.REWORDED
    return ChangeKind.SAME if one.start == other.start else ChangeKind.MOVED


def compare_totals(changes: Changes) -> list[tuple[str, int, int]]:
    """Return (label, count in A, count in B) for questions and answers, for each method and for each reason.

    Methods and reasons that neither build has are left out.
    """
    rows = [change for kind in changes.values() for change in kind]
    a = count_outcomes([(change, change.a) for change in rows if change.a])
    b = count_outcomes([(change, change.b) for change in rows if change.b])
    return [(label, n, b[label]) for label, n in a.items() if n or b[label] or not label.startswith("    ")]


def count_outcomes(answers: Sequence[tuple[Change, Outcome]]) -> dict[str, int]:
    """Return the counts of one build by label. Labels are indented as in the printed table."""
    by_word = Counter(outcome.reason or outcome.method for _, outcome in answers)
    kept = [(change, outcome) for change, outcome in answers if outcome.reason is None]
    return {
        "questions with an answer": count_questions(answers),
        "  that still have it": count_questions(kept),
        "answers, plausible ones too": len(answers),
        "  kept": len(kept),
        **{f"    {method}": by_word[method] for method in Method},
        "  lost": len(answers) - len(kept),
        **{f"    {reason}": by_word[reason] for reason in Reason},
    }


def count_questions(answers: Sequence[tuple[Change, Outcome]]) -> int:
    """Count the questions that these answers belong to, without the plausible answers."""
    return len({(change.split, change.question_id) for change, _ in answers if change.field == Field.ANSWERS})


def diff_lines(changes: Changes, examples: int) -> Iterator[str]:
    """Yield the lines of `spanferry loss diff`: totals of both builds, number of changes by kind, and examples."""
    table = [["", "A", "B", "change"]]
    table += [
        [label, number(a), number(b), f"{b - a:+,}" if a != b else "="] for label, a, b in compare_totals(changes)
    ]
    yield from (*align_columns(table), "")
    for kind, rows in changes.items():
        if rows:
            yield f"{kind:<11}{number(len(rows)):>9}  {DESCRIPTIONS[kind]}"
    for kind in SHOWN:
        if changes[kind] and examples:
            yield from ("", f"{kind}: {plural(len(changes[kind]), 'answer')}")
            distinct = dict.fromkeys(map(describe_change, changes[kind]))  # annotators often give the same answer
            for lines in list(distinct)[:examples]:
                yield from lines


def describe_change(change: Change) -> tuple[str, ...]:
    """Describe a changed answer in three lines: the answer, its outcome in A, its outcome in B."""
    a, b = change.a, change.b
    if a is None or b is None:
        raise ValueError(f"{change.question_id}: in one build only")
    translation = f" → “{clip_text(a.translation)}”" if a.translation and a.translation == b.translation else ""
    texts = a.text, b.text
    if a.text is not None and b.text is not None and a.text != b.text:
        texts = shorten_to_difference(a.text, b.text)
    return (
        f"  {change.question_id} “{clip_text(a.source_text)}”{translation}",
        f"    A  {describe_outcome(a, texts[0])}",
        f"    B  {describe_outcome(b, texts[1])}",
    )


def describe_outcome(outcome: Outcome, text: str | None) -> str:
    """Describe a span with its position and method, or a reason. text: the span as it is shown."""
    return f"{outcome.reason}" if text is None else f"“{clip_text(text)}” at {outcome.start}, {outcome.method}"


def shorten_to_difference(one: str, other: str) -> tuple[str, str]:
    """Shorten two texts to their difference, with up to CONTEXT_WORDS of the shared words on each side of it."""
    a, b = one.split(), other.split()
    head = count_common_start(a, b)
    tail = count_common_start(a[head:][::-1], b[head:][::-1])
    skipped_head, skipped_tail = max(head - CONTEXT_WORDS, 0), max(tail - CONTEXT_WORDS, 0)
    left, right = ["…"] * (skipped_head > 0), ["…"] * (skipped_tail > 0)
    shown_a, shown_b = (" ".join([*left, *words[skipped_head : len(words) - skipped_tail], *right]) for words in (a, b))
    return shown_a, shown_b


def count_common_start(one: list[str], other: list[str]) -> int:
    """Count the words that two lists have in common at their start."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
