"""Tests of the wheel: the files that an installation adds to site-packages."""

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
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
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


def test_the_command_is_installed(wheel: zipfile.ZipFile) -> None:
    [entry_points] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "spanferry = spanferry.cli:main" in wheel.read(entry_points).decode()
