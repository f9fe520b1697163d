"""Measure what a translated corpus teaches a reader, against no translation and against the usual way to carry spans.

    python benchmarks/translation_worth.py FOLDER --english TRAIN.json --corpus data/CORPUS --gold GOLD.json \\
        --model MODEL [--language nl] [--seeds 1 2] [--ways ...]

A multilingual model is trained on English questions. It then answers questions of the corpus whose spans people marked
(--gold): as it is (zero-shot), and after going on with the corpus's other articles, whose spans were carried over by
Spanferry, by Spanferry without some of its methods, or by the first exact hit of the answer's own translation. Every
second article of the corpus is for training, the others are for evaluation. Only questions with an answer are used.
Questions that Spanferry dropped are left out everywhere, because the corpus has no translation of them.

Finished runs are kept in FOLDER and are not repeated. Prints two tables: the scores of each way, as the mean over the
seeds, and paired tests of F1 on the question means (sign flips of whole paragraphs). `--record FILE` writes them into
the file of results that comparisons show.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from reader_scores import Readers, compare_readers, report
from spanferry import tables
from spanferry.arrow import from_table
from spanferry.language.codes import language_name
from spanferry.reader.benchmarks import BenchmarkResult
from spanferry.reader.evaluation import Evaluation, evaluate
from spanferry.reader.examples import collect_examples
from spanferry.reader.prediction import predict
from spanferry.reader.settings import BaseModel, Run, TrainingSettings
from spanferry.reader.significance import number_paragraphs
from spanferry.records import Field, Method, SpanRow
from spanferry.squad import Answer, Article, Document, iterate_questions, read_squad, write_squad

ZERO_SHOT, SPANFERRY, FIRST_HIT = "zero-shot", "spanferry", "first-hit"
CARRIED = {  # way -> the methods whose spans it leaves out
    SPANFERRY: frozenset[Method](),
    "no-fuzzy": {Method.FUZZY},
    "no-marked": {Method.MARKED},
    "no-fuzzy-or-marked": {Method.FUZZY, Method.MARKED},
}
WAYS = (ZERO_SHOT, *CARRIED, FIRST_HIT)
LABELS = {
    ZERO_SHOT: "English alone (zero-shot)",
    SPANFERRY: "English, Spanferry's spans",
    "no-fuzzy": "English, Spanferry's without fuzzy",
    "no-marked": "English, Spanferry's without marked",
    "no-fuzzy-or-marked": "English, Spanferry's without fuzzy and marked",
    FIRST_HIT: "English, first exact hits",
}
FAR = 20  # characters: joined sentences may differ in white space from the text that people marked

GivenAnswers = Mapping[str, tuple[Answer, ...]]
"""Question id -> its answers in the corpus."""


def with_answers(document: Document, articles: tuple[Article, ...], answers: GivenAnswers) -> Document:
    """Return these articles with other answers, without the questions that have none."""
    kept: list[Article] = []
    for article in articles:
        paragraphs = [
            replace(one, qas=tuple(replace(qa, answers=answers[qa.id]) for qa in one.qas if answers.get(qa.id)))
            for one in article.paragraphs
        ]
        kept.append(replace(article, paragraphs=tuple(one for one in paragraphs if one.qas)))
    return replace(document, data=tuple(article for article in kept if article.paragraphs))


def answers_by_way(document: Document, rows: list[SpanRow]) -> dict[str, GivenAnswers]:
    """Return the answers that each way of carrying them finds."""
    contexts = {qa.id: one.context for article in document.data for one in article.paragraphs for qa in one.qas}
    rows = [row for row in rows if row.field is Field.ANSWERS and row.question_id in contexts]

    def first_hit(row: SpanRow) -> Answer | None:
        at = contexts[row.question_id].find(row.translation) if row.translation else -1
        return Answer(row.translation, at) if row.translation and at >= 0 else None

    def placed(row: SpanRow, without: Collection[Method]) -> Answer | None:
        chosen = row.placement
        return Answer(chosen.text, chosen.start) if chosen and chosen.method not in without else None

    finders: dict[str, Callable[[SpanRow], Answer | None]] = {FIRST_HIT: first_hit}
    finders |= {way: partial(placed, without=without) for way, without in CARRIED.items()}
    found: dict[str, dict[str, tuple[Answer, ...]]] = {way: {} for way in finders}
    for way, find in finders.items():
        for row in rows:
            if answer := find(row):
                found[way][row.question_id] = (*found[way].get(row.question_id, ()), answer)
    return dict(found)


def read_gold_answers(path: Path, document: Document) -> GivenAnswers:
    """Return the spans that people marked, at their places in the document's contexts."""
    marked = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, tuple[Answer, ...]] = {}
    for _, _, paragraph, question in iterate_questions(document):
        entry = marked.get(question.id, [])
        spans = entry["answers"] if isinstance(entry, dict) else entry
        places = [(span["text"], nearest(paragraph.context, span["text"], span["start"])) for span in spans]
        found[question.id] = tuple(Answer(text, start) for text, start in places if start is not None)
    return found


def nearest(context: str, text: str, place: int) -> int | None:
    """Return the start of the text that is nearest to a place, or None if it is nowhere near."""
    near = context[max(0, place - FAR) : place + len(text) + FAR]
    starts = [max(0, place - FAR) + at for at in range(len(near)) if near.startswith(text, at)]
    return min(starts, key=lambda start: abs(start - place), default=None)


def count(document: Document) -> int:
    return sum(1 for _ in iterate_questions(document))


def make_run(given: argparse.Namespace, model: str, seed: int, epochs: float, learning_rate: float) -> Run:
    training = TrainingSettings(
        epochs=epochs, batch=given.batch, learning_rate=learning_rate, warmup=given.warmup, checkpoints=1, seed=seed
    )
    return Run(BaseModel(model=model), ("train",), ("dev",), training)


def train(given: argparse.Namespace, way: str, seed: int) -> None:
    """Train one model in this process, and save it with its answers to the evaluated questions."""
    from spanferry.pretrained import locate_model, silence_transformers
    from spanferry.reader import training

    silence_transformers()
    out, english = given.folder / f"{way}-{seed}", given.folder / f"{ZERO_SHOT}-{seed}"
    model, epochs, rate = (
        (str(given.model), given.epochs, given.learning_rate)
        if way == ZERO_SHOT
        else (str(english / "model"), given.further_epochs, given.further_learning_rate)
    )
    run = make_run(given, model, seed, epochs, rate)
    start = time.process_time()
    source = locate_model(model, None, "safetensors")
    prepared = training.prepare_training(run, [read_squad(given.folder / f"{way}.json")], source)
    result = training.train(prepared, out / "checkpoints")
    if way == ZERO_SHOT:
        training.save_model(prepared, result, out / "model")
    data = collect_examples([read_squad(given.folder / "dev.json")])
    answers = predict(prepared.model, prepared.tokenizer, data, run.training, run.prediction, allow_no_answer=False)
    shutil.rmtree(out / "checkpoints")
    record = {"cpu_seconds": round(time.process_time() - start), "predictions": answers.predictions}
    (out / "answers.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def run_way(given: argparse.Namespace, way: str, seed: int) -> tuple[Evaluation, float]:
    """Train in a process of its own, unless it was done before. Return the scores and the CPU seconds."""
    answers = given.folder / f"{way}-{seed}" / "answers.json"
    if not answers.exists():
        answers.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, *sys.argv, "--own", way, str(seed)], check=True, stdout=sys.stderr)
    record = json.loads(answers.read_text(encoding="utf-8"))
    document = read_squad(given.folder / "dev.json")
    return evaluate(document, record["predictions"], language=given.language), record["cpu_seconds"]


def write_documents(given: argparse.Namespace) -> dict[str, int]:
    """Write the training questions of each way and the evaluated ones; return the number of questions of each."""
    clean = given.corpus / "clean"
    document = read_squad(next(clean.glob("*_dev_clean.json")))
    rows = list(from_table(tables.read(given.corpus / "spans.parquet", SpanRow), SpanRow))
    held_back, others = document.data[::2], document.data[1::2]
    documents = {way: with_answers(document, others, given_) for way, given_ in answers_by_way(document, rows).items()}
    documents["dev"] = with_answers(document, held_back, read_gold_answers(given.gold, document))
    documents[ZERO_SHOT] = read_squad(given.english)
    for name, one in documents.items():
        write_squad(one, given.folder / f"{name}.json")
    return {name: count(one) for name, one in documents.items()}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--english", type=Path, required=True)
    arguments.add_argument("--corpus", type=Path, required=True)
    arguments.add_argument("--gold", type=Path, required=True)
    arguments.add_argument("--model", type=Path, required=True)
    arguments.add_argument("--language", default="nl")
    arguments.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    arguments.add_argument("--record", type=Path)
    arguments.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    arguments.add_argument("--epochs", type=float, default=2)
    arguments.add_argument("--learning-rate", type=float, default=1e-4)
    arguments.add_argument("--further-epochs", type=float, default=3)
    arguments.add_argument("--further-learning-rate", type=float, default=5e-5)
    arguments.add_argument("--batch", type=int, default=12)
    arguments.add_argument("--warmup", type=float, default=0.1)
    arguments.add_argument("--own", nargs=2, help=argparse.SUPPRESS)  # way and seed of a process that trains
    given = arguments.parse_args()
    if given.own:
        train(given, given.own[0], int(given.own[1]))
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = write_documents(given)
    print(f"{sizes['dev']:,} questions to answer\n", file=sys.stderr)
    readers: dict[str, Readers] = {}
    for way in (way for way in WAYS if way in given.ways):
        runs = {seed: run_way(given, way, seed) for seed in given.seeds}
        cpu = sum(seconds for _, seconds in runs.values()) / len(runs)
        readers[way] = Readers(LABELS[way], sizes[way], {seed: one for seed, (one, _) in runs.items()}, cpu)
    paragraph_of = number_paragraphs(read_squad(given.folder / "dev.json"))
    pairs = [(SPANFERRY, other) for other in WAYS if other != SPANFERRY] + [(FIRST_HIT, ZERO_SHOT)]
    result = BenchmarkResult(
        name="What the translation is worth",
        data=f"{given.model.name}, trained on {sizes[ZERO_SHOT]:,} English questions and then on those of the table; "
        f"answers in {language_name(given.language)} that people marked",
        command=f"benchmarks/translation_worth.py FOLDER --english {given.english.name} --corpus data/CORPUS "
        f"--gold {given.gold.name} --model {given.model.name} --ways {' '.join(readers)}",
        evaluated=sizes["dev"],
        scores=tuple(each.summarise(paragraph_of) for each in readers.values()),
        tests=tuple(
            compare_readers(readers[a], readers[b], paragraph_of) for a, b in pairs if {a, b} <= readers.keys()
        ),
    )
    report(result, given.record)


if __name__ == "__main__":
    main()
