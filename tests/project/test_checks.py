"""`spanferry doctor` finds what would stop a build, and says what to do."""

import json
from collections import namedtuple
from pathlib import Path

import pytest
from spanferry.cli.doctor import doctor
from spanferry.project import checks
from spanferry.project.checks import GIB, check_disk, check_stage_python, unreachable
from spanferry.project.files import create_project
from spanferry.translation.memory.tmx import write_tmx

from tests.support.json_server import Answer, service

Usage = namedtuple("Usage", "free")
SECRET = "a-key-that-nobody-may-see"


@pytest.fixture
def project(workdir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checks, "check_stage_python", lambda folder: checks.Finding("stages", "ok", "not asked here"))
    monkeypatch.setattr(checks, "TIMEOUT_S", 0.5)
    create_project(workdir)
    (workdir / "towns.json").write_text("{}")
    write_tmx(workdir / "towns.tmx", [("The mill.", "Die Mühle.")], "en", "de")
    return workdir


def configure(corpus: str, translators: str = "{}", more: str = "") -> None:
    """Write params.yaml with one corpus."""
    Path("params.yaml").write_text(
        f"build: {{corpora: [towns]}}\nlanguage: {{source: en, target: de}}\ncorpora: {{towns: {{{corpus}}}}}\n"
        f"translators: {translators}\n{more}"
    )


def findings(run, code: int) -> dict[str, dict]:
    """Run `doctor --json` and return its findings by check."""
    result = run(doctor, "--json")
    assert result.exit_code == code, result.output
    assert SECRET not in result.output
    return {finding["check"]: finding for finding in json.loads(result.stdout)}


def test_a_project_that_can_be_built(project: Path, run) -> None:
    configure("train: towns.json, translator: memory, memory: towns.tmx")
    assert {name: finding["status"] for name, finding in findings(run, 0).items()} == dict.fromkeys(
        (
            *("python", "stages", "version", "dvc", "disk", "params.yaml", "inputs of towns", "packages", "memory"),
            "memory of towns",
        ),
        "ok",
    )
    lines = run(doctor).stdout.splitlines()
    assert lines[-1] == "doctor: a build can run"
    assert "ok       memory of towns: towns.tmx: 1 translations from en to de" in lines


@pytest.mark.parametrize(
    ("corpus", "check", "found"),
    [
        ("train: gone.json, translator: identity", "inputs of towns", "train: there is no file gone.json"),
        ("train: towns.json, translator: deepl", "key of deepl", "the key of the service is missing: set the"),
        ("train: 'http://127.0.0.1:9/x.json', translator: identity", "network to 127.0.0.1:9", "refused"),
        ("train: towns.json, target: fr, translator: memory, memory: towns.tmx", "memory of towns", "0 translations"),
        ("train: towns.json, translator: identity, target: 7", "params.yaml", "corpora.towns.target"),
    ],
)
def test_what_stops_a_build_is_found(project: Path, run, monkeypatch, corpus: str, check: str, found: str) -> None:
    monkeypatch.delenv("DEEPL_AUTH_KEY", raising=False)
    monkeypatch.setattr(checks, "unreachable", lambda url: unreachable(url) if "127.0.0.1" in url else None)
    configure(corpus)
    finding = findings(run, 1)[check]
    assert finding["status"] == "problem"
    assert found in finding["found"]
    assert finding["remedy"]


def test_damaged_files_of_dvc_and_another_version(project: Path, run) -> None:
    configure("train: towns.json, translator: identity")
    Path("dvc.lock").write_text("schema: '2.0'\nstages:\n  a: {b")
    Path("requirements.txt").write_text("spanferry==0.0.1\n")
    found = findings(run, 1)
    assert (found["dvc"]["status"], found["dvc"]["remedy"]) == ("problem", "spanferry mend")
    assert "is installed, but requirements.txt has 0.0.1" in found["version"]["found"]


def test_a_service_that_answers_and_a_key_that_is_not_shown(project: Path, run, monkeypatch) -> None:
    monkeypatch.setenv("MY_KEY", SECRET)
    with service(lambda body: Answer()) as served:
        url = served.url
        configure(
            "train: towns.json, translator: own",
            f"{{own: {{engine: libretranslate, server_url: '{url}', key_variable: MY_KEY}}}}",
        )
        found = findings(run, 0)
    assert found["key of own"]["found"] == "MY_KEY is set"
    assert found[f"network to {url.removeprefix('http://')}"]["status"] == "ok"


def test_a_model_that_is_not_there(project: Path, run, monkeypatch) -> None:
    monkeypatch.setattr(checks, "unreachable", lambda url: "no network")
    configure("train: towns.json, translator: identity", more="align: {encoder: {model: ./gone}}\n")
    assert "./gone: there is no such folder" in findings(run, 1)["model of align.encoder"]["found"]
    configure("train: towns.json, translator: identity", more="align: {encoder: {model: a/b, revision: x}}\n")
    assert findings(run, 1)["model of align.encoder"]["found"] == "a/b is not here, and the Hub: no network"


@pytest.mark.parametrize(("free", "status"), [(6 * GIB, "ok"), (2 * GIB, "warning"), (GIB // 8, "problem")])
def test_the_disk(workdir: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: str) -> None:
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda folder: Usage(free))
    assert check_disk(workdir).status == status


def test_a_python_without_the_library(workdir: Path) -> None:
    (workdir / ".venv/bin").mkdir(parents=True)
    (workdir / ".venv/bin/python").write_text("#!/bin/sh\nexit 1\n")
    (workdir / ".venv/bin/python").chmod(0o755)
    finding = check_stage_python(workdir)
    assert finding.status == "problem"
    assert "which runs the stages, has no spanferry" in finding.found


def test_no_project_at_all(workdir: Path, run) -> None:
    result = run(doctor)
    assert result.exit_code == 1
    assert "cd into a project, or start one: spanferry init" in result.stdout
