"""The whole build as a person runs it: real DVC in a copy of the project, the sample, no reader.

What the parts cannot show: that the stages fit together in dvc.yaml, that a second `dvc repro` runs
nothing, that a changed knob reruns what it must and no more, and that a remote carries a build over.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PARTS = ("dvc.yaml", "params.yaml", "pipeline", "stages", ".dvcignore", ".gitignore", "reports/runs/README.md")
SAMPLE = ("train-v2.0.json", "dev-v2.0.json", "memory.tmx", "gold.json")
NOTHING = "Data and pipelines are up to date."


class Project:
    """A copy of the project in a git repository of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *command: str) -> str:
        paths = [str(Path(sys.executable).parent), str(ROOT / ".venv" / "bin"), os.environ["PATH"]]
        environment = os.environ | {
            "PYTHONPATH": f"{self.home}{os.pathsep}{self.home / 'pipeline'}",
            "PATH": os.pathsep.join(paths),
        }
        done = subprocess.run(command, cwd=self.home, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def repro(self, *stages: str) -> str:
        return self.run("dvc", "repro", *stages)

    def edit(self, old: str, new: str) -> None:
        params = self.home / "params.yaml"
        text = params.read_text(encoding="utf-8")
        assert old in text
        params.write_text(text.replace(old, new, 1), encoding="utf-8")

    def commit(self) -> None:
        self.run("git", "add", "--all")
        self.run("git", "-c", "user.name=test", "-c", "user.email=test@localhost", "commit", "--quiet", "-m", "built")


def ran(output: str) -> list[str]:
    """The stages that a repro ran, in order."""
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    home = tmp_path_factory.mktemp("project")
    for part in PARTS:
        source, target = ROOT / part, home / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (home / "data" / "sample").mkdir(parents=True)
    for name in SAMPLE:
        shutil.copy(ROOT / "data" / "sample" / name, home / "data" / "sample" / name)
    project = Project(home)
    project.run("git", "init", "--quiet", "--initial-branch=main")
    project.run("dvc", "init", "--quiet")
    for option in ("core.analytics", "core.check_update"):
        project.run("dvc", "config", option, "false")
    project.edit("runs: [sample-tiny]", "runs: []")
    project.repro()
    return project


def test_what_is_built(built: Project) -> None:
    home = built.home / "data" / "sample"
    there = {path.relative_to(home).as_posix() for path in home.rglob("*")}
    assert {
        "clean/nl_squadv2_train_clean.json",
        "clean/nl_squadv2_dev_clean.json",
        "clean/provenance.parquet",
        "clean/rejected.jsonl",
        "published/README.md",
        "published/SHA256SUMS",
    } <= there
    loss = json.loads((built.home / "reports" / "sample" / "loss.json").read_text(encoding="utf-8"))
    for split in ("train", "dev", "total"):
        for unit in ("paragraphs", "questions", "has_answer", "no_answer", "answers", "plausible_answers"):
            figures = loss[split][unit]
            assert figures["visited"] == figures["kept"] + figures["dropped"]
            assert figures["dropped"] == sum(figures["reasons"].values())
    # The sample measures itself: its gold spans stand for a person.
    assert loss["gold"]["precision"] >= 0.98
    assert loss["gold"]["wrong"] == 0
    assert loss["total"]["no_answer"]["dropped"] == 0


def test_a_second_repro_runs_nothing_and_the_bytes_stay(built: Project) -> None:
    lock = (built.home / "dvc.lock").read_bytes()
    assert NOTHING in built.repro()
    assert NOTHING in built.run("dvc", "status")
    built.run("dvc", "repro", "--force", "--no-run-cache")
    assert (built.home / "dvc.lock").read_bytes() == lock


def test_a_knob_reruns_what_depends_on_it(built: Project) -> None:
    built.edit("min_confidence: 0.5", "min_confidence: 0.9")
    assert ran(built.repro())[0] == "rescue@sample"
    built.edit("min_confidence: 0.9", "min_confidence: 0.5")
    assert "Running stage" not in built.repro() or NOTHING in built.repro()


def test_a_run_depends_on_the_corpora_it_reads_and_on_no_others(built: Project) -> None:
    inputs, finetune = "inputs@sample-tiny", "finetune@sample-tiny"
    built.edit("runs: []", "runs: [sample-tiny]")
    built.repro(inputs)
    (built.home / "models" / "sample-tiny").mkdir(parents=True)  # in a model's place: training one takes long
    built.run("dvc", "commit", "--quiet", "--force", finetune)

    other = "  other: {dev: data/sample/dev-v2.0.json, native: true}\n"
    built.edit("corpora: [sample]", "corpora: [sample, other]")
    built.edit("corpora:\n  sample:", f"corpora:\n{other}  sample:")
    added = ran(built.repro(finetune))
    assert {"clean@other", inputs} <= set(added)
    assert finetune not in added
    built.edit("corpora: [sample, other]", "corpora: [sample]")
    built.edit(other, "")
    (built.home / "data" / "digests" / "other.json").unlink()  # as in a clone, which never had that corpus
    assert finetune not in ran(built.repro(finetune))

    built.edit("min_confidence: 0.5", "min_confidence: 0.9")
    built.repro(inputs)
    assert "data/runs/sample-tiny/train.json" in built.run("dvc", "status", finetune)
    built.edit("min_confidence: 0.9", "min_confidence: 0.5")
    built.edit("runs: [sample-tiny]", "runs: []")
    built.repro()


def test_a_wrong_key_stops_the_build_with_one_line(built: Project) -> None:
    built.edit("  min_score:", "  min_scroe: 1\n  min_score:")
    with pytest.raises(AssertionError, match=r"params\.yaml: align\.min_scroe: no such key"):
        built.run("stages/run", "locate", "--corpus", "sample", "--layout", "x", "--translations", "x", "--out", "x")
    built.edit("  min_scroe: 1\n", "")


def test_a_remote_carries_a_build_to_a_fresh_clone(built: Project, tmp_path: Path) -> None:
    remote, clone = tmp_path / "remote", Project(tmp_path / "clone")
    built.run("dvc", "remote", "add", "--force", "--default", "folder", str(remote))
    built.commit()
    built.run("dvc", "push", "--quiet")
    built.run("git", "clone", "--quiet", str(built.home), str(clone.home))
    clone.run("dvc", "pull", "--quiet")
    assert ran(clone.repro()) == []
    kept = "data/sample/clean/nl_squadv2_dev_clean.json"
    assert (clone.home / kept).read_bytes() == (built.home / kept).read_bytes()
