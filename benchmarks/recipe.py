"""Train and score a reader with Spanferry and with the stock recipe, on the same questions with the same settings.

    python benchmarks/recipe.py FOLDER --squad DEV.json --xquad XQUAD.en.json --model MODEL --stock-python PYTHON

The questions are those of a SQuAD file that have an answer and whose context is not in XQuAD: every fifth article for
evaluation, the others for training. `--stock-python` is that of an environment with transformers 4 (stock_recipe.py).
The recipes run one after the other, seed by seed. Finished runs are kept in FOLDER, and are not repeated.

Prints the scores of each recipe as the mean over the seeds, with a paired test; then the CPU seconds of each part of
each run. CPU time is little disturbed by other work on the machine; set OMP_NUM_THREADS=1, since threads that wait for
each other count as well. Then it takes the stock recipe's logits, chooses answers with Spanferry's code, and counts
those that differ. `--record FILE` writes the scores into the file of results that comparisons show.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from measuring import print_table
from msgspec.structs import replace
from reader_scores import Readers, compare_readers, report
from spanferry.reader.benchmarks import BenchmarkResult
from spanferry.reader.evaluation import Evaluation, evaluate
from spanferry.reader.examples import collect_examples
from spanferry.reader.inference import Logits
from spanferry.reader.overlap import normalise_context
from spanferry.reader.prediction import choose_answers, predict
from spanferry.reader.settings import BaseModel, PredictionSettings, Run, TrainingSettings
from spanferry.reader.significance import number_paragraphs
from spanferry.squad import Article, Document, Paragraph, iterate_questions, read_squad, write_squad

EVALUATED_ARTICLE = 5  # every fifth article is evaluated on
PARTS = ("features", "training", "prediction")
RECIPES = {"spanferry": "Spanferry", "stock": "stock recipe (transformers 4.57)"}


def split_questions(squad: Document, excluded: Document) -> dict[str, Document]:
    """Return the answerable questions as "train" and "dev", without the contexts of another document."""
    known = {normalise_context(paragraph.context) for article in excluded.data for paragraph in article.paragraphs}

    def answerable(paragraph: Paragraph) -> Paragraph:
        return replace(paragraph, qas=tuple(question for question in paragraph.qas if question.answers))

    articles: list[Article] = []
    for article in squad.data:
        paragraphs = [answerable(one) for one in article.paragraphs if normalise_context(one.context) not in known]
        if kept := tuple(paragraph for paragraph in paragraphs if paragraph.qas):
            articles.append(replace(article, paragraphs=kept))
    chosen = {"dev": articles[::EVALUATED_ARTICLE]}
    chosen["train"] = [article for article in articles if article not in chosen["dev"]]
    return {split: Document(tuple(part), "1.1") for split, part in chosen.items()}


def make_run(given: argparse.Namespace, seed: int) -> Run:
    settings = TrainingSettings(
        epochs=given.epochs,
        batch=given.batch,
        learning_rate=given.learning_rate,
        warmup=given.warmup,
        checkpoints=1,
        seed=seed,
    )
    return Run(BaseModel(model=str(given.model)), ("train",), ("dev",), settings)


def train_spanferry(given: argparse.Namespace) -> None:
    """Train and predict in this process; write predictions.json and seconds.json as the stock recipe does."""
    from spanferry.pretrained import locate_model, silence_transformers
    from spanferry.reader import training

    silence_transformers()
    run, out = make_run(given, given.own), given.folder / f"spanferry-{given.own}"
    out.mkdir(parents=True, exist_ok=True)
    marks = [time.process_time()]
    source = locate_model(str(given.model), None, "safetensors")
    train, dev = (read_squad(given.folder / f"{split}.json") for split in ("train", "dev"))
    prepared = training.prepare_training(run, [train], source)
    marks.append(time.process_time())
    training.train(prepared, out / "checkpoints")
    marks.append(time.process_time())
    data = collect_examples([dev])
    answers = predict(prepared.model, prepared.tokenizer, data, run.training, run.prediction, allow_no_answer=False)
    marks.append(time.process_time())
    (out / "predictions.json").write_text(json.dumps(answers.predictions, ensure_ascii=False), encoding="utf-8")
    seconds = dict(zip(PARTS, np.diff(marks).round(2).tolist(), strict=True))
    (out / "seconds.json").write_text(json.dumps(seconds))


def run_recipe(given: argparse.Namespace, recipe: str, seed: int) -> None:
    """Run a recipe in a process of its own, unless it has run before."""
    if (given.folder / f"{recipe}-{seed}" / "seconds.json").exists():
        return
    settings = ["--epochs", given.epochs, "--batch", given.batch, "--learning-rate", given.learning_rate]
    settings += ["--warmup", given.warmup, "--model", given.model]
    if recipe == "stock":
        stock = Path(__file__).with_name("stock_recipe.py")
        command: list[Any] = [given.stock_python, stock, given.folder, "--seed", seed, *settings]
    else:
        command = [sys.executable, __file__, given.folder, "--own", seed, *settings]
    subprocess.run([str(part) for part in command], check=True, stdout=sys.stderr)


def score(given: argparse.Namespace, recipe: str, seed: int) -> tuple[Evaluation, dict[str, float]]:
    """Return the scores of a finished run, and the CPU seconds of its parts, with those of the scores."""
    folder = given.folder / f"{recipe}-{seed}"
    predictions = json.loads((folder / "predictions.json").read_text(encoding="utf-8"))
    start = time.process_time()
    evaluation = evaluate(read_squad(given.folder / "dev.json"), predictions)
    return evaluation, json.loads((folder / "seconds.json").read_text()) | {"scores": time.process_time() - start}


def count_differences(given: argparse.Namespace, seed: int) -> tuple[int, int]:
    """Choose answers from the stock recipe's logits; return the number of other answers, and of all."""
    from spanferry.pretrained import load_tokenizer
    from spanferry.reader.windows import cut_windows

    folder = given.folder / f"stock-{seed}"
    stock = np.load(folder / "logits.npz")
    data = collect_examples([read_squad(given.folder / "dev.json")])
    settings = make_run(given, seed).training
    sizes = {name: getattr(settings, name) for name in ("max_length", "doc_stride", "max_question_length")}
    windows = cut_windows(load_tokenizer(given.model), data.questions, data.contexts, data.context_of, **sizes)
    batch = windows.batch(np.arange(len(windows)))
    mask = stock["mask"][:, : batch["input_ids"].shape[1]]
    if not np.array_equal(batch["input_ids"][mask], stock["ids"][stock["mask"]]):
        raise SystemExit("the recipes cut other features")
    bounds = np.concatenate([[0], np.cumsum(windows.lengths)])
    logits = Logits(stock["start"][stock["mask"]], stock["end"][stock["mask"]], bounds)
    chosen = choose_answers(
        windows, logits, data.ids, data.contexts, PredictionSettings(), allow_no_answer=False, align_to_words=False
    )
    expected = json.loads((folder / "predictions.json").read_text(encoding="utf-8"))
    different = [one for one, text in chosen.predictions.items() if text != expected[one]]
    for one in different[:10]:
        print(f"{one}: stock {expected[one]!r}, Spanferry {chosen.predictions[one]!r}", file=sys.stderr)
    return len(different), len(expected)


def summarise(
    given: argparse.Namespace, runs: Mapping[tuple[str, int], tuple[Evaluation, Mapping[str, float]]]
) -> BenchmarkResult:
    """Return the scores of both recipes as the means over the seeds, and their paired test."""
    train, dev = (read_squad(given.folder / f"{split}.json") for split in ("train", "dev"))
    paragraph_of = number_paragraphs(dev)
    count = sum(1 for _ in iterate_questions(train))
    readers: list[Readers] = []
    for recipe, label in RECIPES.items():
        seeds = {seed: runs[recipe, seed][0] for seed in given.seeds}
        cpu = sum(sum(runs[recipe, seed][1].values()) for seed in given.seeds) / len(given.seeds)
        readers.append(Readers(label, count, seeds, cpu))
    return BenchmarkResult(
        name="Against the stock recipe",
        data=f"{given.model.name}; answerable questions of {given.squad.name} whose context is not in XQuAD",
        command=f"benchmarks/recipe.py FOLDER --squad {given.squad.name} --xquad {given.xquad.name} "
        f"--model {given.model.name} --stock-python PYTHON",
        evaluated=len(paragraph_of),
        scores=tuple(each.summarise(paragraph_of) for each in readers),
        tests=(compare_readers(readers[0], readers[1], paragraph_of),),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--squad", type=Path)
    arguments.add_argument("--xquad", type=Path)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--stock-python", type=Path)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    arguments.add_argument("--epochs", type=float, default=2)
    arguments.add_argument("--batch", type=int, default=12)
    arguments.add_argument("--learning-rate", type=float, default=1e-4)
    arguments.add_argument("--warmup", type=float, default=0.1)
    arguments.add_argument("--record", type=Path)
    arguments.add_argument("--own", type=int, help=argparse.SUPPRESS)  # the seed of a process that trains
    given = arguments.parse_args()
    if given.own is not None:
        train_spanferry(given)
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    for split, document in split_questions(read_squad(given.squad), read_squad(given.xquad)).items():
        write_squad(document, given.folder / f"{split}.json")
        print(f"{split}: {sum(len(p.qas) for a in document.data for p in a.paragraphs):,} questions", file=sys.stderr)
    runs: dict[tuple[str, int], tuple[Evaluation, dict[str, float]]] = {}
    for seed in given.seeds:
        for recipe in RECIPES:
            run_recipe(given, recipe, seed)
            runs[recipe, seed] = score(given, recipe, seed)
    report(summarise(given, runs), given.record)
    print()
    seconds = {run: [parts[part] for part in (*PARTS, "scores")] for run, (_, parts) in runs.items()}
    print_table(
        ("recipe", "seed", *(f"{part} s" for part in (*PARTS, "scores")), "together s"),
        [(*run, *(f"{one:.1f}" for one in parts), f"{sum(parts):.0f}") for run, parts in seconds.items()],
    )
    own, stock = (sum(sum(parts) for run, parts in seconds.items() if run[0] == recipe) for recipe in RECIPES)
    print(f"\nstock / Spanferry, CPU seconds together: {stock / own:.2f}")
    for seed in given.seeds:
        different, total = count_differences(given, seed)
        print(f"seed {seed}: {different} of {total} answers differ when both choose from the stock recipe's logits")


if __name__ == "__main__":
    main()
