"""Adds the files of a new project (`spanferry init`) to the wheel; everything else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PROJECT = Path("pipeline/spanferry/project")


class BuildWithProjectFiles(build_py):
    """Copies what the manifest lists from the root of the repository. An editable installation reads it there."""

    def run(self) -> None:
        """Build the library, then add the files."""
        super().run()
        if self.editable_mode:
            return
        patterns = (PROJECT / "manifest.txt").read_text(encoding="utf-8").split()
        for name in [path for pattern in patterns for path in Path().glob(pattern)]:
            target = Path(self.build_lib, "spanferry/project/files", name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, target)


setup(cmdclass={"build_py": BuildWithProjectFiles})
