"""Runs that are small enough for tests, and their corpora. One corpus is in a folder with the layout of a build."""

import shutil
from itertools import islice
from pathlib import Path

from msgspec.structs import replace
from spanferry import tables
from spanferry.arrow import to_table
from spanferry.pretrained import ModelSource, locate_model
from spanferry.reader import training
from spanferry.reader.finetuning import is_main_process
from spanferry.reader.settings import BaseModel, Run, ScratchModel, TrainingSettings
from spanferry.records import SPLITS, Field, Method, Placement, SpanRow
from spanferry.squad import Article, Document, Paragraph, iterate_questions, read_squad, write_squad

from tests.support.towns import corpus

SHAPE = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 160,
}
DRY = SHAPE | {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
TRAINING = TrainingSettings(
    epochs=2,
    batch=10,
    learning_rate=2e-3,
    warmup=0.1,
    max_length=128,
    doc_stride=32,
    max_question_length=32,
    checkpoints=4,
)
RUN = Run(BaseModel(scratch=ScratchModel("bert", 1_000, SHAPE)), ("towns",), ("towns",), TRAINING)

ROOT = Path(__file__).parents[2]
LONG = {"hidden_size": 96, "num_hidden_layers": 1, "max_position_embeddings": 256}
BY_HEART = Run(
    BaseModel(scratch=ScratchModel("bert", 2_000, DRY | LONG)),
    ("sample",),
    ("sample",),
    replace(TRAINING, epochs=60, max_length=256, doc_stride=64),
)
"""Memorises `fifty()` in some ten seconds."""

PARAMS = """
build: {corpora: [towns], runs: [tiny]}
language: {source: en, target: nl}
corpora:
  towns: {train: train.json, dev: dev.json, native: true}
runs:
  tiny:
    base:
      scratch:
        architecture: bert
        vocabulary: 1000
        config: {hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 4, intermediate_size: 128,
          max_position_embeddings: 160}
    train_on: [towns]
    evaluate_on: [towns]
    allow_overlap: true
    training: {epochs: 4, batch: 10, learning_rate: 2e-3, warmup: 0.1, max_length: 128, doc_stride: 32,
      max_question_length: 32, checkpoints: 10}
  tydiqa-distilmbert:
    base: {model: someone/nothing, revision: main}
    train_on: [towns]
    evaluate_on: [towns]
    training: {epochs: 1, batch: 8, learning_rate: 5e-5}
  elsewhere:
    base: {model: someone/nothing, revision: main}
    train_on: [squad2]
    evaluate_on: [squad2]
    training: {epochs: 1, batch: 8, learning_rate: 5e-5}
"""


def fifty() -> Document:
    """Return the first fifty questions of the sample, in English. 34 have an answer."""
    rows = list(islice(iterate_questions(read_squad(ROOT / "data" / "sample" / "train-v2.0.json")), 50))
    chosen: dict[str, Paragraph] = {}
    for _, _, paragraph, question in rows:
        started = chosen.setdefault(paragraph.context, replace(paragraph, qas=()))
        chosen[paragraph.context] = replace(started, qas=(*started.qas, question))
    return Document((Article(tuple(chosen.values()), "The first fifty"),), "v2.0")


def with_training(run: Run = RUN, **settings: object) -> Run:
    """Return the run with other hyperparameters."""
    return replace(run, training=replace(run.training, **settings))


def with_config(config: dict[str, object], architecture: str = "bert") -> Run:
    """Return the run with another configuration of its base model."""
    return replace(RUN, base=BaseModel(scratch=ScratchModel(architecture, 1_000, config)))


def learn(
    run: Run,
    folder: Path,
    documents: list[Document] | None = None,
    stop: int = 0,
    source: ModelSource | None = None,
) -> training.TrainingResult | None:
    """Train into `folder/model`. `stop` ends it after that many steps as a kill does, and leaves the checkpoints."""
    done = 0

    def progress(steps: int) -> None:
        nonlocal done
        done += steps
        if stop and done >= stop:
            raise KeyboardInterrupt

    if source is None and run.base.model:
        source = locate_model(run.base.model, run.base.revision, run.base.weights)
    prepared = training.prepare_training(run, documents or [corpus()], source)
    try:
        trained = training.train(prepared, folder / "checkpoints", progress)
    except KeyboardInterrupt:
        return None
    assert done == trained.steps == prepared.step_count
    if is_main_process():
        training.save_model(prepared, trained, folder / "model")
        shutil.rmtree(folder / "checkpoints")
    return trained


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of the model that `learn` wrote, by name."""
    return {path.name: path.read_bytes() for path in sorted((folder / "model").iterdir())}


def project(folder: Path) -> Path:
    """Write params.yaml and the towns as a cleaned corpus, with the provenance of their answers."""
    (folder / "params.yaml").write_text(PARAMS)
    clean = folder / "data" / "towns" / "clean"
    for split in SPLITS:
        write_squad(corpus(), clean / f"nl_squadv2_{split}_clean.json")
    methods = (Method.EXACT, Method.NORMALISED, Method.FUZZY, Method.MARKED)  # of each town's answers
    rows = [
        SpanRow(
            split="dev",
            article=town,
            paragraph=0,
            title=article.title,
            question_id=question.id,
            field=Field.ANSWERS,
            index=0,
            source_text=answer.text,
            source_start=answer.answer_start,
            translation=None,
            marked=None,
            placement=Placement(answer.text, answer.answer_start, methods[number], 1.0, 1.0, 1, 1),
            reason=None,
            candidates=(),
        )
        for town, article in enumerate(corpus().data)
        for number, question in enumerate(article.paragraphs[0].qas)
        for answer in question.answers
    ]
    tables.write(to_table(rows, SpanRow), clean / "provenance.parquet")
    return folder
