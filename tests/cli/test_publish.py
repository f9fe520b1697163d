"""Tests of `spanferry publish` and stage publish."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import spanferry.cli.publish
from click.testing import CliRunner
from dvc.repo import Repo
from msgspec.structs import replace
from spanferry.cli import main
from spanferry.config import Build, Corpus, Languages, Params
from spanferry.errors import InputError
from spanferry.publish.package import build_package

import stages.publish
from tests.support.commands import run
from tests.support.hub_standin import serve_hub
from tests.support.tiny_clean import ABOUT, BUILD, write

ROOT = Path(__file__).parents[2]
CORPUS = Corpus(dev="local.json")
PARAMS = Params(Build(), Languages("en", "nl"), {"tiny": CORPUS}, about={"tiny": ABOUT})


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """Create a built corpus `tiny` in its own work tree, without the real params.yaml and DVC."""
    monkeypatch.chdir(tmp_path)
    clean, loss = write(tmp_path / "built")
    build_package(clean, loss, Path("data/tiny/published"), BUILD, ABOUT)
    Path(".gitignore").write_text("*\n")
    for arguments in (["init"], ["add", "--force", ".gitignore"], ["commit", "--message", "first"]):
        identity = ["-c", "user.name=Anna", "-c", "user.email=anna@example.org"]
        subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)
    monkeypatch.setattr(spanferry.cli.publish, "read_params", lambda: PARAMS)
    monkeypatch.setattr(spanferry.cli.publish, "check_up_to_date", lambda corpus: None)
    return tmp_path


def test_a_dry_run_lists_the_files_and_uploads_nothing(corpus):
    done = run("publish", "tiny", "--to", "anna/haven", "--tag", "v1", "--dry-run")
    assert done.exit_code == 0, done.stderr
    *files, last = done.stdout.splitlines()
    assert len(files) == 13
    size = (corpus / "data/tiny/published/README.md").stat().st_size
    assert f"{size:>13,}  README.md" in files
    total = sum(path.stat().st_size for path in (corpus / "data/tiny/published").rglob("*") if path.is_file())
    assert (
        last == f"spanferry publish: 13 files, {total:,} bytes, would be uploaded to anna/haven as v1, private; "
        "nothing was sent"
    )


@pytest.mark.parametrize(
    "part", ["params.yaml", "pipeline/new.py", "stages/new.py", "local.json", "data/inputs/tiny/x"]
)
def test_changes_of_what_is_built_from_are_refused(corpus, part):
    Path(part).parent.mkdir(parents=True, exist_ok=True)
    Path(part).write_text("new")
    subprocess.run(["git", "add", "--force", "--intent-to-add", part], check=True)
    done = run("publish", "tiny", "--to", "anna/haven")
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"uncommitted changes (1, first: A {part}); commit them first" in done.stderr


def test_other_changes_do_not_matter(corpus):
    Path(".gitignore").write_text("data\nbuilt\n")
    for name in ("notes.txt", "pipeline/notes.txt", "stages/.ipynb_checkpoints/fetch.py"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("untracked")
    assert run("publish", "tiny", "--to", "anna/haven", "--dry-run").exit_code == 0


STAGES = """stages:
  clean:
    cmd: cp source clean
    deps: [source]
    outs: [clean]
  publish:
    matrix: {corpus: [tiny]}
    cmd: cp clean published
    deps: [clean]
    outs: [published]
"""


def test_a_folder_that_is_out_of_date_is_refused(workdir):
    Repo.init(no_scm=True).close()
    (workdir / "dvc.yaml").write_text(STAGES)
    (workdir / "source").write_text("one")
    with Repo() as repo:
        repo.reproduce()
    spanferry.cli.publish.check_up_to_date("tiny")
    (workdir / "source").write_text("other")
    with pytest.raises(InputError, match=r"^data/tiny/published: differs from what this commit builds"):
        spanferry.cli.publish.check_up_to_date("tiny")


def test_the_upload_uses_hf_endpoint(corpus):
    program = "import tests.cli.test_publish as t; t.upload_in_a_process()"
    with serve_hub() as hub:
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ
            | {"HF_ENDPOINT": hub.address, "HF_TOKEN": "hf_test", "HF_HUB_DISABLE_XET": "1"}
            | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "pipeline")])},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"spanferry publish: tiny, v1: {hub.address}/datasets/anna/haven/commit/")
        assert hub.repositories["anna/haven"]["visibility"] == "private"


def upload_in_a_process():
    """huggingface_hub reads HF_ENDPOINT when it is imported."""
    spanferry.cli.publish.read_params = lambda: PARAMS
    spanferry.cli.publish.check_up_to_date = lambda corpus: None
    main(["publish", "tiny", "--to", "anna/haven", "--tag", "v1"])


def test_the_summary_and_the_error_of_the_stage(tmp_path, monkeypatch):
    clean, loss = write(tmp_path)
    monkeypatch.setattr(stages.publish, "read_params", lambda: PARAMS)
    monkeypatch.setattr(stages.publish, "describe_build", lambda params, name, source: BUILD)
    arguments = ["--corpus", "tiny", "--source", tmp_path, "--clean", clean, "--loss", loss, "--out", tmp_path / "out"]
    done = CliRunner().invoke(stages.publish.main, [str(argument) for argument in arguments])
    assert done.stdout == f"publish: tiny: 5 questions in {tmp_path}/out; no error, 2 warnings\n"
    monkeypatch.setattr(stages.publish, "read_params", lambda: replace(PARAMS, about={}))
    done = CliRunner().invoke(stages.publish.main, [str(argument) for argument in arguments])
    assert done.exit_code == 0
    assert done.stdout.splitlines()[0] == (
        "publish: tiny cannot be uploaded: its licence and the day of its translation are not known; add about.tiny to "
        'params.yaml, such as {licence: CC-BY-SA-4.0, title: ..., attribution: [...], translated: "2026-11-29"}'
    )
    (clean / "nl_squadv2_dev_clean.json").write_text("{")
    done = CliRunner().invoke(stages.publish.main, [str(argument) for argument in arguments])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"publish: {clean}/nl_squadv2_dev_clean.json: not JSON:")
