"""What each DVC stage imports of this project, read from the source.

    python -m tests.support.stage_deps          # rewrites the module dependencies in dvc.yaml

DVC sees no imports, so dvc.yaml lists the modules that each stage uses; tests/test_dvc.py keeps the list complete.
A package of which a stage uses most modules is listed as a folder.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "pipeline" / "spanferry"
# Of a package's modules, what a stage must use so that the whole folder is listed.
MOST = 0.6
# They carry values, errors, bytes and work about, and decide nothing that is written.
CARRIERS = {
    "pipeline/spanferry/__init__.py",
    "pipeline/spanferry/cli/__init__.py",
    "pipeline/spanferry/cli/corpus_session.py",
    "pipeline/spanferry/cli/support.py",
    "pipeline/spanferry/config.py",
    "pipeline/spanferry/decompression.py",
    "pipeline/spanferry/errors.py",
    "pipeline/spanferry/executors/__init__.py",
    "pipeline/spanferry/executors/base.py",
    "pipeline/spanferry/executors/local.py",
    "pipeline/spanferry/executors/ray_cluster.py",
    "pipeline/spanferry/files.py",
    "pipeline/spanferry/printing.py",
}


def imported(path: Path) -> set[Path]:
    """The project's own modules that a module imports, at the top or inside a function."""
    found: set[Path] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # What a package imports on demand is for its other users.
    tree.body = [node for node in tree.body if getattr(node, "name", "") != "__getattr__"]
    # Imports for the type checker alone never run.
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            found |= module_files(name)
    return found


def module_files(name: str) -> set[Path]:
    """The files that importing a dotted name runs: the module itself and its packages' __init__.py."""
    first, *parts = name.split(".")
    if first == "stages":
        base = ROOT / "stages"
    elif first == "spanferry":
        base = LIBRARY
    else:
        return set()
    found = {base / "__init__.py"}
    for part in parts:
        base = base / part
        found |= {base.with_suffix(".py"), base / "__init__.py"}
    return {path for path in found if path.exists()}


def closure(path: Path) -> set[str]:
    """A module and all that it needs, as paths from the root; carriers are neither listed nor followed."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        at = waiting.pop()
        name = at.relative_to(ROOT).as_posix()
        if name in seen or name in CARRIERS:
            continue
        seen.add(name)
        waiting += imported(at)
    return {name for name in seen if not is_empty(ROOT / name)}


def is_empty(path: Path) -> bool:
    """Whether a module has nothing but its docstring."""
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text(encoding="utf-8")).body)


def dependencies(stage: str) -> list[str]:
    """The modules and packages to list for a stage, sorted."""
    used = closure(ROOT / "stages" / f"{stage}.py")
    for folder in sorted((path for path in LIBRARY.rglob("*") if path.is_dir()), key=lambda path: len(path.parts)):
        name = folder.relative_to(ROOT).as_posix()
        modules = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*.py") if not is_empty(path)}
        if len(modules) > 1 and len(modules & used) >= MOST * len(modules):
            used = (used - modules) | {name}
    return sorted(used)


def main() -> None:
    """Rewrites the module dependencies of every stage in dvc.yaml; other lines stay as they are."""
    path = ROOT / "dvc.yaml"
    stage, written, listed = "", [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"  (\w+):$", line):
            stage = header[1]
        is_module = re.match(r"      - (pipeline|stages)/", line)
        if line == "    deps:":
            listed = True
        elif listed and not line.startswith("      - "):
            written += [f"      - {name}" for name in dependencies(stage)]
            listed = False
        if not is_module:
            written.append(line)
    path.write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
