"""What a corpus of SQuAD2.0's size costs by each kind of engine, as `spanferry plan` estimates it. Nothing is sent.

    python benchmarks/costs.py             # writes the table into docs/costs.md (5 minutes)
    python benchmarks/costs.py --paragraphs 100 --print

The corpus is made of varied copies of the sample (tiled_corpus.py). The local model is a tiny one, which is asked with
the same limits as a real one.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tiled_corpus import SQUAD2_PARAGRAPHS, SQUAD2_QUESTIONS, tile_sample

sys.path.insert(0, str(Path(__file__).parents[1]))  # for tests.support

from spanferry.cli.corpus_plan import CorpusPlan, plan_corpus
from spanferry.config import read_params
from spanferry.translation.planning import Estimate

from tests.support import tiny_checkpoints

PAGE = Path(__file__).parents[1] / "docs" / "costs.md"
START, END = "<!-- costs: begin -->", "<!-- costs: end -->"
RATE = 2.0
PARAMS = """\
build: {corpora: [tiled], runs: []}
language: {source: en, target: nl}
corpora: {tiled: {train: tiled.json, translator: mtranslate}}
translators:
  google: {engine: google}
  deepl: {engine: deepl, context: false}
  deepl-contexts: {engine: deepl}
  gpt-4o-mini: {engine: openai, model: gpt-4o-mini}
  gpt-4o-mini-batch: {engine: openai, model: gpt-4o-mini, mode: batch}
  marian: {engine: marian, model: model}
"""
LABELS = {
    "mtranslate": "`mtranslate`",
    "google": "`google`",
    "deepl": "`deepl`, `context: false`",
    "deepl-contexts": "`deepl`",
    "gpt-4o-mini": "`openai`, `gpt-4o-mini`",
    "gpt-4o-mini-batch": "`openai`, `gpt-4o-mini`, `mode: batch`",
    "marian": "`marian`, on this machine",
}


def main() -> None:
    """Plan, and write or print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--paragraphs", type=int, default=SQUAD2_PARAGRAPHS)
    options.add_argument("--print", action="store_true", help="Print the table only.")
    chosen = options.parse_args()
    corpus = tile_sample(chosen.paragraphs, round(SQUAD2_QUESTIONS * chosen.paragraphs / SQUAD2_PARAGRAPHS))
    questions = sum(len(paragraph["qas"]) for paragraph in corpus.paragraphs())
    paragraphs = sum(1 for _ in corpus.paragraphs())
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("params.yaml").write_text(PARAMS, encoding="utf-8")
        Path("tiled.json").write_text(json.dumps({"version": "v2.0", "data": corpus.articles["train"]}))
        tiny_checkpoints.marian(Path("model"))
        planned = plan_corpus(read_params(), "tiled", RATE, print)
        os.chdir("/")
    title = f"{paragraphs:,} paragraphs with {questions:,} questions:"
    table = "\n".join([title, "", *table_lines(planned)])
    print(table)
    if not chosen.print:
        before, start, rest = PAGE.read_text(encoding="utf-8").partition(START)
        PAGE.write_text(f"{before}{start}\n{table}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def table_lines(planned: CorpusPlan) -> Iterator[str]:
    """Yield the table: a row for each translator and stage."""
    yield "| translator | stage | requests | jobs | characters | tokens in + out | hours | price |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for translator in planned.translators:
        currency = translator.price.price.currency if translator.price else ""
        for n, (stage, part) in enumerate(translator.stages.items()):
            label = "" if n else LABELS[translator.name]
            yield f"| {label} | {stage} | {' | '.join(cells(part, currency))} |"


def cells(part: Estimate, currency: str) -> list[str]:
    """Return the figures of a stage in words."""
    usage = part.usage
    tokens = f"{usage.input_tokens / 1e6:,.1f} M + {usage.output_tokens / 1e6:,.1f} M" if usage.input_tokens else ""
    at_most = "≤ " if part.jobs is not None else ""
    return [
        f"{usage.requests:,}",
        "" if part.jobs is None else f"{part.jobs:,}",
        f"{usage.characters:,}",
        tokens,
        "" if part.hours is None else f"{at_most}{part.hours:,.1f}",
        "not known" if part.cost is None else f"{part.cost:,.2f} {currency}",
    ]


if __name__ == "__main__":
    main()
