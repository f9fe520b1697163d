"""`spanferry diff`: compares two versions of a corpus."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command, command_name, say_line
from spanferry.printing import printable, printable_json
from spanferry.squad.difference import (
    Change,
    ChangeKind,
    Difference,
    QuestionVersion,
    compare_versions,
    read_version,
)

EXCERPT_LENGTH = 70  # characters of a text that are shown
EXCERPT_LEAD = 20  # of these, characters before the first difference


@click.command(cls=Command, example="spanferry diff old/nl_squadv2_dev_clean.json nl_squadv2_dev_clean.json")
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--examples", "-n", default=3, show_default=True, type=click.IntRange(min=0), help="Examples per change.")
@click.option("--json", "as_json", is_flag=True, help="Print all gained, lost and changed questions as JSON.")
def diff(before: Path, after: Path, examples: int, as_json: bool) -> None:
    """Show the questions that were gained, lost or changed, and the spans that moved, from A to B.

    A and B are SQuAD files or published folders.
    """
    told: list[str] = []
    difference = compare_versions(read_version(before, told.append), read_version(after, told.append))
    for line in told:
        say_line(command_name(), line)
    if as_json:
        click.echo(printable_json(msgspec.json.encode(difference).decode()))
        return
    for line in difference_lines(difference, examples):
        click.echo(printable(line))


def difference_lines(difference: Difference, examples: int) -> Iterator[str]:
    """Yield the lines that describe a difference, with up to `examples` examples of each change."""
    yield f"{difference.same:,} questions are the same"
    for name, ids in (("gained", difference.gained), ("lost", difference.lost)):
        yield f"{len(ids):,} {name}"
        yield from (f"    {id_}" for id_ in ids[:examples])
    yield f"{len(difference.changed):,} changed"
    counts = Counter(kind for change in difference.changed for kind in change.kinds)
    for kind in ChangeKind:
        if counts[kind]:
            yield f"  {counts[kind]:,} in {kind}"
            for change in islice((change for change in difference.changed if kind in change.kinds), examples):
                yield f"    {change.id}: {describe_change(change, kind)}"


def describe_change(change: Change, kind: ChangeKind) -> str:
    """Return the part of a question that one kind of change concerns, before and after the change."""
    before, after = excerpt_difference(describe_version(change.before, kind), describe_version(change.after, kind))
    return f"{before or 'none'} → {after or 'none'}"


def describe_version(version: QuestionVersion, kind: ChangeKind) -> str:
    """Return the part of a question that a kind of change concerns, as text."""
    match kind:
        case ChangeKind.ANSWERABLE:
            return "no answer" if version.impossible else "answers"
        case ChangeKind.SPANS:
            return ", ".join(f"{answer.text} @{answer.answer_start}" for answer in version.answers)
        case ChangeKind.ANSWERS:
            return ", ".join(answer.text for answer in version.answers)
        case ChangeKind.QUESTION:
            return version.question
        case ChangeKind.CONTEXT:
            return version.context
        case ChangeKind.SPLIT:
            return version.split


def excerpt_difference(before: str, after: str) -> tuple[str, str]:
    """Return excerpts of two texts that begin shortly before their first difference."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(same - EXCERPT_LEAD, 0) if max(len(before), len(after)) > EXCERPT_LENGTH else 0
    return excerpt(before, start), excerpt(after, start)


def excerpt(text: str, start: int) -> str:
    """Return at most EXCERPT_LENGTH characters of a text, with an ellipsis at each end that was cut off."""
    end = start + EXCERPT_LENGTH
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
