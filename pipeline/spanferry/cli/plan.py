"""Estimate what each configured translator would send and cost for a corpus, without sending anything."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import click
from msgspec.structs import asdict

from spanferry.cli.corpus_plan import CorpusPlan, TranslatorPlan, plan_corpus
from spanferry.cli.support import Command, command_name, say_line
from spanferry.config import read_params
from spanferry.printing import printable
from spanferry.translation.engines.openai_batch import MAX_JOBS
from spanferry.translation.engines.openai_batch_service import WINDOW_HOURS
from spanferry.translation.planning import Estimate, Plan

KIND_COLUMNS = {
    "segments": "segments",
    "characters": "characters",
    "held": "in memory",
    "quarantined": "quarantined",
    "to_ask": "texts to send",
    "to_send": "chars to send",
}
"""The columns of the table of texts: field of `planning.KindPlan` -> heading."""
COST_COLUMNS = ("requests", "jobs", "characters", "tokens in", "tokens out", "hours", "price")
SHARED_UNITS = {"rescue": "marked sentences for each answer", "names": "of the questions asked again"}
UNKNOWN = "-"


@click.command(cls=Command, help=__doc__, example="spanferry plan squad2")
@click.argument("corpus")
@click.option(
    "--rate", default=2.0, show_default=True, type=click.FloatRange(0, min_open=True), help="Requests per second."
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON.")
def plan(corpus: str, rate: float, as_json: bool) -> None:
    params = read_params()
    planned = plan_corpus(params, corpus, rate, partial(say_line, command_name()))
    if as_json:
        click.echo(json.dumps(to_json(corpus, planned), indent=2))
        return
    own = planned.translators[0]
    languages = params.languages(corpus)
    click.echo(printable(f"{corpus}: {own.identity}, {languages.source} to {languages.target}"))
    lines = [*kind_lines(own.translation), "", *cost_lines(planned.translators), "", *notes(planned, rate)]
    click.echo("\n".join(map(printable, lines)))


def to_json(corpus: str, planned: CorpusPlan) -> dict[str, Any]:
    """Return the plan as JSON. The keys at its top level are those of the corpus's own translator, for translate."""
    own = planned.translators[0]
    return {
        "corpus": corpus,
        "translator": own.identity,
        "kinds": {kind: asdict(of_kind) for kind, of_kind in own.translation.kinds.items()},
        **figures(own.stages["translate"], own),
        "shares": {stage: asdict(share) for stage, share in planned.shares.items()},
        "translators": [
            {
                "name": each.name,
                "identity": each.identity,
                "price_source": each.price.source if each.price else None,
                "stages": {stage: figures(part, each) for stage, part in each.stages.items()},
            }
            for each in planned.translators
        ],
    }


def figures(part: Estimate, translator: TranslatorPlan) -> dict[str, Any]:
    """Return the figures of a stage as JSON. price and currency are null when the price is not known."""
    currency = translator.price.price.currency if translator.price else None
    return {**asdict(part.usage), "jobs": part.jobs, "hours": part.hours, "price": part.cost, "currency": currency}


def kind_lines(translation: Plan) -> Iterator[str]:
    """Yield the table of the texts of a corpus, by kind and in total."""
    rows = [(kind, [getattr(of_kind, name) for name in KIND_COLUMNS]) for kind, of_kind in translation.kinds.items()]
    rows.append(("total", [sum(values) for values in zip(*(values for _, values in rows), strict=True)]))
    yield f"{'':<10}" + "".join(f"{heading:>14}" for heading in KIND_COLUMNS.values())
    for name, values in rows:
        yield f"{name:<10}" + "".join(f"{value:>14,}" for value in values)


def cost_lines(translators: list[TranslatorPlan]) -> Iterator[str]:
    """Yield the table of what each translator would send and cost, by stage."""
    width = max(len(each.name) for each in translators) + 2
    yield f"{'':<{width}}{'':<10}" + "".join(f"{heading:>14}" for heading in COST_COLUMNS)
    for each in translators:
        for n, (stage, part) in enumerate(each.stages.items()):
            usage = part.usage
            is_metered = usage.input_tokens or usage.output_tokens
            cells = [
                f"{usage.requests:,}",
                UNKNOWN if part.jobs is None else f"{part.jobs:,}",
                f"{usage.characters:,}",
                f"{usage.input_tokens:,}" if is_metered else UNKNOWN,
                f"{usage.output_tokens:,}" if is_metered else UNKNOWN,
                UNKNOWN if part.hours is None else f"{part.hours:,.1f}",
                UNKNOWN if part.cost is None or each.price is None else f"{part.cost:,.2f} {each.price.price.currency}",
            ]
            yield f"{'' if n else each.name:<{width}}{stage:<10}" + "".join(f"{cell:>14}" for cell in cells)


def notes(planned: CorpusPlan, rate: float) -> Iterator[str]:
    """Yield where the figures come from."""
    yield f"hours: at {rate:g} requests per second (--rate); {UNKNOWN} for an engine on this machine"
    if any(each.stages["translate"].jobs is not None for each in planned.translators):
        yield f"hours of batch jobs: at most; each may take {WINDOW_HOURS} hours, and {MAX_JOBS} run at once"
    for stage, share in planned.shares.items():
        yield f"{stage}: {share.share:.3f} {SHARED_UNITS[stage]}, as in {share.source}"
    for each in planned.translators:
        source = each.price.source if each.price else f"not known; set translators.{each.name}.price"
        yield f"price of {each.name}: {source}"
