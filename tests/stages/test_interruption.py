"""Ctrl-C ends a stage with one line that says what is saved, and exit code 130. The next run goes on from there."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from spanferry import tables
from spanferry.arrow import schema_of
from spanferry.records import TranslationRow

from stages import finetune, rescue, segment, translate
from tests.stages.test_rescue import LIVE, RESCUE
from tests.support.chain import located
from tests.support.small_squad import lay_out
from tests.support.standin import Reply, dutch
from tests.support.tiny import project

ROOT = Path(__file__).parents[2]
TRANSLATE = (
    *("--corpus", "small", "--memory", ".", "--segments", "segments/segments.parquet"),
    *("--layout", "segments/layout.parquet", "--out", "translations.parquet", "--report", "translation.json"),
)
FETCH = ("--corpus", "small", "--files", "source", "--out", "source", "--links", "links", "--folders", "folders")
FINETUNE = ("tiny", "--data", "data", "--checkpoints", "checkpoints/tiny", "--out", "models/tiny")


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Undo that a shell may have started the tests with SIGINT ignored (`make test &`), which processes inherit."""
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, previous)


def interrupt(stage: str, arguments: tuple[object, ...], is_time: Callable[[], bool]) -> str:
    """Run a stage as DVC does, and send SIGINT to its process group when it is time. Returns its only line."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "pipeline")])}
    command = [sys.executable, "-m", f"stages.{stage}", *map(str, arguments)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        deadline = time.monotonic() + 120
        while process.poll() is None and not is_time() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert process.poll() is None, process.communicate()
        os.killpg(process.pid, signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, ""), errors
    assert errors.count("\n") == 1, errors
    return errors.removesuffix("\n")


def slow_after(good: int) -> tuple[Callable[[str, int], Reply | str], Callable[[], bool]]:
    """Return a service that answers so many texts and lets the others wait, and whether these wait already."""
    texts: list[str] = []

    def answer(text: str, _: int) -> Reply | str:
        texts.append(text)
        return dutch(text) if len(texts) <= good else Reply(hang=60)

    return answer, lambda: len(texts) > good


def stored() -> int:
    path = Path("memory/translations.jsonl")
    return path.read_text().count("\n") if path.exists() else 0


@pytest.fixture
def live(workdir: Path) -> Path:
    """Create the small corpus, with a service as its translator."""
    lay_out(workdir)
    (workdir / "params.yaml").write_text(LIVE)
    return workdir


def test_translate(live, run, google):
    assert run(segment.main, "--corpus", "small", "--source", ".", "--out", "segments").exit_code == 0
    answer, waits = slow_after(good=2)
    google(answer)
    line = interrupt("translate", TRANSLATE, lambda: waits() and stored() >= 2)
    assert line == "translate: stopped; 2 of 16 translations are saved; dvc repro goes on from here"
    assert not Path("translations.parquet").exists()
    served = google(lambda text, _: dutch(text))
    assert run(translate.main, *TRANSLATE).exit_code == 0
    assert len(served.seen) == 14


def test_rescue(workdir, run, google):
    lay_out(workdir)
    assert located(run).exit_code == 0
    Path("params.yaml").write_text(f"{LIVE}\nrescue: {{below: 1.0}}\n")
    tables.write(schema_of(TranslationRow).empty_table(), Path("translations.parquet"))
    answer, waits = slow_after(good=2)
    google(answer)
    line = interrupt("rescue", RESCUE, lambda: waits() and stored() >= 2)
    assert re.fullmatch("rescue: stopped; 2 of . translations are saved; dvc repro goes on from here", line)
    assert not Path("marked.parquet").exists()
    assert not Path("spans.parquet").exists()
    google(lambda text, _: dutch(text))
    assert run(rescue.main, *RESCUE).exit_code == 0


def test_finetune(workdir, run):
    project(workdir)
    checkpoints = Path("checkpoints/tiny")
    line = interrupt("finetune", FINETUNE, lambda: any(checkpoints.glob("checkpoint-*/trainer_state.json")))
    assert re.fullmatch(r"finetune: stopped; \d+ of 20 steps are saved; dvc repro goes on from here", line)
    assert not Path("models/tiny").exists()
    assert ", from step " in run(finetune.main, *FINETUNE).stdout


def test_a_stage_that_cannot_resume(live, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts connections and answers nothing
        url = f"http://127.0.0.1:{server.getsockname()[1]}/train.json"
        (live / "params.yaml").write_text(LIVE.replace("train.json", url))
        server.setblocking(False)
        line = interrupt("fetch", FETCH, lambda: is_connected(server))
    assert line == "fetch: stopped; dvc repro runs this stage again"


def is_connected(server: socket.socket) -> bool:
    """Return whether a client connects. Its connection is left open."""
    try:
        connection, _ = server.accept()
    except BlockingIOError:
        return False
    connection.detach()
    return True


def test_a_stage_that_still_imports(workdir, monkeypatch):
    """A module that takes a minute to import stands for those that take a second."""
    (workdir / "click.py").write_text("import pathlib, time\npathlib.Path('begun').touch()\ntime.sleep(60)\n")
    assert interrupt("segment", ("--help",), (workdir / "begun").exists) == "stopped"
