"""A new project is made from this repository's own files, in a checkout and from a wheel."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from spanferry.cli.init import init
from spanferry.config import read_params
from spanferry.project.files import pinned_version, project_files

ROOT = Path(__file__).parents[2]
YAML_FILE = YAML(typ="safe")


def test_a_new_project_has_every_stage() -> None:
    stages = {
        f"stages/{path.name}" for path in (ROOT / "stages").iterdir() if path.suffix == ".py" or path.stem == "run"
    }
    assert {name for name in project_files() if name.startswith("stages/")} == stages


def test_the_pipeline_is_this_one_with_the_version_in_place_of_modules() -> None:
    own = YAML_FILE.load(ROOT / "dvc.yaml")["stages"]
    new = YAML_FILE.load(project_files()["dvc.yaml"])["stages"]
    for stage in own.values():
        modules = [dep for dep in stage["deps"] if dep.startswith("pipeline/")]
        stage["deps"][stage["deps"].index(modules[0])] = "requirements.txt"
        stage["deps"] = [dep for dep in stage["deps"] if dep not in modules]
    assert new == own


def test_the_parameters_are_these_without_entries(workdir: Path) -> None:
    Path("params.yaml").write_text(project_files()["params.yaml"], encoding="utf-8")
    new, own = YAML_FILE.load(Path("params.yaml")), YAML_FILE.load(ROOT / "params.yaml")
    empty = {"build": {"corpora": [], "runs": []}, "corpora": {}, "about": {}, "translators": {}, "runs": {}}
    assert new == own | empty
    assert read_params().corpora == {}
    assert re.findall(r"pydoc ([\w.]+)", Path("params.yaml").read_text(encoding="utf-8"))
    assert "pipeline/" not in Path("params.yaml").read_text(encoding="utf-8")


def test_init_starts_a_project_of_git_and_dvc(workdir: Path, run) -> None:
    result = run(init, "towns")
    files = project_files()
    assert (
        result.stdout
        == f"init: {len(files)} files written to {workdir / 'towns'}\nnext: cd towns && spanferry new corpus NAME\n"
    )
    assert {name: (workdir / "towns" / name).read_text(encoding="utf-8") for name in files} == files
    assert [path.name for path in (workdir / "towns").iterdir() if path.name.startswith(".spanferry")] == []
    subprocess.run(["git", "status"], cwd="towns", check=True, capture_output=True)
    assert (workdir / "towns/stages/run").stat().st_mode & 0o100
    assert pinned_version(workdir / "towns") == version("spanferry")


def test_init_in_a_project_changes_nothing(workdir: Path, refusal) -> None:
    (workdir / "params.yaml").write_text("mine")
    assert refusal(init) == "init: .: has params.yaml already; choose another folder"
    assert [path.name for path in workdir.iterdir()] == ["params.yaml"]


@pytest.mark.parametrize(
    ("line", "pinned"),
    [
        ("spanferry==0.2.0", "0.2.0"),
        ("numpy\nspanferry[reader, marian] == 1.0.dev3  # x\n", "1.0.dev3"),
        ("spanferry>=0.2", None),
        ("not-spanferry==1", None),
    ],
)
def test_the_pinned_version(workdir: Path, line: str, pinned: str | None) -> None:
    (workdir / "requirements.txt").write_text(line)
    assert pinned_version(workdir) == pinned
