"""Tests of training from features to answers. They run on one thread, since sums depend on the number of threads."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from msgspec.structs import replace
from spanferry.errors import InputError
from spanferry.pretrained import ModelSource, silence_transformers
from spanferry.reader import QuestionAnswerer, models, training
from spanferry.reader.gold import Gold
from spanferry.reader.run_report import evaluate_run
from spanferry.reader.settings import BaseModel, Run
from spanferry.reader.training_record import read_training_record
from spanferry.squad import Answer, Article, Document, Paragraph, Question, iterate_questions

from tests.support.tiny import BY_HEART, DRY, ROOT, RUN, SHAPE, contents, fifty, learn, with_config, with_training
from tests.support.together import COMMIT
from tests.support.towns import PROSE, corpus

silence_transformers()
torch.set_num_threads(1)


@pytest.fixture(scope="module")
def memorised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a model that has memorised fifty questions of the sample."""
    folder = tmp_path_factory.mktemp("memorised")
    learn(BY_HEART, folder, [fifty()])
    return folder


def test_a_tiny_model_memorises_fifty_questions(memorised):
    report = evaluate_run(BY_HEART, memorised / "model", Gold(fifty(), {}, {}), {}, None)
    assert report.figures["total"] == 50
    assert report.figures["exact"] > 95
    assert report.figures["HasAns_exact"] > 95
    assert report.figures["NoAns_exact"] > 95
    assert report.figures["best_exact"] >= report.figures["exact"]
    assert report.details.training.features.questions.kept == 50


def test_the_question_answerer_answers_from_the_folder(memorised):
    answerer = QuestionAnswerer(memorised / "model")
    right = 0
    for _, _, paragraph, question in iterate_questions(fifty()):
        inputs = {"question": question.question, "context": paragraph.context}
        answer = answerer(inputs, handle_impossible_answer=True, max_answer_len=30)
        gold = question.answers[0] if question.answers else Answer("", 0)
        assert paragraph.context[answer["start"] : answer["end"]] == answer["answer"]
        right += (answer["answer"], answer["start"]) == (gold.text, gold.answer_start) and answer["score"] > 0.5
    assert right >= 48


def test_the_folder_contains_safetensors_and_no_pickle(memorised):
    assert list(contents(memorised)) == [
        "config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
        "training.json",
    ]
    record = read_training_record(memorised / "model")
    assert (record.base, record.commit, record.steps) == ("bert from scratch", None, 300)
    assert record.loss[0][1] > 3 > 0.1 > record.loss[-1][1]


def test_training_continues_from_a_folder_offline(memorised, tmp_path):
    run = with_training(replace(BY_HEART, base=BaseModel(model=str(memorised / "model"))), epochs=1)
    learn(run, tmp_path, [fifty()])
    report = evaluate_run(run, tmp_path / "model", Gold(fifty(), {}, {}), {}, None)
    assert report.figures["exact"] > 80  # it starts from the trained weights
    assert read_training_record(tmp_path / "model").base == str(memorised / "model")


def test_another_model_in_the_same_folder_changes_the_fingerprint(tmp_path):
    run = replace(RUN, base=BaseModel(model=str(tmp_path)))
    prints = []
    for seed in (1, 1, 2):
        for part in models.create_from_scratch(RUN.base.scratch, [PROSE], seed):
            part.save_pretrained(tmp_path)
        prints.append(training.prepare_training(run, [corpus(1)], ModelSource(tmp_path, None)).fingerprint)
    assert prints[0] == prints[1] != prints[2]


def test_pickled_weights_are_read_on_request_and_written_as_safetensors(memorised, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(memorised / "model", old)
    torch.save(models.load_model(old).state_dict(), old / "pytorch_model.bin")
    (old / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"old: has pytorch_model\.bin instead of safetensors; `weights: torch`"):
        models.load_model(old)
    run = Run(BaseModel(model=str(old), weights="torch"), ("towns",), ("towns",), with_training(epochs=0.2).training)
    learn(run, tmp_path)
    assert "model.safetensors" in contents(tmp_path)
    assert "pytorch_model.bin" not in contents(tmp_path)


def test_the_same_seed_gives_the_same_bytes_whether_interrupted_or_not(tmp_path):
    # An epoch has five batches, and the loss curve a point every three. The checkpoint is in the middle of both.
    run = with_training(RUN, batch=12, epochs=9, checkpoints=7)
    learn(run, tmp_path / "whole")
    assert learn(run, tmp_path / "cut", stop=10) is None
    assert (tmp_path / "cut" / "checkpoints" / "checkpoint-7").is_dir()
    assert learn(run, tmp_path / "cut").resumed == 7
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")
    learn(with_training(run, seed=7), tmp_path / "other")
    assert contents(tmp_path / "other")["model.safetensors"] != contents(tmp_path / "whole")["model.safetensors"]


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run together.py and return its folder."""
    folder = tmp_path_factory.mktemp("together")
    for machine in range(2):
        for part in models.create_from_scratch(RUN.base.scratch, [PROSE], seed=1):
            part.save_pretrained(folder / f"cache{machine}" / COMMIT)
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([*command, "-m", "tests.support.together", folder], env=alone, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return folder


def test_two_processes_resume_where_they_stopped(together):
    """They stop in the second epoch, in which the order of features differs from the first."""
    assert contents(together / "cut") == contents(together / "whole")


def test_processes_with_different_data_are_an_error_and_delete_nothing(together):
    errors = {(together / f"error{rank}").read_text() for rank in range(2)}
    assert errors == {
        "training: process 1 of 2 has other data, settings, base model or version of transformers than process 0"
    }


@pytest.mark.parametrize(("checkpoints", "saved"), [(1, [4]), (3, [2, 4]), (99, [1, 2, 3, 4])])
def test_training_saves_the_requested_number_of_checkpoints(tmp_path, checkpoints, saved):
    prepared = training.prepare_training(with_training(epochs=4, checkpoints=checkpoints), [corpus(2)])
    seen = set()

    def look(steps: int = 0) -> None:
        seen.update(int(path.name.partition("-")[2]) for path in tmp_path.glob("checkpoint-*"))

    assert training.train(prepared, tmp_path, look).steps == 4
    look()
    assert sorted(seen) == saved


def test_accumulated_batches_train_like_whole_ones(tmp_path):
    whole = learn(with_training(with_config(DRY), epochs=4), tmp_path / "whole")
    parts = learn(with_training(with_config(DRY), epochs=4, device_batch=5), tmp_path / "parts")
    assert whole.steps == parts.steps == 20
    assert [loss for _, loss in parts.loss] == pytest.approx([loss for _, loss in whole.loss], rel=0.02)


@pytest.mark.parametrize(
    ("architecture", "config"),
    [
        ("roberta", SHAPE | {"max_position_embeddings": 200}),
        ("distilbert", {"dim": 64, "n_layers": 1, "n_heads": 4, "hidden_dim": 64, "max_position_embeddings": 160}),
        ("xlm-roberta", SHAPE | {"max_position_embeddings": 200}),
        ("electra", SHAPE | {"embedding_size": 32}),
    ],
)
def test_other_architectures_are_trained_the_same_way(tmp_path, architecture, config):
    run = with_training(with_config(config, architecture), epochs=0.4)
    learn(run, tmp_path)
    assert evaluate_run(run, tmp_path / "model", Gold(corpus(2), {}, {}), {}, None).figures["total"] == 10


def test_batches_are_not_padded_beyond_the_models_positions(tmp_path):
    """The model has 46 positions, which is not a multiple of 8."""
    run = with_training(with_config(SHAPE | {"max_position_embeddings": 46}), epochs=0.5, max_length=46, doc_stride=8)
    learn(run, tmp_path, [corpus(4)])
    assert evaluate_run(run, tmp_path / "model", Gold(corpus(2), {}, {}), {}, None).figures["total"] == 10
    context = corpus(1).data[0].paragraphs[0].context
    assert QuestionAnswerer(tmp_path / "model")(question="Wie?", context=context)["answer"] in context


def test_a_reader_of_answerable_questions_always_answers(tmp_path):
    context = "Velderbroek ligt aan de Zilvere."
    # The form in which a build writes a native corpus of version 1.1: each question is marked as answerable.
    question = Question("english-1-0", "Waar?", (Answer("de Zilvere", 21),), False)
    document = Document((Article((Paragraph(context, (question,)),)),), "v2.0")
    learn(with_training(RUN, epochs=1), tmp_path, [document])
    report = evaluate_run(RUN, tmp_path / "model", Gold(document, {}, {}), {}, None)
    assert "NoAns_total" not in report.figures
    assert report.figures["exact_match"] == report.figures["exact"]
    assert report.answers.predictions["english-1-0"] != ""
    assert list(report.details.breakdown["language"]) == ["en"]


def test_training_without_questions_is_an_error():
    question = Question("one", "Waar?", (Answer("Aa", 99),), False)
    with pytest.raises(InputError, match="no question is left to train on"):
        training.prepare_training(RUN, [Document((Article((Paragraph("De Aa.", (question,)),)),))])
    with pytest.raises(InputError, match=r"training\.max_length: 384 tokens are more than the model's 160"):
        training.prepare_training(with_training(RUN, max_length=384), [corpus(1)])


def test_folders_without_a_record_are_an_error(tmp_path):
    with pytest.raises(InputError, match="not a model that `finetune` wrote"):
        read_training_record(tmp_path)
