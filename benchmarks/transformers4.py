"""The peer: what transformers 4 still had. Run by an environment of its own, not this project's.

    PEER/bin/python benchmarks/transformers4.py pipeline MODEL SQUAD_FILE OUT.json [ARGUMENT=VALUE ...]
    PEER/bin/python benchmarks/transformers4.py metrics SQUAD_FILE PREDICTIONS NULL_ODDS OUT.json

PEER: python -m venv PEER && PEER/bin/pip install transformers==4.57.6 torch==2.13.0
"""

import json
import sys
import time
from pathlib import Path


def questions(file):
    """(question, paragraph) of a SQuAD file, as plain JSON."""
    for article in json.loads(Path(file).read_text())["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                yield question, paragraph


def run_pipeline(model, file, out, *options):
    import warnings

    import torch
    from transformers import logging, pipeline

    warnings.simplefilter("ignore")
    logging.set_verbosity_error()
    torch.set_num_threads(2)
    answer = pipeline("question-answering", model=model, tokenizer=model, device="cpu")
    asked = [{"question": q["question"], "context": p["context"]} for q, p in questions(file)]
    settings = {name: json.loads(value) for name, _, value in (option.partition("=") for option in options)}
    start = time.perf_counter()
    answers = answer(asked, batch_size=32, **settings)
    seconds = time.perf_counter() - start
    Path(out).write_text(json.dumps({"seconds": seconds, "answers": answers}))


def run_metrics(file, predictions, null_odds, out):
    from transformers.data.metrics.squad_metrics import squad_evaluate
    from transformers.data.processors.squad import SquadExample

    examples = [
        SquadExample(q["id"], q["question"], p["context"], None, None, None, q["answers"], not q["answers"])
        for q, p in questions(file)
    ]
    answers, odds = (json.loads(Path(one).read_text()) for one in (predictions, null_odds))
    start = time.perf_counter()
    figures = squad_evaluate(examples, answers, odds, 1.0)
    seconds = time.perf_counter() - start
    Path(out).write_text(json.dumps({"seconds": seconds, "figures": figures}))


if __name__ == "__main__":
    {"pipeline": run_pipeline, "metrics": run_metrics}[sys.argv[1]](*sys.argv[2:])
