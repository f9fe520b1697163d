"""The reader's stages as DVC calls them, and its commands, on the towns."""

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
from spanferry.cli.evaluate import evaluate as evaluate_command
from spanferry.files import write_json
from spanferry.reader.metrics import squad_v2
from spanferry.squad import walk

from stages import compare, evaluate, finetune, inputs
from tests.reader.test_metrics import NULL_ODDS, OFFICIAL, OFFICIAL_WITH_ODDS, PREDICTIONS
from tests.support.tiny import project
from tests.support.towns import corpus

ROOT = Path(__file__).parents[2]
FINETUNE = ("tiny", "--data", "data", "--checkpoints", "checkpoints/tiny", "--out", "models/tiny")
EVALUATE = (
    *("tiny", "--data", "data", "--model", "models/tiny", "--report", "reports/runs/tiny.json"),
    *("--details", "reports/runs/tiny", "--card", "models/tiny.md"),
)
ALONE = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def place(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SPANFERRY_PROCESSES", raising=False)
    torch.set_num_threads(1)
    return project(workdir)


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def test_from_cleaned_files_to_the_table(place, run, refusal):
    done = run(finetune.main, *FINETUNE)
    assert done.stdout == "finetune: tiny: 20 steps over 50 features\n", done.output
    assert not (place / "checkpoints" / "tiny").exists()

    done = run(evaluate.main, *EVALUATE)
    assert done.stdout.startswith("evaluate: tiny: EM "), done.output
    figures = json.loads((place / "reports/runs/tiny.json").read_bytes())
    folder = place / "reports" / "runs" / "tiny"
    assert sorted(path.name for path in folder.iterdir()) == [
        "details.json",
        "n_best.json",
        "null_odds.json",
        "predictions.json",
    ]
    predictions, odds = (json.loads((folder / f"{name}.json").read_bytes()) for name in ("predictions", "null_odds"))
    official = squad_v2(corpus(), predictions, odds)
    assert {key: figures[key] for key in official} == official
    details = json.loads((folder / "details.json").read_bytes())
    assert {one: row["total"] for one, row in details["breakdown"]["method"].items()} == {
        "exact": 10,
        "fuzzy": 10,
        "marked": 10,
        "normalised": 10,
    }
    card = (place / "models" / "tiny.md").read_text()
    assert f"| all | {figures['exact']:.2f} | {figures['f1']:.2f} | 50 |" in card

    done = run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    assert done.stdout == "compare: 1 of 3 runs measured here: reports/comparison.md\n", done.output
    table = (place / "reports" / "comparison.md").read_text()
    assert f"{figures['exact']:.2f}/{figures['f1']:.2f}" in table
    assert "| not measured here |" in table
    assert json.loads((place / "reports" / "comparison.json").read_bytes())["rows"][0]["figures"] == figures

    answer = run(ask, "--model", "models/tiny", "--context", "Aa ligt aan zee.", "--question", "Waar ligt Aa?")
    assert list(json.loads(answer.stdout)) == ["score", "start", "end", "answer"], answer.output

    before = (place / "models" / "tiny" / "model.safetensors").read_bytes()
    params = (place / "params.yaml").read_text()
    (place / "params.yaml").write_text(params.replace("epochs: 4", "epochs: 5"))
    run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    assert "0 of 3" in run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison").stdout
    (place / "params.yaml").write_text(params.replace("batch: 10", "batch: 0"))
    assert "runs.tiny" in refusal(finetune.main, *FINETUNE)
    assert (place / "models" / "tiny" / "model.safetensors").read_bytes() == before


def test_corpora_are_mixed_and_each_language_gets_its_row(place, run):
    """Two corpora of the same questions, whose ids carry a language in one of them."""
    for split in ("train", "dev"):
        text = msgspec.json.encode(corpus()).decode()
        for n, (*_, question) in enumerate(walk(corpus())):
            text = text.replace(f'"{question.id}"', f'"{("finnish", "korean")[n % 2]}-{n}-0"')
        path = place / "data" / "many" / "clean" / f"nl_squadv2_{split}_clean.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    name = "xquad-tydiqa-mbert"  # figures by language were published for it
    params = (place / "params.yaml").read_text()
    for old, new in (
        ("corpora: [towns], runs: [tiny]", f"corpora: [towns, many], runs: [{name}]"),
        ("corpora:\n", "corpora:\n  many: {dev: dev.json, native: true}\n"),
        ("  tiny:", f"  {name}:"),
        ("train_on: [towns]", "train_on: [towns, many]"),
        ("evaluate_on: [towns]", "evaluate_on: [many]"),
    ):
        params = params.replace(old, new, 1)
    (place / "params.yaml").write_text(params)
    assert "over 100 features" in run(finetune.main, name, *FINETUNE[1:]).stdout
    outs = ("--report", f"reports/runs/{name}.json", "--details", f"reports/runs/{name}", "--card", "models/tiny.md")
    done = run(evaluate.main, name, "--data", "data", "--model", "models/tiny", *outs)
    assert done.exit_code == 0, done.output
    run(compare.main, "--reports", "reports/runs", "--out", "reports/comparison")
    languages = (place / "reports" / "comparison.md").read_text().partition("## By language")[2]
    assert re.search(rf"\| {name} \| fi \| 25 \| \d+\.\d\d/\d+\.\d\d \| 70\.14/80\.36 \|", languages)
    assert f"| {name} | sw | – | not measured here | 80.11/86.18 |" in languages


def test_a_killed_training_goes_on_where_it_stopped(place, run):
    killed = subprocess.Popen(
        [sys.executable, "-m", "stages.finetune", *FINETUNE], env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + 120
    while killed.poll() is None and time.monotonic() < deadline:
        if list(place.glob("checkpoints/tiny/checkpoint-*/trainer_state.json")):
            break
        time.sleep(0.01)
    assert killed.poll() is None, killed.communicate()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (place / "models" / "tiny").exists()
    assert ", from step " in run(finetune.main, *FINETUNE).stdout
    (place / "models" / "tiny").rename(place / "models" / "resumed")
    assert ", from step " not in run(finetune.main, *FINETUNE).stdout
    for name in ("model.safetensors", "training.json"):
        assert (place / "models/resumed" / name).read_bytes() == (place / "models/tiny" / name).read_bytes()


def torchrun(port: int) -> list[str]:
    """What each of two machines runs (docs/scaling.md)."""
    meeting = ("--rdzv-backend=c10d", f"--rdzv-endpoint=127.0.0.1:{port}")
    return [sys.executable, "-m", "torch.distributed.run", "--nnodes=2", "--nproc-per-node=1", *meeting]


@pytest.mark.parametrize("machines", [1, 2])
def test_two_processes_train_one_model(place, run, machines):
    command = [sys.executable] if machines == 1 else torchrun(free_port())
    command += ["-m", "stages.finetune", *FINETUNE, *(("--processes", "2") if machines == 1 else ())]
    started = [
        subprocess.Popen(command, env=ALONE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(machines)
    ]
    said = [process.communicate() for process in started]
    assert not any(process.returncode for process in started), said
    assert "".join(out for out, _ in said) == "finetune: tiny: 20 steps over 50 features\n"
    together = json.loads((place / "models/tiny/training.json").read_bytes())
    run(finetune.main, *FINETUNE)
    alone = json.loads((place / "models/tiny/training.json").read_bytes())
    assert together["features"] == alone["features"]
    # Dropout differs, the batches do not.
    assert [loss for _, loss in together["loss"]] == pytest.approx([loss for _, loss in alone["loss"]], rel=0.1)


def test_a_batch_that_the_processes_cannot_share_is_told(place, refusal):
    told = refusal(finetune.main, *FINETUNE, "--processes", 3)
    assert told == "finetune: runs.tiny.training.batch: 10 cannot be shared by 3 processes"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("nothing", "params.yaml: runs.nothing: there is no such run (known: tiny, tydiqa-distilmbert, elsewhere)"),
        ("tydiqa-distilmbert", "someone/nothing at revision main: no such folder, not in the local cache"),
        (
            "elsewhere",
            "data/squad2/clean/nl_squadv2_train_clean.json: missing; corpus 'squad2' has no train, or is not",
        ),
    ],
)
def test_runs_that_cannot_be_made_are_told_at_once(place, refusal, monkeypatch, name, told):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(place / "hub"))
    assert told in refusal(finetune.main, name, *FINETUNE[1:])
    assert not (place / "models").exists()
    assert not (place / "checkpoints").exists()


def test_evaluating_without_a_model_is_told(place, refusal):
    assert "not a model that `finetune` wrote" in refusal(evaluate.main, *EVALUATE)


def test_a_run_notes_what_it_reads(place, run, refusal):
    files = ("nl_squadv2_train_clean.json", "nl_squadv2_dev_clean.json", "provenance.parquet", "rejected.jsonl")
    held = {name: {file: f"{name}'s {file}" for file in files} for name in ("towns", "unread")}
    for name, digests in held.items():
        write_json(Path("data/digests") / f"{name}.json", digests)
    arguments = ("--digests", "data/digests", "--out", "data/runs/tiny")
    done = run(inputs.main, "tiny", *arguments)
    assert done.stdout == "inputs: tiny trains on towns, and is evaluated on towns\n"
    train, dev = (json.loads(Path(f"data/runs/tiny/{split}.json").read_bytes()) for split in ("train", "dev"))
    assert train == {"towns": {file: held["towns"][file] for file in files[:1]}}
    assert dev == {"towns": {file: held["towns"][file] for file in files[1:3]}}
    assert refusal(inputs.main, "elsewhere", *arguments) == (
        "inputs: data/digests/squad2.json: No such file or directory; is the corpus among build.corpora?"
    )
    Path("data/digests/towns.json").write_text("[]")
    assert "towns.json: not the checksums of a corpus: Expected" in refusal(inputs.main, "tiny", *arguments)


def test_any_predictions_are_scored(workdir, run, refusal):
    (workdir / "gold.json").write_bytes(msgspec.json.encode(corpus(4)))
    (workdir / "predictions.json").write_bytes(msgspec.json.encode(PREDICTIONS))
    (workdir / "odds.json").write_bytes(msgspec.json.encode(NULL_ODDS))
    files = ("--gold", "gold.json", "--predictions", "predictions.json")
    plain = json.loads(run(evaluate_command, *files).stdout)
    assert {key: plain[key] for key in OFFICIAL} == OFFICIAL
    assert "best_exact" not in plain
    with_odds = json.loads(run(evaluate_command, *files, "--null-odds", "odds.json").stdout)
    assert {key: with_odds[key] for key in OFFICIAL_WITH_ODDS} == OFFICIAL_WITH_ODDS
    against = json.loads(run(evaluate_command, *files, "--against", "predictions.json").stdout)["against"]
    assert (against["f1"]["difference"], against["f1"]["p"]) == (0.0, 1.0)
    silent = ("--null-odds", "odds.json", "--threshold", "-99", "--against", "predictions.json")
    against = json.loads(run(evaluate_command, *files, *silent).stdout)["against"]
    assert against["exact"]["difference"] == 20.0 - OFFICIAL["exact"]

    (workdir / "some.json").write_bytes(msgspec.json.encode(dict(list(PREDICTIONS.items())[1:])))
    some = run(evaluate_command, "--gold", "gold.json", "--predictions", "some.json")
    assert (json.loads(some.stdout)["total"], some.stderr) == (19, "evaluate: 1 question has no prediction\n")
    assert "nothing.json: No such file" in refusal(evaluate_command, *files[:3], "nothing.json")
    assert "odds.json: Expected `str`, got `float`" in refusal(evaluate_command, *files[:3], "odds.json")


def test_asking_no_model_is_told(workdir, refusal):
    told = refusal(ask, "--model", "./nothing", "--context", "De Aa.", "--question", "Wat?")
    assert told == "ask: ./nothing: there is no such folder"
