"""Find the modules of this project that each DVC stage imports.

    python -m tests.support.stage_deps          # rewrite the module dependencies in dvc.yaml

DVC does not follow imports, so dvc.yaml lists the modules that each stage uses; tests/test_dvc.py checks the lists.
A package is listed as a folder if a stage uses most of its modules.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "pipeline" / "spanferry"
# List a package as a folder if a stage uses at least this share of its modules.
FOLDER_SHARE = 0.6
# Modules that only pass on values, errors, bytes and work. Changes to them do not change outputs.
IGNORED = {
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
    "pipeline/spanferry/yaml_files.py",
}


def find_imports(path: Path) -> set[Path]:
    """Return the project's own modules that a module imports, at the top or inside a function."""
    found: set[Path] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    # A package imports lazily in __getattr__; only users who ask for that attribute need it.
    tree.body = [node for node in tree.body if getattr(node, "name", "") != "__getattr__"]
    # Imports under TYPE_CHECKING never run.
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
    """Return the files that importing a dotted name runs: the module and the __init__.py of its packages."""
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


def find_all_imports(path: Path) -> set[str]:
    """Return a module and everything it imports, directly or not, as paths from the root, without IGNORED."""
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        at = waiting.pop()
        name = at.relative_to(ROOT).as_posix()
        if name in seen or name in IGNORED:
            continue
        seen.add(name)
        waiting += find_imports(at)
    return {name for name in seen if not is_empty(ROOT / name)}


def is_empty(path: Path) -> bool:
    """Return True if a module contains only a docstring."""
    return all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text(encoding="utf-8")).body)


def list_dependencies(stage: str) -> list[str]:
    """Return the modules and packages to list for a stage, sorted."""
    used = find_all_imports(ROOT / "stages" / f"{stage}.py")
    for folder in sorted((path for path in LIBRARY.rglob("*") if path.is_dir()), key=lambda path: len(path.parts)):
        name = folder.relative_to(ROOT).as_posix()
        modules = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*.py") if not is_empty(path)}
        if len(modules) > 1 and len(modules & used) >= FOLDER_SHARE * len(modules):
            used = (used - modules) | {name}
    return sorted(used)


def main() -> None:
    """Rewrite the module dependencies of every stage in dvc.yaml; keep all other lines."""
    path = ROOT / "dvc.yaml"
    stage, written, listed = "", [], False
    for line in path.read_text(encoding="utf-8").splitlines():
        if header := re.match(r"  (\w+):$", line):
            stage = header[1]
        is_module = re.match(r"      - (pipeline|stages)/", line)
        if line == "    deps:":
            listed = True
        elif listed and not line.startswith("      - "):
            written += [f"      - {name}" for name in list_dependencies(stage)]
            listed = False
        if not is_module:
            written.append(line)
    path.write_text("\n".join(written) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
