"""Measure what judging answers with an encoder costs, compared with the bare model.

    python benchmarks/encoder.py --encoder MODEL --xquad FOLDER [--languages de ru zh ar]

Takes the windows of the unsettled answers of XQuAD (see xquad.py). Prints a Markdown table of the seconds, and of the
ratio to the first row, for the same windows in the same run:

- the bare model: all of its layers, forward only, on batches of similar length that are already tokenized;
- the bare model up to the layer that is used;
- the whole step: finding the windows, tokenizing, encoding, linking words, and locating the answers again.

Loading the model is in none of them. On a CPU the seconds are those of the processor, so that other programs do not
count; on a GPU they are those of the clock.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import torch
from measuring import best_of, print_table
from spanferry.arrow import from_table
from spanferry.encoder import Encoder, batch_by_length
from spanferry.executors import LocalExecutor
from spanferry.pretrained import locate_model
from spanferry.projection import link_tables
from spanferry.projection.grouping import group_by_paragraph
from spanferry.projection.link_tables import JobTexts, LinkJob, judge_batches, make_jobs
from spanferry.projection.locate_tables import locate_table
from spanferry.projection.ranking import make_locator
from spanferry.projection.settings import EncoderSettings
from spanferry.projection.unsettled import unsettled_answers
from xquad_corpora import read_xquad

RUNS = 3
EVERYTHING = 1_000_000  # paragraphs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", required=True, help="a folder, or the name of a model on the Hub")
    parser.add_argument("--revision")
    parser.add_argument("--layer", type=int)
    parser.add_argument("--xquad", type=Path, required=True)
    parser.add_argument("--languages", nargs="+", default=["de", "ru", "zh", "ar"])
    args = parser.parse_args()
    settings = EncoderSettings(args.encoder, args.revision, args.layer)
    encoder = Encoder(args.encoder, args.revision, args.layer)
    whole = Encoder(args.encoder, args.revision, read_depth(args.encoder, args.revision))
    corpora = []
    for language in args.languages:
        corpus, locator = read_xquad(args.xquad, language), make_locator("en", language)
        corpora.append((locator, corpus.layout, *locate_table(corpus.layout, corpus.translations, locator, 1)))

    def judge() -> None:
        with LocalExecutor(1) as executor, patch.object(link_tables, "Encoder", lambda *_: encoder):
            for locator, *tables in corpora:
                list(judge_batches(*tables, locator, settings, executor))

    texts = [sorted(find_windows(tables, settings.below)) for _, *tables in corpora]
    batches = list(tokenize(encoder, texts))
    clock = time.process_time if encoder.device == "cpu" else time.perf_counter
    bare, partial = (best_of(RUNS, lambda model=model: run_bare(model, batches), clock) for model in (whole, encoder))
    step = best_of(RUNS, judge, clock)
    count = sum(map(len, texts))
    print(f"{count} windows on {encoder.device}, {torch.get_num_threads()} threads\n")
    rows = {"bare model, all layers": bare, "bare model, up to the layer": partial, "whole step": step}
    print_table(
        ("", "seconds", "ratio"), [(name, f"{value:.2f}", f"{value / bare:.2f}") for name, value in rows.items()]
    )


def read_depth(model: str, revision: str | None) -> int:
    """Return the number of layers of a model."""
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(locate_model(model, revision).folder).num_hidden_layers


def find_windows(tables: list[pa.Table], below: float) -> set[str]:
    """Return the texts that are encoded for a corpus. tables: layout, paragraphs and spans."""
    (window,) = group_by_paragraph(*tables, EVERYTHING)
    jobs = make_jobs(window, *unsettled_answers(window, below))
    return {text for table in jobs for job in from_table(table, LinkJob) for text in JobTexts.of(job).window_texts()}


def run_bare(encoder: Encoder, batches: list[Any]) -> None:
    """Run the model on tokenized batches."""
    for batch in batches:
        with torch.inference_mode():
            encoder.model(**batch)
    if encoder.device == "cuda":
        torch.cuda.synchronize()


def tokenize(encoder: Encoder, corpora: list[list[str]]) -> Iterator[Any]:
    """Yield the batches of each corpus, tokenized and on the device."""
    for texts in corpora:
        rows = encoder.tokenizer(texts, truncation=True, max_length=encoder.limit)["input_ids"]
        for indices in batch_by_length([len(row) for row in rows], encoder.batch_tokens):
            batch = encoder.tokenizer.pad({"input_ids": [rows[index] for index in indices]}, return_tensors="pt")
            yield batch.to(encoder.device)


if __name__ == "__main__":
    main()
