"""Copies of the project that real DVC builds: some with faults, and one without, for comparison."""

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from tests.support.mobile_page import run_server, server_command

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    *("dvc.yaml", "params.yaml", "pipeline", "stages", ".dvcignore", ".gitignore", "reports/runs/README.md"),
    *(f"data/sample/{name}" for name in ("train-v2.0.json", "dev-v2.0.json", "memory.tmx", "gold.json")),
)
OUTPUT_FOLDERS = ("data", "models", "reports")
READER = {"epochs": 1, "batch": 16, "learning_rate": 1e-3, "max_length": 128, "doc_stride": 64, "checkpoints": 6}
SERVER = f"{server_command(ROOT / 'data/sample/memory.tmx')} --latency 0.05"
WORKERS = 16
DISK_MIB = 400


def copy_project(home: Path) -> None:
    """Copy what a build of the sample needs into a folder."""
    for name in COPIED:
        source, target = ROOT / name, home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(source, target)


@dataclass(frozen=True)
class Build:
    """A copy of the project, and how to build it.

    log: a file outside the copy, for the output of its commands. targets: of `dvc repro`. variables: of the
    environment.
    """

    home: Path
    log: Path
    targets: tuple[str, ...]
    variables: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": f"{self.home}{os.pathsep}{self.home / 'pipeline'}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "DVC_SITE_CACHE_DIR": str(self.home / ".dvc" / "site"),
        }
        return os.environ | own | self.variables

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command in a process group of its own."""
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command, cwd=self.home, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def run(self, *command: str) -> int:
        """Run a command to its end and return its exit code."""
        return self.start(*command).wait()

    def repro_command(self) -> tuple[str, ...]:
        return ("dvc", "repro", *self.targets)

    def log_lines(self) -> list[str]:
        """Return the output of the last command."""
        return self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()

    def mend(self) -> bool:
        """Run `spanferry mend`; return True if it repaired something."""
        status = self.run(sys.executable, "-c", "from spanferry.cli import main; main()", "mend")
        return status == 0 and not any("nothing to repair" in line for line in self.log_lines())

    def finish(self) -> int:
        """Run `dvc repro` until it succeeds; return the number of repairs. Raises RuntimeError if it cannot."""
        repairs = 0
        while self.run(*self.repro_command()):
            repairs += self.mend_after_failure()
        return repairs

    def mend_after_failure(self) -> int:
        """Repair what stopped the last `dvc repro`; return 1. Raises RuntimeError if there is nothing to repair."""
        output = "\n".join(self.log_lines()[-20:])
        if not self.mend():
            raise RuntimeError(f"{self.home.name}: {output}")
        return 1

    def last_stage(self) -> str:
        """Return the stage that the last `dvc repro` started last."""
        started = re.findall(r"^Running stage '(\w+)", "\n".join(self.log_lines()), re.MULTILINE)
        return started[-1] if started else "before any"

    def hash_outputs(self) -> dict[str, str]:
        """Return the sha256 of every output, by path."""
        paths = [path for name in OUTPUT_FOLDERS for path in sorted((self.home / name).rglob("*")) if path.is_file()]
        paths += self.home.glob("dvc.lock")
        return {str(path.relative_to(self.home)): hash_output(path) for path in paths}

    def find_leftovers(self) -> list[Path]:
        """Return partial files and checkpoints that a fault left behind."""
        partial = [path for path in self.home.rglob(".*") if path.suffix in {".part", ".old"}]
        return [*partial, *self.home.glob("checkpoints/*/*")]


def hash_output(path: Path) -> str:
    """Return a file's sha256.

    In dvc.lock the order of stages, and in .gitignore the order of lines, is that of their first run: both are sorted.
    """
    content = path.read_bytes()
    if path.name == "dvc.lock":
        content = json.dumps(YAML(typ="safe").load(content), sort_keys=True).encode()
    elif path.name == ".gitignore":
        content = b"\n".join(sorted(content.splitlines()))
    return hashlib.sha256(content).hexdigest()


class FaultExperiment:
    """Creates copies of the project, and compares their outputs with those of a build without faults.

    args: options of benchmarks/faults.py. home: the folder for the copies.
    """

    def __init__(self, args: argparse.Namespace, home: Path) -> None:
        self.args, self.home = args, home
        self.random = random.Random(args.seed)
        self.expected: dict[bool, dict[str, str]] = {}
        self.copies = 0

    def create_build(self, proxy: str = "", inside: Path | None = None, **variables: str) -> Build:
        """Copy the project; nothing is built yet.

        proxy: address of the translation service, or '' to use the sample's own translations. inside: a folder for
        the copy. variables: of the environment.
        """
        self.copies += 1
        home = (inside or self.home) / f"copy-{self.copies}"
        copy_project(home)
        if proxy:
            variables |= {"http_proxy": proxy, "no_proxy": ""}
        self.edit_params(home / "params.yaml", served=bool(proxy))
        targets = (self.args.until,) if self.args.until else ()
        build = Build(home, self.home / f"copy-{self.copies}.log", targets, variables)
        for command in ("git init --quiet", "dvc init --quiet", "dvc config core.analytics false"):
            if build.run(*command.split()):
                raise RuntimeError(f"{command}: {build.log_lines()}")
        return build

    def edit_params(self, path: Path, served: bool) -> None:
        """Choose a small reader, and mtranslate as translator if there is a service."""
        yaml = YAML()
        params = yaml.load(path)
        params["runs"]["sample-tiny"]["training"] = READER
        params["translate"]["workers"] = WORKERS
        if served:
            params["corpora"]["sample"] |= {"memory": None, "translator": "mtranslate"}
        yaml.dump(params, path)

    def expected_outputs(self, served: bool) -> dict[str, str]:
        """Return the hashes of the outputs of a build without faults."""
        if served not in self.expected:
            with translation_service(served) as url:
                build = self.create_build(url)
                if build.run(*build.repro_command()):
                    raise RuntimeError(f"without faults: {build.log_lines()[-5:]}")
                self.expected[served] = build.hash_outputs()
                shutil.rmtree(build.home)
        return self.expected[served]

    def compare_and_delete(self, build: Build, served: bool) -> tuple[str, int]:
        """Return (names of outputs that differ from a build without faults, number of leftovers); delete the copy."""
        expected, outputs, leftovers = self.expected_outputs(served), build.hash_outputs(), build.find_leftovers()
        ignored = {str(path.relative_to(build.home)) for path in leftovers}
        names = (expected.keys() | outputs.keys()) - ignored
        different = sorted(name for name in names if expected.get(name) != outputs.get(name))
        for path in leftovers:
            print(f"left behind: {path.relative_to(build.home)}", file=sys.stderr)
        shutil.rmtree(build.home)
        return ", ".join(different), len(leftovers)


@contextmanager
def translation_service(served: bool = True, options: str = "") -> Iterator[str]:
    """Run a web service that translates the sample; yield its address, or '' if not served."""
    if not served:
        yield ""
        return
    with run_server(SERVER, options) as url:
        yield url


@contextmanager
def small_disk(home: Path) -> Iterator[Path]:
    """Mount a file system of DISK_MIB. Raises CalledProcessError without the right to mount."""
    folder = home / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def fill_disk(folder: Path, free: int) -> Iterator[None]:
    """Leave this many bytes free while the block lasts."""
    ballast = folder / "ballast"
    state = os.statvfs(folder)
    with ballast.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(1, state.f_bavail * state.f_frsize - free))
    try:
        yield
    finally:
        ballast.unlink()
