"""The files of a new project. They are those of Spanferry's own repository, changed by a rule.

A wheel carries the files that match a pattern of manifest.txt (setup.py copies them); in a checkout they are read where
they are.
There is no second copy of dvc.yaml that could become outdated.
"""

import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

from spanferry.errors import InputError
from spanferry.files import atomic_folder

_HERE = Path(__file__).parent
REQUIREMENTS = "requirements.txt"
DVC_CONFIG = """\
[core]
    analytics = false
    check_update = false
[plots]
    html_template = plots.html
"""
NO_ENTRIES = ("corpora", "about", "translators", "runs")
"""The sections of params.yaml whose entries are the repository's own."""

_DVC_HEADER = """\
# The whole pipeline; `dvc repro` runs the stages whose inputs changed. requirements.txt stands for the library: write
# the version there after an update of Spanferry, and every stage runs again.
"""
_PARAMS_HEADER = """\
# All settings of this project. `dvc repro` builds what `build` lists. An unknown key or an invalid value is an error.
# `spanferry new corpus` adds a corpus; `spanferry doctor` checks that a build can run. Pages in docs/ are those of
# Spanferry's repository, where `make docs` builds them as a site, with a reference of all settings.

# Names of entries below `corpora` and `runs`.
"""


def template_folder() -> Path:
    """Return the folder with the files of the manifest: a part of the wheel, or else the checkout."""
    packaged = _HERE / "files"
    return packaged if packaged.is_dir() else _HERE.parents[2]


def project_files() -> dict[str, str]:
    """Return the text of each file of a new project, by its path there."""
    root = template_folder()
    patterns = (_HERE / "manifest.txt").read_text(encoding="utf-8").split()
    paths = [path for pattern in patterns for path in sorted(root.glob(pattern))]
    files = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    files["dvc.yaml"] = new_pipeline(files["dvc.yaml"])
    files["params.yaml"] = new_params(files["params.yaml"])
    files[".dvc/config"] = DVC_CONFIG
    files[REQUIREMENTS] = f"spanferry=={version('spanferry')}  # spanferry[reader] to train and evaluate readers\n"
    return files


def new_pipeline(text: str) -> str:
    """Return dvc.yaml for a project that has no library of its own: stages depend on the version of the library."""
    _, _, stages = text.partition("\nstages:\n")
    modules = re.compile(r"(?:^ +- pipeline/\S+\n)+", re.MULTILINE)
    return f"{_DVC_HEADER}\nstages:\n" + modules.sub(f"      - {REQUIREMENTS}\n", stages)


def new_params(text: str) -> str:
    """Return params.yaml without the entries of the repository. Settings and their comments stay."""
    _, start, rest = text.partition("\nbuild: ")
    sections = re.split(r"\n(?=\n(?:#.*\n)*[a-z]+:)", f"{start[1:]}{rest}")
    written = _PARAMS_HEADER + "\n".join(map(_without_entries, sections))
    written = written.replace("pip install '.[", "pip install 'spanferry[")
    return re.sub(
        r"pipeline/(spanferry/[\w/]+)\.py", lambda path: f"python -m pydoc {path[1].replace('/', '.')}", written
    )


def _without_entries(section: str) -> str:
    """Return a section of params.yaml, with its comment and without entries of the repository."""
    name = re.search(r"^([a-z]+):", section, re.MULTILINE)
    if name is None:
        return section
    if name[1] == "build":
        return "build: {corpora: [], runs: []}"
    end = "\n" if section.endswith("\n") else ""  # of the last section
    return f"{section[: name.start()]}{name[1]}: {{}}{end}" if name[1] in NO_ENTRIES else section


def create_project(folder: Path) -> list[str]:
    """Write a new project into a folder, which may exist. Returns the paths of its files.

    In a folder that is not in a git repository, one is created if git is installed. Raises InputError when a file is
    there already; nothing is written then.
    """
    files = project_files()
    tops = sorted({name.partition("/")[0] for name in files})
    if there := [name for name in tops if (folder / name).exists()]:
        raise InputError(f"{folder}: has {', '.join(there)} already; choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_folder(folder / ".spanferry-init") as partial:
        for name, text in files.items():
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (partial / "stages/run").chmod(0o755)
    for top in tops:
        (folder / ".spanferry-init" / top).rename(folder / top)
    (folder / ".spanferry-init").rmdir()
    _start_dvc(folder)
    return sorted(files)


def _start_dvc(folder: Path) -> None:
    """Make the folder a repository of git, if it is in none, and let DVC know whether there is one."""
    git = shutil.which("git")
    if git and subprocess.run([git, "rev-parse"], cwd=folder, capture_output=True, check=False).returncode:
        subprocess.run([git, "init", "--quiet"], cwd=folder, capture_output=True, check=True)
    if not git:
        (folder / ".dvc/config").write_text(DVC_CONFIG.replace("[core]\n", "[core]\n    no_scm = true\n"))
    (folder / ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n", encoding="utf-8")


def pinned_version(folder: Path) -> str | None:
    """Return the version of Spanferry that a project's requirements.txt pins, or None."""
    path = folder / REQUIREMENTS
    text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    pin = re.search(r"^\s*spanferry(?:\[[\w,\s-]*\])?\s*==\s*([\w.+!-]+)", text, re.MULTILINE)
    return pin[1] if pin else None
