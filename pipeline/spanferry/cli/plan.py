"""Estimate what each configured translator would send and cost for a corpus, without sending anything."""

import json
import textwrap
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any

import click
from msgspec.structs import asdict

from spanferry.cli.corpus_plan import CorpusPlan, TranslatorPlan, plan_corpus
from spanferry.cli.support import Command, command_name, say_line
from spanferry.config import read_params
from spanferry.printing import printable
from spanferry.report.terminal import align_columns
from spanferry.translation.engines.openai_batch import MAX_JOBS
from spanferry.translation.engines.openai_batch_service import WINDOW_HOURS
from spanferry.translation.planning import Estimate, Plan

KIND_COLUMNS = {
    "segments": "texts",
    "characters": "characters",
    "held": "in memory",
    "quarantined": "given up",
    "to_ask": "to send",
    "to_send": "characters",
}
"""The columns of the table of texts: field of `planning.KindPlan` -> heading."""
COST_COLUMNS = ("requests", "jobs", "chars", "tokens in", "tokens out", "hours", "price")
SHARED_UNITS = {"rescue": "marked sentences for each answer", "names": "of the questions asked again"}
UNKNOWN = "-"
MILLION = 10**6
WIDTH = 80  # characters of a line; the tables keep to it with counts of SQuAD2.0's size


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
    heading = f"{corpus}: {own.identity}, {languages.source} to {languages.target}"
    tables = [*kind_lines(own.translation), "", *cost_lines(planned.translators), ""]
    for line in (*wrap(heading), *tables, *(line for note in notes(planned, rate) for line in wrap(note))):
        click.echo(printable(line))


def wrap(text: str) -> list[str]:
    """Break a text into lines of at most WIDTH characters; long words such as addresses stay whole."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


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


def kind_lines(translation: Plan) -> list[str]:
    """Return the table of the texts of a corpus, by kind and in total."""
    rows = [(kind, [getattr(of_kind, name) for name in KIND_COLUMNS]) for kind, of_kind in translation.kinds.items()]
    rows.append(("total", [sum(values) for values in zip(*(values for _, values in rows), strict=True)]))
    return align_columns(
        [["", *KIND_COLUMNS.values()], *([name, *map("{:,}".format, values)] for name, values in rows)]
    )


def cost_lines(translators: list[TranslatorPlan]) -> Iterator[str]:
    """Yield the table of what each translator would send and cost, by stage.

    The name of a translator has a line of its own. A column in which nothing is known is left out.
    """
    rows = [["", *COST_COLUMNS]]
    rows += [[f"  {stage}", *cost_cells(part, each)] for each in translators for stage, part in each.stages.items()]
    shown = [column for column in zip(*rows, strict=True) if {*column[1:]} != {UNKNOWN}]
    heading, *lines = align_columns(list(zip(*shown, strict=True)))
    yield heading
    stages = iter(lines)
    for each in translators:
        yield each.name
        yield from islice(stages, len(each.stages))


def cost_cells(part: Estimate, translator: TranslatorPlan) -> list[str]:
    """Return the cells of COST_COLUMNS for a stage."""
    usage, price = part.usage, translator.price
    is_metered = usage.input_tokens or usage.output_tokens
    return [
        f"{usage.requests:,}",
        UNKNOWN if part.jobs is None else f"{part.jobs:,}",
        rounded(usage.characters),
        rounded(usage.input_tokens) if is_metered else UNKNOWN,
        rounded(usage.output_tokens) if is_metered else UNKNOWN,
        UNKNOWN if part.hours is None else f"{part.hours:,.1f}",
        UNKNOWN if part.cost is None or price is None else f"{part.cost:,.2f} {price.price.currency}",
    ]


def rounded(count: int) -> str:
    """Format an estimated count: 22186297 -> "22.2 M"; below a million to the unit."""
    return f"{count / MILLION:,.1f} M" if count >= MILLION else f"{count:,}"


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
