"""Tests that docs/troubleshooting.md quotes what the code says."""

import ast
import errno
import os
import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "troubleshooting.md"
HOLE = r"…|<[^>]*>|\d[\d:,]*|\(did you mean .*"  # what differs from case to case
FOREIGN = "(DVC's)"


def rows() -> list[str]:
    """Return the first cells of the table: what a line says."""
    cells = [line.split(" | ")[0] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    return [cell for cell in cells if FOREIGN not in cell]


def texts(source: str) -> list[str]:
    """Return the texts in a Python file. The values within a text are replaced by a line break."""
    tree = ast.parse(source)
    whole = ("".join(map(constant, node.values)) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))
    plain = (constant(node) for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return [*whole, *plain]


def constant(node: ast.expr) -> str:
    """Return a text; a line break for everything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else "\n"


@pytest.fixture(scope="module")
def said() -> str:
    files = chain(*(sorted((ROOT / folder).rglob("*.py")) for folder in ("pipeline", "stages")))
    return "\n".join([os.strerror(errno.ENOSPC), *chain(*(texts(file.read_text("utf-8")) for file in files))])


@pytest.mark.parametrize("cell", rows())
def test_a_quoted_line_is_what_the_code_says(said: str, cell: str) -> None:
    quotes = re.findall(r"`([^`]+)`", cell)
    fragments = [part.strip(" :;,.()'[]") for quote in quotes for part in re.split(rf"{HOLE}|[;:] ", quote)]
    checked = [fragment for fragment in fragments if " " in fragment]
    assert checked
    assert [fragment for fragment in checked if fragment not in said] == []


def test_the_page_explains_ten_errors() -> None:
    assert len(rows()) >= 10
