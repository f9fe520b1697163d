"""Tests of the wheel: the files that an installation adds to site-packages."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Build a wheel from a copy of the project, so that no file is written into the work tree."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    patterns = (ROOT / "pipeline/spanferry/project/manifest.txt").read_text(encoding="utf-8").split()
    manifest = [path.relative_to(ROOT) for pattern in patterns for path in ROOT.glob(pattern)]
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE", *manifest):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "pipeline", source / "pipeline", ignore=ignored)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(source)], check=True)
    return zipfile.ZipFile(next(folder.glob("spanferry-*.whl")))


def test_a_wheel_contains_spanferry_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    folders = {name.partition("/")[0] for name in wheel.namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == {"spanferry"}


def test_a_wheel_contains_every_module_and_template(wheel: zipfile.ZipFile) -> None:
    library = ROOT / "pipeline" / "spanferry"
    files = {path for path in library.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert {path.relative_to(library.parent).as_posix() for path in files} <= set(wheel.namelist())


def test_a_project_that_an_installed_wheel_starts_runs_its_stages(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """`pip install` of the wheel is enough: its library starts a project, adds a corpus, and DVC runs the stages."""
    wheel.extractall(tmp_path / "site")
    script = tmp_path / "site/bin/spanferry"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\nfrom spanferry.cli import main\nmain()\n")
    script.chmod(0o755)
    paths = [str(script.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PATH": os.pathsep.join(paths)}

    def run(*command: str) -> str:
        home = tmp_path / "towns" if (tmp_path / "towns").exists() else tmp_path
        process = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)
        assert process.returncode == 0, f"{command}\n{process.stdout}\n{process.stderr}"
        return process.stdout

    run("spanferry", "init", "towns")
    shutil.copy(ROOT / "data/sample/dev-v2.0.json", tmp_path / "towns")
    run("spanferry", "new", "corpus", "towns", "--dev", "dev-v2.0.json", "--target", "de", "--translator", "identity")
    assert "doctor: a build can run" in run("spanferry", "doctor")
    assert "segment: towns: " in run("dvc", "repro", "segment@towns")
    assert "Running stage" not in run("dvc", "repro", "segment@towns")


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    [entry_points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "spanferry = spanferry.cli:main" in wheel.read(entry_points).decode()
