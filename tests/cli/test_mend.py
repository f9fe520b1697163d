"""Tests of `spanferry mend`: after a kill damaged DVC's own files, the next `dvc repro` can continue."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from dvc.lock import make_lock
from dvc.repo import Repo
from spanferry.cli.mend import mend

STAGES = """stages:
  copy:
    cmd: cp in out
    deps: [in]
    outs: [out]
"""


@pytest.fixture
def project(workdir: Path) -> Path:
    """Create a built project with one stage."""
    subprocess.run(["git", "init", "--quiet"], check=True)
    Repo.init().close()
    (workdir / "dvc.yaml").write_text(STAGES)
    (workdir / "in").write_text("text")
    with Repo() as repo:
        repo.reproduce()
    return workdir


def commit() -> None:
    subprocess.run(["git", "add", "--all"], check=True)
    who = ("-c", "user.name=test", "-c", "user.email=test@localhost")
    subprocess.run(["git", *who, "commit", "--quiet", "-m", "built"], check=True)


def test_intact_files_are_not_changed(project, run):
    lock = project.joinpath("dvc.lock").read_bytes()
    done = run(mend)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("mend: nothing to repair: ")
    assert project.joinpath("dvc.lock").read_bytes() == lock


@pytest.mark.parametrize("torn_at", [b"schema", b"d: cp", b": md5"])
@pytest.mark.parametrize("committed", [True, False])
def test_a_torn_lock_file_is_restored_or_removed(project, run, torn_at, committed):
    lock = project / "dvc.lock"
    whole = lock.read_bytes()
    if committed:
        commit()
    lock.write_bytes(whole[: whole.index(torn_at)])
    assert "dvc.lock was truncated; re" in run(mend).output
    assert lock.exists() == committed
    with Repo() as repo:
        assert len(repo.reproduce()) == (not committed)
    assert lock.read_bytes() == whole


def test_a_torn_file_of_locks_is_removed(project, run):
    locks = project / ".dvc" / "tmp" / "rwlock"
    locks.write_text('{"write": {')
    assert "rwlock was truncated; removed it" in run(mend).output
    assert not locks.exists()


def test_temporary_files_of_killed_stages_are_removed(project, run):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for folder in ("data/sample", "reports"):
        (project / folder).mkdir(parents=True)
        (project / folder / f".spans.parquet.{dead.pid}.part").write_bytes(b"PAR1")
    (project / "models" / f".tiny.{dead.pid}.old").mkdir(parents=True)
    kept = project / "data" / f".spans.parquet.{os.getppid()}.part"
    kept.write_bytes(b"PAR1")
    assert run(mend).output == "mend: removed 3 temporary files of killed stages\n"
    assert list(project.glob("*/**/.*.*.*")) == [kept]


def test_nothing_is_changed_while_dvc_is_running(project, refusal):
    (project / "dvc.lock").write_bytes(b"")
    with make_lock(str(project / ".dvc" / "tmp" / "lock")):
        assert (
            refusal(mend)
            == "mend: another `dvc` process is running here; nothing was changed; try again when it has ended"
        )
    assert (project / "dvc.lock").read_bytes() == b""


def test_outside_a_project(workdir, refusal):
    assert "not inside of a DVC repository" in refusal(mend)
