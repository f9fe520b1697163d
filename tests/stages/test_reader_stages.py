"""Tests of stages finetune, evaluate and compare, called as DVC calls them, on the corpus of towns."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import torch
from spanferry.cli.ask import ask
from spanferry.files import write_json
from spanferry.reader.metrics import evaluate_v2
from spanferry.reader.overlap import Overlap
from spanferry.squad import iterate_questions

from stages import compare, evaluate, finetune
from tests.support.tiny import project
from tests.support.towns import corpus

ROOT = Path(__file__).parents[2]
FINETUNE = ("tiny", "--data", "data", "--checkpoints", "checkpoints/tiny", "--out", "models/tiny")
EVALUATE = (
    *("tiny", "--data", "data", "--overlaps", "data/runs/tiny/overlaps.json"),
    *("--model", "models/tiny", "--report", "reports/runs/tiny.json"),
    *("--metrics", "reports/runs/tiny.metrics.json", "--details", "reports/runs/tiny", "--card", "models/tiny.md"),
)
ALONE = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'pipeline'}"}


@pytest.fixture
def folder(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SPANFERRY_PROCESSES", raising=False)
    torch.set_num_threads(1)
    write_json(workdir / "data/runs/tiny/overlaps.json", [])
    return project(workdir)


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def test_the_stages_lead_from_cleaned_files_to_the_table(folder, run, refusal):
    done = run(finetune.main, *FINETUNE)
    assert done.stdout == "finetune: tiny: 20 steps on 50 windows of text\n", done.output
    assert not (folder / "checkpoints" / "tiny").exists()

    done = run(evaluate.main, *EVALUATE)
    assert done.stdout.startswith("evaluate: tiny: EM "), done.output
    figures = json.loads((folder / "reports/runs/tiny.json").read_bytes())
    metrics = json.loads((folder / "reports/runs/tiny.metrics.json").read_bytes())
    assert metrics == {"exact": figures["exact"], "f1": figures["f1"]}
    run_folder = folder / "reports" / "runs" / "tiny"
    assert sorted(path.name for path in run_folder.iterdir()) == [
        "answers.html",
        "details.json",
        "n_best.json",
        "null_odds.json",
        "predictions.json",
    ]
    predictions, odds = (
        json.loads((run_folder / f"{name}.json").read_bytes()) for name in ("predictions", "null_odds")
    )
    official = evaluate_v2(corpus(), predictions, odds)
    assert {key: figures[key] for key in official} == official
    details = json.loads((run_folder / "details.json").read_bytes())
    assert {one: row["total"] for one, row in details["breakdown"]["method"].items()} == {
        "exact": 10,
        "fuzzy": 10,
        "marked": 10,
        "normalised": 10,
    }
    card = (folder / "models" / "tiny.md").read_text()
    assert f"| all | {figures['exact']:.2f} | {figures['f1']:.2f} | 50 |" in card

    done = run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    assert done.stdout == "compare: 3 runs, 1 of them measured here: reports/comparison.md\n", done.output
    table = (folder / "reports" / "comparison.md").read_text()
    assert f"{figures['exact']:.2f}/{figures['f1']:.2f}" in table
    assert "| not measured here |" in table
    assert json.loads((folder / "reports" / "comparison.json").read_bytes())["rows"][0]["figures"] == figures

    asked = ("--model", "models/tiny", "--context", "Aa ligt aan zee.", "--question", "Waar ligt Aa?", "--json")
    answer = run(ask, *asked)
    assert list(json.loads(answer.stdout)) == ["question", "score", "start", "end", "answer"], answer.output

    before = (folder / "models" / "tiny" / "model.safetensors").read_bytes()
    params = (folder / "params.yaml").read_text()
    (folder / "params.yaml").write_text(params.replace("epochs: 4", "epochs: 5"))
    run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    assert "3 runs, 0 of them" in run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison").stdout
    (folder / "params.yaml").write_text(params.replace("batch: 10", "batch: 0"))
    assert "runs.tiny" in refusal(finetune.main, *FINETUNE)
    assert (folder / "models" / "tiny" / "model.safetensors").read_bytes() == before


def test_corpora_are_mixed_and_each_language_has_a_row(folder, run):
    """Two corpora have the same questions. In one of them the ids contain a language."""
    for split in ("train", "dev"):
        text = msgspec.json.encode(corpus()).decode()
        for n, (*_, question) in enumerate(iterate_questions(corpus())):
            text = text.replace(f'"{question.id}"', f'"{("finnish", "korean")[n % 2]}-{n}-0"')
        path = folder / "data" / "many" / "clean" / f"mul_squadv2_{split}_clean.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    name = "xquad-tydiqa-mbert"  # a model with published figures by language
    params = (folder / "params.yaml").read_text()
    for old, new in (
        ("corpora: [towns], runs: [tiny]", f"corpora: [towns, many], runs: [{name}]"),
        ("corpora:\n", "corpora:\n  many: {dev: dev.json, target: mul, native: true}\n"),
        ("  tiny:", f"  {name}:"),
        ("train_on: [towns]", "train_on: [towns, many]"),
        ("evaluate_on: [towns]", "evaluate_on: [many]"),
    ):
        params = params.replace(old, new, 1)
    (folder / "params.yaml").write_text(params)
    assert "on 100 windows of text" in run(finetune.main, name, *FINETUNE[1:]).stdout
    outs = (
        *("--report", f"reports/runs/{name}.json", "--metrics", f"reports/runs/{name}.metrics.json"),
        *("--details", f"reports/runs/{name}", "--card", "models/tiny.md"),
    )
    done = run(evaluate.main, name, *EVALUATE[1:7], *outs)
    assert done.exit_code == 0, done.output
    run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    languages = (folder / "reports" / "comparison.md").read_text().partition("## By language")[2]
    assert re.search(rf"\| {name} \| fi \| 25 \| \d+\.\d\d/\d+\.\d\d \| 70\.14/80\.36 \|", languages)
    assert f"| {name} | sw | – | not measured here | 80.11/86.18 |" in languages


def test_each_seed_is_trained_once_and_the_table_has_their_mean_and_deviation(folder, run):
    params = (folder / "params.yaml").read_text()

    def set_seeds(seeds: str) -> None:
        text = params.replace("    allow_overlap:", f"    seeds: {seeds}\n    allow_overlap:", 1)
        (folder / "params.yaml").write_text(text)

    set_seeds("[1, 2]")
    lines = run(finetune.main, *FINETUNE).stdout.splitlines()
    assert lines == [f"finetune: tiny, seed {seed}: 20 steps on 50 windows of text" for seed in (1, 2)]
    first = (folder / "models/tiny/seed-1/model.safetensors").read_bytes()
    assert first != (folder / "models/tiny/seed-2/model.safetensors").read_bytes()
    set_seeds("[1, 3]")
    assert run(finetune.main, *FINETUNE).stdout.splitlines() == [
        "finetune: tiny, seed 1: its model is there already",
        "finetune: tiny, seed 3: 20 steps on 50 windows of text",
    ]
    assert sorted(path.name for path in (folder / "models/tiny").iterdir()) == ["seed-1", "seed-3"]
    assert (folder / "models/tiny/seed-1/model.safetensors").read_bytes() == first

    overlap = Overlap("towns", "towns", 10, 50, 50)
    write_json(folder / "data/runs/tiny/overlaps.json", [overlap])
    done = run(evaluate.main, *EVALUATE)
    assert done.exit_code == 0, done.output
    figures = json.loads((folder / "reports/runs/tiny.json").read_bytes())
    by_seed = {
        seed: evaluate_v2(
            corpus(),
            *(
                json.loads((folder / f"reports/runs/tiny/seed-{seed}/{name}.json").read_bytes())
                for name in ("predictions", "null_odds")
            ),
        )
        for seed in (1, 3)
    }
    assert figures["exact"] == pytest.approx((by_seed[1]["exact"] + by_seed[3]["exact"]) / 2)
    assert figures["f1_deviation"] == pytest.approx(abs(by_seed[1]["f1"] - by_seed[3]["f1"]) / 2**0.5)
    run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    table = (folder / "reports/comparison.md").read_text()
    assert "| tiny (trained on its questions) |" in table
    assert f"| 2 (± {figures['exact_deviation']:.2f}/{figures['f1_deviation']:.2f}) |" in table
    assert f"**tiny: {overlap}.**" in table
    assert "seeds 1, 3" in (folder / "models/tiny.md").read_text()


def is_complete(state: Path) -> bool:
    """Return True if the last file of a checkpoint is written completely."""
    try:
        json.loads(state.read_bytes())
    except ValueError:
        return False
    return True


def test_a_killed_training_resumes_from_its_last_checkpoint(folder, run):
    command = [sys.executable, "-m", "stages.finetune", *FINETUNE]
    with subprocess.Popen(command, env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as training:
        deadline = time.monotonic() + 120
        while training.poll() is None and time.monotonic() < deadline:
            if any(map(is_complete, folder.glob("checkpoints/tiny/checkpoint-*/trainer_state.json"))):
                break
            time.sleep(0.01)
        assert training.poll() is None, training.communicate()
        training.send_signal(signal.SIGKILL)
    assert not (folder / "models" / "tiny").exists()
    assert ", from step " in run(finetune.main, *FINETUNE).stdout
    (folder / "models" / "tiny").rename(folder / "models" / "resumed")
    assert ", from step " not in run(finetune.main, *FINETUNE).stdout
    for name in ("model.safetensors", "training.json"):
        assert (folder / "models/resumed" / name).read_bytes() == (folder / "models/tiny" / name).read_bytes()


def torchrun(port: int) -> list[str]:
    """Return the command that each of two machines runs (docs/scaling.md)."""
    meeting = ("--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}")
    return [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1", *meeting]


@pytest.mark.parametrize("machines", [1, 2])
def test_two_processes_train_one_model(folder, run, machines):
    command = [sys.executable] if machines == 1 else torchrun(free_port())
    command += ["-m", "stages.finetune", *FINETUNE, *(("--processes", "2") if machines == 1 else ())]
    started = [
        subprocess.Popen(command, env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(machines)
    ]
    outputs = [process.communicate() for process in started]
    assert not any(process.returncode for process in started), outputs
    assert "".join(out for out, _ in outputs) == "finetune: tiny: 20 steps on 50 windows of text\n"
    together = json.loads((folder / "models/tiny/training.json").read_bytes())
    run(finetune.main, *FINETUNE)
    alone = json.loads((folder / "models/tiny/training.json").read_bytes())
    assert together["features"] == alone["features"]
    # Dropout differs, the batches do not.
    assert [loss for _, loss in together["loss"]] == pytest.approx([loss for _, loss in alone["loss"]], rel=0.1)


def test_a_batch_that_the_processes_cannot_share_is_an_error(folder, refusal):
    message = refusal(finetune.main, *FINETUNE, "--processes", 3)
    assert message == "finetune: runs.tiny.training.batch: 10 is not divisible by the 3 processes"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "params.yaml: runs.nothing: there is no such run (known: tiny, tydiqa-distilmbert, elsewhere)"),
        ("tydiqa-distilmbert", "someone/nothing at revision main: not a folder, not in the local cache"),
        ("elsewhere", "params.yaml: corpora.squad2: there is no such corpus (known: towns)"),
    ],
)
def test_impossible_runs_are_an_error_before_training(folder, refusal, monkeypatch, name, message):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(folder / "hub"))
    assert message in refusal(finetune.main, name, *FINETUNE[1:])
    assert not (folder / "models").exists()
    assert not (folder / "checkpoints").exists()


def test_evaluating_without_a_model_is_an_error(folder, refusal):
    assert "not a model that `finetune` wrote" in refusal(evaluate.main, *EVALUATE)
