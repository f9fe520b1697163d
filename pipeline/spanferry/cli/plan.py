"""What translating a corpus would take, before anything is sent."""

import json
from pathlib import Path

import click
from msgspec.structs import asdict

from spanferry import squad
from spanferry.cli.corpus_session import MEMORY
from spanferry.cli.support import Command
from spanferry.config import Params, load
from spanferry.errors import InputError
from spanferry.printing import printable
from spanferry.records import Kind
from spanferry.segmentation import layout, segments
from spanferry.translation import planning
from spanferry.translation.client.setup import of_table, open_session, read_segments
from spanferry.translation.client.tasks import Segment

COLUMNS = ("segments", "characters", "held", "quarantined", "to_ask", "to_send")


@click.command(cls=Command, help=__doc__)
@click.argument("corpus")
@click.option(
    "--rate", default=2.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Requests a second."
)
@click.option("--price", default=20.0, show_default=True, type=click.FloatRange(0), help="Of a million characters.")
@click.option("--json", "as_json", is_flag=True, help="The plan as JSON.")
def plan(corpus: str, rate: float, price: float, as_json: bool) -> None:
    params = load()
    translator, made = plan_of(params, corpus)
    figures = {
        "requests": made.requests,
        "characters": made.characters,
        "hours": made.hours(rate),
        "price": made.price(price),
    }
    if as_json:
        kinds = {kind: asdict(load) for kind, load in made.kinds.items()}
        click.echo(json.dumps({"corpus": corpus, "translator": translator, "kinds": kinds, **figures}, indent=2))
        return
    click.echo(printable(f"{corpus}: {translator}, {params.language.source} to {params.language.target}"))
    show(made)
    click.echo(
        f"{made.requests:,} requests, {made.characters:,} characters; "
        f"{made.hours(rate):,.1f} hours at {rate:g} requests a second, "
        f"{made.price(price):,.2f} at {price:g} a million characters"
    )
    answers = made.kinds[Kind.ANSWER].segments if Kind.ANSWER in made.kinds else 0
    if params.rescue.enabled and answers:
        click.echo(f"rescue asks for more once spans are located: at most {answers * params.rescue.rounds:,} sentences")


def plan_of(params: Params, corpus: str) -> tuple[str, planning.Plan]:
    """The translator's identity, and what it would be asked for."""
    entry = params.corpus(corpus)
    data = Path("data") / corpus
    tmx = here(data / "source" / "memory.tmx", entry.memory, corpus) if entry.memory else None
    with open_session(
        entry.translator or "identity",
        (params.language.source, params.language.target),
        folder=MEMORY,
        translators=params.translators,
        settings=params.translate,
        tmx=tmx,
        seeds=[data / "translations.parquet"],
        planning=True,
    ) as desk:
        return desk.translator.identity, planning.plan(texts(params, corpus, desk.translator.uses_context), desk)


def texts(params: Params, corpus: str, contexts: bool) -> list[Segment]:
    """A corpus's segments: as the stage has cut them, or else cut here, so that nothing need be built."""
    entry = params.corpus(corpus)
    data = Path("data") / corpus
    path = data / "segments" / "segments.parquet"
    if path.exists():
        return read_segments(path, path.with_name("layout.parquet") if contexts else None)
    if entry.native:
        return []
    places = {split: here(data / "source" / f"{split}.json", place, corpus) for split, place in entry.splits().items()}
    documents = {split: squad.read(place) for split, place in places.items()}
    laid = layout(documents, params.language.source)
    return of_table(segments(laid), laid["context"].to_pylist() if contexts else None)


def here(fetched: Path, place: str, corpus: str) -> Path:
    """Where a corpus's file lies on this machine. Raises InputError when it is still to be fetched."""
    for path in (fetched, Path(place)):
        if path.exists():
            return path
    raise InputError(f"{place}: not fetched yet; put {corpus} into build.corpora and run `dvc repro segment@{corpus}`")


def show(made: planning.Plan) -> None:
    """The plan as a table, by kind and in total."""
    rows = [(kind, [getattr(load, column) for column in COLUMNS]) for kind, load in made.kinds.items()]
    rows.append(("total", [sum(values) for values in zip(*(values for _, values in rows), strict=True)]))
    click.echo(f"{'':<10}" + "".join(f"{column.replace('_', ' '):>14}" for column in COLUMNS))
    for name, values in rows:
        click.echo(f"{name:<10}" + "".join(f"{value:>14,}" for value in values))
