"""Fixtures shared by tests of commands."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def squad(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a document to a file, and returns its path."""

    def write_file(document: Any, name: str = "file.json") -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return write_file
