"""What changed between two versions of a corpus."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice, takewhile
from pathlib import Path

import click
import msgspec

from spanferry.cli.support import Command
from spanferry.printing import printable, printable_json
from spanferry.squad.difference import Change, Difference, What, compare, read

SHOWN = 70  # characters of a text ...
LEAD = 20  # ... that begins so many before the first difference


@click.command(cls=Command)
@click.argument("before", metavar="A", type=click.Path(path_type=Path))
@click.argument("after", metavar="B", type=click.Path(path_type=Path))
@click.option("--examples", "-n", default=3, show_default=True, type=click.IntRange(min=0), help="Of each change.")
@click.option("--json", "as_json", is_flag=True, help="Every gained, lost and changed question, as JSON.")
def diff(before: Path, after: Path, examples: int, as_json: bool) -> None:
    """Questions gained, lost and changed, and spans moved, from A to B: SQuAD files or published folders."""
    found = compare(read(before), read(after))
    if as_json:
        click.echo(printable_json(msgspec.json.encode(found).decode()))
        return
    for line in told(found, examples):
        click.echo(printable(line))


def told(found: Difference, examples: int) -> Iterator[str]:
    yield f"{found.same:,} questions are the same"
    for name, ids in (("gained", found.gained), ("lost", found.lost)):
        yield f"{len(ids):,} {name}"
        yield from (f"    {id_}" for id_ in ids[:examples])
    yield f"{len(found.changed):,} changed"
    counts = Counter(what for change in found.changed for what in change.what)
    for what in What:
        if counts[what]:
            yield f"  {counts[what]:,} in {what}"
            for change in islice((change for change in found.changed if what in change.what), examples):
                yield f"    {change.id}: {shown(change, what)}"


def shown(change: Change, what: What) -> str:
    """What it was and what it is."""
    before, after = change.before, change.after
    match what:
        case What.ANSWERABLE:
            pair = ["no answer" if held.impossible else "answers" for held in (before, after)]
        case What.SPANS:
            pair = [", ".join(f"{a.text} @{a.answer_start}" for a in held.answers) for held in (before, after)]
        case What.ANSWERS:
            pair = [", ".join(a.text for a in held.answers) for held in (before, after)]
        case _:
            pair = [getattr(held, what.value) for held in (before, after)]
    return " → ".join(text or "none" for text in around_change(*pair))


def around_change(before: str, after: str) -> tuple[str, str]:
    """Two texts from just before their first difference on, cut to SHOWN characters."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    start = max(same - LEAD, 0) if max(len(before), len(after)) > SHOWN else 0
    return cut(before, start), cut(after, start)


def cut(text: str, start: int) -> str:
    end = start + SHOWN
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
