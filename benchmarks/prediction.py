"""Answers: our post-processing beside the stock one, and our question answerer beside transformers 4's pipeline.

    python benchmarks/prediction.py [--stock UTILS_QA.PY] [--peer PEER/bin/python] [--questions 12000] SQUAD_FILE [...]

A tiny BERT with random weights (wide ones, so that its logits differ) gives the logits. UTILS_QA.PY is
transformers' examples/pytorch/question-answering/utils_qa.py; PEER an environment with transformers 4.57
(see transformers4.py), which loads the same saved model.
"""

import argparse
import importlib.util
import json
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import datasets
import numpy as np
from features import best
from metrics import PEER, repeated
from spanferry import squad
from spanferry.reader import QuestionAnswerer, models, prediction
from spanferry.reader.features import Examples, Windows, cut_windows, examples
from spanferry.reader.run_report import write_answers
from spanferry.reader.runs import Prediction, Scratch
from spanferry.squad import Document, walk
from transformers.utils import logging

SIZES = {"max_length": 384, "doc_stride": 128, "max_question_length": 64}
SHAPE = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
WIDE = 0.5  # standard deviation of the random weights
CLOSE = 1e-5
SETTINGS = (
    {},
    {"top_k": 5, "handle_impossible_answer": True},
    {"max_seq_len": 128, "doc_stride": 32, "max_answer_len": 30},
)


def made(texts: tuple[str, ...]) -> tuple[Any, Any]:
    return models.from_scratch(Scratch("bert", 8_000, SHAPE | {"initializer_range": WIDE}), texts, seed=0)


def stock_inputs(data: Examples, windows: Windows, scored: prediction.Logits) -> tuple[Any, Any, Any]:
    """Data sets and padded logits as run_qa.py hands them to its post-processing."""
    rows = [
        {"id": one, "context": data.contexts[context]} for one, context in zip(data.ids, data.context_of, strict=True)
    ]
    features = []
    for row in range(len(windows)):
        base = windows.contexts.bounds[windows.context[row]]
        place = slice(base + windows.first[row], base + windows.last[row])
        spans = np.stack([windows.contexts.starts[place], windows.contexts.ends[place]], 1).tolist()
        offsets = [None] * int(windows.offset[row]) + spans + [None] * len(windows.layout.after)
        features.append({"example_id": data.ids[windows.question[row]], "offset_mapping": offsets})
    padded = np.full((2, len(windows), SIZES["max_length"]), -100, dtype=np.float32)
    for row in range(len(windows)):
        place = slice(scored.bounds[row], scored.bounds[row + 1])
        padded[0, row, : place.stop - place.start] = scored.start[place]
        padded[1, row, : place.stop - place.start] = scored.end[place]
    return datasets.Dataset.from_list(rows), datasets.Dataset.from_list(features), (padded[0], padded[1])


def postprocessing(name: str, document: Document, stock: Path) -> None:
    """From logits to answers, and to files written."""
    data = examples([document])
    model, tokenizer = made(data.contexts + data.questions)
    windows = cut_windows(tokenizer, data.questions, data.contexts, data.context_of, **SIZES)
    scored = prediction.logits(model, windows, 64)
    spec = importlib.util.spec_from_file_location("utils_qa", stock)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.tqdm = lambda rows: rows
    stock_answers = module.postprocess_qa_predictions
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)

        def ours(written: bool) -> prediction.Answers:
            found = prediction.answers(windows, scored, data.ids, data.contexts, Prediction())
            if written:
                write_answers(folder, found)
            return found

        seconds = {written: best(partial(ours, written)) for written in (False, True)}
        inputs = stock_inputs(data, windows, scored)
        spent = {
            written: best(
                partial(stock_answers, *inputs, version_2_with_negative=True, output_dir=place * written or None)
            )
            for written in (False, True)
        }
        odds = json.loads((folder / "null_odds.json").read_text())
        n_best = json.loads((folder / "nbest_predictions.json").read_text())
    found, theirs = seconds[True][1], spent[True][1]
    same = sum(found.predictions[one] == theirs[one] for one in data.ids)
    same_odds = sum(abs(found.null_odds[one] - odds[one]) < CLOSE for one in data.ids)
    same_best = sum([r.text for r in rows] == [r["text"] for r in n_best[one]] for one, rows in found.n_best())
    for written, what in ((False, "answers and null odds"), (True, "the same and all files")):
        theirs_s, ours_s = spent[written][0], seconds[written][0]
        print(
            f"| {name} | {len(data):,} | {len(windows):,} | {what} | {theirs_s:.2f} | {ours_s:.2f} "
            f"| {theirs_s / ours_s:.1f} | {same:,} | {same_odds:,} | {same_best:,} |"
        )


def alike(ours: Any, theirs: Any) -> bool:
    """Whether two results are the same answers; scores may differ in the last digits of a float32."""
    ours, theirs = ([one] if isinstance(one, dict) else one for one in (ours, theirs))
    theirs = [one for one in theirs if one["score"] > 0 or one["answer"] == ""]  # what the pipeline pads with
    return len(ours) == len(theirs) and all(
        (a["start"], a["end"], a["answer"]) == (b["start"], b["end"], b["answer"])
        and abs(a["score"] - b["score"]) < CLOSE
        for a, b in zip(ours, theirs, strict=True)
    )


def answering(name: str, document: Document, file: Path, peer: str) -> None:
    data = examples([document])
    model, tokenizer = made(data.contexts + data.questions)
    asked = [{"question": q.question, "context": p.context} for _, _, p, q in walk(document)]
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        answerer = QuestionAnswerer(folder)
        for settings in SETTINGS:
            start = time.perf_counter()
            ours = answerer(asked, **settings)
            seconds = time.perf_counter() - start
            out = Path(folder) / "out.json"
            options = [f"{key}={json.dumps(value)}" for key, value in settings.items()]
            subprocess.run([peer, str(PEER), "pipeline", folder, str(file), str(out), *options], check=True)
            told = json.loads(out.read_text())
            same = sum(alike(a, b) for a, b in zip(ours, told["answers"], strict=True))
            print(
                f"| {name} | {len(asked):,} | {', '.join(options) or 'defaults'} | {told['seconds']:.1f} "
                f"| {seconds:.1f} | {told['seconds'] / seconds:.1f} | {same:,} |"
            )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--stock", type=Path, help="utils_qa.py")
    arguments.add_argument("--peer", help="the Python of an environment with transformers 4")
    arguments.add_argument("--questions", type=int, default=12_000, help="for the post-processing")
    arguments.add_argument("files", type=Path, nargs="+")
    given = arguments.parse_args()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if given.stock:
        columns = "data | questions | windows | made | stock s | ours s | ratio | same answer | same null odds"
        print(f"| {columns} | same n-best |")
        print("|" + " --- |" * 10)
        for file in given.files:
            postprocessing(file.name, repeated(squad.read(file), given.questions), given.stock)
    if given.peer:
        print("\n| data | questions | arguments | pipeline s | ours s | ratio | same answers |\n|" + " --- |" * 7)
        for file in given.files:
            answering(file.name, squad.read(file), file, given.peer)


if __name__ == "__main__":
    main()
