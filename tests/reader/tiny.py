"""A run small enough for tests, and its corpus in a folder as the build lays it out."""

from pathlib import Path

from msgspec.structs import replace

from pipeline import squad, tables
from pipeline.reader.runs import Base, Run, Scratch, Training
from tests.reader.towns import corpus

SHAPE = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "max_position_embeddings": 160,
}
DRY = SHAPE | {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
TRAINING = Training(
    epochs=2,
    batch=10,
    learning_rate=2e-3,
    warmup=0.1,
    max_length=128,
    doc_stride=32,
    max_question_length=32,
    checkpoints=4,
)
RUN = Run(Base(scratch=Scratch("bert", 1_000, SHAPE)), ("towns",), ("towns",), TRAINING)

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


def with_training(run: Run = RUN, **settings: object) -> Run:
    """The run with other hyperparameters."""
    return replace(run, training=replace(run.training, **settings))


def with_config(config: dict[str, object], architecture: str = "bert") -> Run:
    """The run from another configuration."""
    return replace(RUN, base=Base(scratch=Scratch(architecture, 1_000, config)))


def project(folder: Path) -> Path:
    """params.yaml and the towns as a cleaned corpus, with the provenance of their answers."""
    (folder / "params.yaml").write_text(PARAMS)
    clean = folder / "data" / "towns" / "clean"
    for split in tables.SPLITS:
        squad.write(corpus(), clean / f"nl_squadv2_{split}_clean.json")
    rows = [
        {"split": "dev", "field": "answers", "question_id": question.id, "method": method}
        for (*_, question), method in zip(
            squad.walk(corpus()), ["exact", "normalised", "fuzzy", "marked", None] * 10, strict=True
        )
    ]
    tables.write(tables.SPANS.empty_table().from_pylist(rows, schema=tables.SPANS), clean / "provenance.parquet")
    return folder
