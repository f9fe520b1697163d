"""Estimate the requests, the hours and the price of translating a corpus, without sending anything."""

import json
from pathlib import Path

import click
from msgspec.structs import asdict

from spanferry.cli.corpus_session import MEMORY
from spanferry.cli.support import Command, say_line
from spanferry.config import Params, read_params
from spanferry.errors import InputError
from spanferry.printing import printable
from spanferry.records import Kind, Split
from spanferry.segmentation import collect_segments, lay_out
from spanferry.squad import Reading, read_document
from spanferry.translation import planning
from spanferry.translation.client.segment_tables import read_segments, segments_from_table
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment

COLUMNS = {
    "segments": "segments",
    "characters": "characters",
    "held": "in memory",
    "quarantined": "quarantined",
    "to_ask": "texts to send",
    "to_send": "chars to send",
}
"""The columns of the printed table: field of `planning.KindPlan` -> heading."""


@click.command(cls=Command, help=__doc__)
@click.argument("corpus")
@click.option(
    "--rate", default=2.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Requests per second."
)
@click.option(
    "--price", default=20.0, show_default=True, type=click.FloatRange(0), help="Price per million characters."
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(corpus: str, rate: float, price: float, as_json: bool) -> None:
    params = read_params()
    translator, estimate = plan_corpus(params, corpus)
    totals = {
        "requests": estimate.requests,
        "characters": estimate.characters,
        "hours": estimate.hours(rate),
        "price": estimate.price(price),
    }
    if as_json:
        kinds = {kind: asdict(of_kind) for kind, of_kind in estimate.kinds.items()}
        click.echo(json.dumps({"corpus": corpus, "translator": translator, "kinds": kinds, **totals}, indent=2))
        return
    click.echo(printable(f"{corpus}: {translator}, {params.language.source} to {params.language.target}"))
    print_table(estimate)
    click.echo(
        f"{estimate.requests:,} requests, {estimate.characters:,} characters; "
        f"{estimate.hours(rate):,.1f} hours at {rate:g} requests per second, "
        f"{estimate.price(price):,.2f} at {price:g} per million characters"
    )
    answers = estimate.kinds[Kind.ANSWER].segments if Kind.ANSWER in estimate.kinds else 0
    if params.rescue.enabled and answers:
        most = answers * params.rescue.rounds
        click.echo(
            f"stage rescue then sends at most {most:,} marked sentences, depending on the spans that are located"
        )


def plan_corpus(params: Params, corpus: str) -> tuple[str, planning.Plan]:
    """Return the identity of the translator of a corpus, and the plan of the translation."""
    settings = params.corpus(corpus)
    data = Path("data") / corpus
    tmx = existing_path(data / "memory" / "memory.tmx", settings.memory, corpus) if settings.memory else None
    with open_session(
        settings.translator or "identity",
        (params.language.source, params.language.target),
        folder=MEMORY,
        translators=params.translators,
        settings=params.translate,
        tmx=tmx,
        prior_tables=[data / "translations.parquet"],
        planning=True,
    ) as session:
        texts = corpus_segments(params, corpus, session.translator.uses_context)
        return session.translator.identity, planning.make_plan(texts, session)


def corpus_segments(params: Params, corpus: str, with_contexts: bool) -> list[Segment]:
    """Return the segments of a corpus: those of stage segment, or computed here if the stage has not run."""
    settings = params.corpus(corpus)
    data = Path("data") / corpus
    path = data / "segments" / "segments.parquet"
    if path.exists():
        return read_segments(path, path.with_name("layout.parquet") if with_contexts else None)
    if settings.native:
        return []
    readings: dict[Split, Reading] = {
        split: read_document(existing_path(data / "source" / f"{split}.json", location, corpus))
        for split, location in settings.locations().items()
    }
    for reading in readings.values():
        for line in reading.describe():
            say_line("plan", f"{reading.name}: {line}")
    layout = lay_out(readings, params.language.source)
    return segments_from_table(collect_segments(layout), layout["context"].to_pylist() if with_contexts else None)


def existing_path(fetched: Path, location: str, corpus: str) -> Path:
    """Return the fetched file, or else the location in params.yaml. Raises InputError when neither exists."""
    for path in (fetched, Path(location)):
        if path.exists():
            return path
    raise InputError(f"{location}: not fetched yet; add {corpus} to build.corpora and run `dvc repro segment@{corpus}`")


def print_table(estimate: planning.Plan) -> None:
    """Print the plan as a table, by kind and in total."""
    rows = [(kind, [getattr(of_kind, column) for column in COLUMNS]) for kind, of_kind in estimate.kinds.items()]
    rows.append(("total", [sum(values) for values in zip(*(values for _, values in rows), strict=True)]))
    click.echo(f"{'':<10}" + "".join(f"{heading:>14}" for heading in COLUMNS.values()))
    for name, values in rows:
        click.echo(f"{name:<10}" + "".join(f"{value:>14,}" for value in values))
