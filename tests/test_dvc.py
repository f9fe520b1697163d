"""dvc.yaml lists everything that a stage depends on.

DVC does not follow imports: a stage that lacks a module is not rerun when that module changes.
"""

import subprocess
from configparser import ConfigParser
from difflib import ndiff
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from spanferry.fetch import FILE_NAMES
from spanferry.records import Reason

from tests.support.stage_deps import find_all_imports

ROOT = Path(__file__).parent.parent
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]


def covers(dep: str, module: str) -> bool:
    """Return True if a dependency is the module or a folder that holds it."""
    return module == dep or module.startswith(f"{dep}/")


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_lists_exactly_the_modules_it_uses(stage: str) -> None:
    used = find_all_imports(ROOT / "stages" / f"{stage}.py")
    listed = [dep for dep in STAGES[stage]["deps"] if dep.startswith("pipeline/") or dep == f"stages/{stage}.py"]
    assert {module for module in used if not any(covers(dep, module) for dep in listed)} == set()
    assert [dep for dep in listed if not any(covers(dep, module) for module in used)] == []


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_every_stage_has_a_description(stage: str) -> None:
    assert STAGES[stage]["desc"]


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_the_documentation_lists_every_stage(stage: str) -> None:
    assert f"| `{stage}` | {STAGES[stage]['desc']} |" in (ROOT / "docs" / "building.md").read_text(encoding="utf-8")


def test_the_documentation_lists_every_reason() -> None:
    page = (ROOT / "docs" / "loss.md").read_text(encoding="utf-8")
    assert [reason for reason in Reason if f"| `{reason}` |" not in page] == []


def test_every_group_of_files_is_fetched() -> None:
    assert STAGES["fetch"]["matrix"]["files"] == list(FILE_NAMES)


def test_git_ignores_what_dvc_caches(tmp_path: Path) -> None:
    """DVC writes such rules itself, but not when a build stops half-way; `git add` would then add the data."""
    outs = [out for stage in STAGES.values() for kind in ("outs", "plots", "metrics") for out in stage.get(kind, [])]
    cached = [out if isinstance(out, str) else path for out in outs for path in out if is_cached(out)]
    paths = {path.replace("${item.corpus}", "some").replace("${item.run}", "some") for path in cached}
    groups = STAGES["fetch"]["matrix"]["files"]
    paths = {path.replace("${item.files}", group) for path in paths for group in groups}
    (tmp_path / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    for path in paths:
        out = tmp_path / path
        (out.parent if out.suffix else out).mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    ignored = subprocess.run(["git", "check-ignore", *paths], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert set(ignored.stdout.split()) == paths
    links = ["data/inputs/source/memory/memory", "data/inputs/runs/some"]  # also those of a corpus called `source`
    assert subprocess.run(["git", "check-ignore", *links], cwd=tmp_path, check=False, capture_output=True).stdout == b""


def test_dvc_ignores_junk_among_the_modules_and_nothing_that_is_tracked() -> None:
    """A folder of modules is a dependency, so that a file which DVC does not ignore would make its stages run again."""
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    tracked = [ROOT / name for name in files.stdout.split("\0") if name.startswith(("data/", "pipeline/", "stages/"))]
    modules = ROOT / "pipeline" / "spanferry"
    junk = ["notes.txt", "notes", "fetch.py~", ".#fetch.py", "fetch (copy).py", ".ipynb_checkpoints/a.py", "new.json"]
    names = [*map(str, tracked), *(str(modules / name) for name in (*junk, "new.py"))]
    check = subprocess.run(["dvc", "check-ignore", *names], cwd=ROOT, capture_output=True, text=True, check=False)
    ignored = set(check.stdout.splitlines())
    assert len(tracked) > 100
    assert ignored == {str(modules / name) for name in junk}, check.stderr


@pytest.mark.parametrize(
    "setting",
    [
        "build.runs=[]",
        "language.target=de",
        "corpora.squad2.translator=google",
        "align.min_score=0.8",
        "rescue.enabled=false",
        "runs.dutch-mbert.training.learning_rate=3e-5",
        "runs.xquad-tydiqa-mbert.training.epochs=3",
    ],
)
def test_an_experiment_changes_one_line_of_the_parameters(setting: str, tmp_path: Path) -> None:
    """`dvc exp run -S` writes params.yaml anew, in its own style."""
    before = (ROOT / "params.yaml").read_text(encoding="utf-8")
    copy = tmp_path / "params.yaml"
    copy.write_text(before, encoding="utf-8")
    from dvc.utils.hydra import apply_overrides

    apply_overrides(copy, [setting])
    after = copy.read_text(encoding="utf-8")
    signs = [line[0] for line in ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert sorted(signs) == ["+", "-"]


def test_the_page_of_plots_states_its_charset() -> None:
    """DVC's own page does not, and a browser then shows "â€“" for a dash."""
    config = ConfigParser()
    config.read(ROOT / ".dvc/config")
    template = ROOT / ".dvc" / config["plots"]["html_template"]
    from dvc_render.html import HTML

    page = HTML(template.read_text(encoding="utf-8")).with_element("<p>95 % – 100 %</p>").embed()
    assert page.index('<meta charset="utf-8">') < page.index("<p>95 % – 100 %</p>")


def is_cached(out: str | dict) -> bool:
    return isinstance(out, str) or all((settings or {}).get("cache", True) for settings in out.values())
