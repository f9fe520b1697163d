"""Tests of the direction of imports, which ARCHITECTURE.md draws."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "pipeline" / "spanferry"

# A part may import parts of lower layers only. Parts of one layer do not import each other, except those in RELATED.
LAYERS = (
    {"errors", "records", "printing", "markers", "surrogates"},
    {"files", "decompression", "arrow", "language", "executors", "pretrained"},
    {"tables", "checksums", "links", "yaml_files", "squad", "encoder", "hub", "pages"},
    {"segmentation", "translation", "projection", "selection", "breakdown", "loss_figures"},
    {"corrections", "names"},
    {"cleaning", "corpus_translation", "language_check", "loss", "forecast", "quality"},
    {"report", "reader", "publish"},
    {"quality.crossfit"},
    {"config"},
    {"fetch", "project", "publish.build", "stage_settings"},
    {"cli"},
)
RELATED = {("squad", "checksums")}
RANKS = {part: rank for rank, layer in enumerate(LAYERS) for part in layer}


def part_of(module: str) -> str:
    """Return the part of the library that a module belongs to: its package, or the module itself."""
    parts = module.split(".")[1:]
    return ".".join(parts[:2]) if ".".join(parts[:2]) in RANKS else parts[0]


def imports_of(path: Path) -> Iterator[str]:
    """Return the library's modules that a file imports, also inside functions, but not under TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if "TYPE_CHECKING" not in ast.dump(getattr(node, "test", node))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("spanferry."))
        elif isinstance(node, ast.ImportFrom) and node.module == "spanferry":
            yield from (f"spanferry.{alias.name}" for alias in node.names if alias.name in RANKS)
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("spanferry."):
            yield node.module


def modules() -> list[Path]:
    return sorted(path for path in LIBRARY.rglob("*.py") if path != LIBRARY / "__init__.py")


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_imports_run_one_way(path: Path) -> None:
    importer = part_of(".".join(("spanferry", *path.relative_to(LIBRARY).with_suffix("").parts)))
    assert importer in RANKS, f"add {importer} to LAYERS"
    wrong = {
        module
        for module in imports_of(path)
        if (imported := part_of(module)) != importer
        and (importer, imported) not in RELATED
        and RANKS[imported] >= RANKS[importer]
    }
    assert wrong == set()


def test_every_part_has_a_layer() -> None:
    assert {part_of(f"spanferry.{path.stem}") for path in LIBRARY.iterdir() if path.suffix == ".py"} <= {
        *RANKS,
        "__init__",
    }
    assert {path.name for path in LIBRARY.iterdir() if (path / "__init__.py").exists()} <= set(RANKS)
