"""Copies of the project, each built by real DVC: with faults, and once without for comparison."""

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

from tests.support.mobile_page import running, server_command

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("dvc.yaml", "params.yaml", "pipeline", "stages", ".dvcignore", ".gitignore", "reports/runs/README.md")
SAMPLE = tuple(f"data/sample/{name}" for name in ("train-v2.0.json", "dev-v2.0.json", "memory.tmx", "gold.json"))
BUILT = ("data", "models", "reports")
READER = {"epochs": 1, "batch": 16, "learning_rate": 1e-3, "max_length": 128, "doc_stride": 64, "checkpoints": 6}
SERVER = f"{server_command(ROOT / 'data/sample/memory.tmx')} --latency 0.05"
WORKERS = 16
DISK_MIB = 400


@dataclass(frozen=True)
class Build:
    """A copy of the project, how to build it, and where what its commands say goes (outside of it)."""

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

    def start(self, *command: str) -> subprocess.Popen:
        """Starts a command in a process group of its own."""
        with self.log.open("wb") as log:
            return subprocess.Popen(
                command, cwd=self.home, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def run(self, *command: str) -> int:
        return self.start(*command).wait()

    def repro(self) -> tuple[str, ...]:
        return ("dvc", "repro", *self.targets)

    def said(self) -> list[str]:
        """Lines of the last command, but those of a progress bar."""
        return self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()

    def mend(self) -> bool:
        """Whether DVC's own files were torn; then they are mended."""
        return self.run(sys.executable, "-c", "from spanferry.cli import main; main()", "mend") == 0 and bool(
            self.said()
        )

    def complete(self) -> int:
        """Builds until DVC is through; how often its files had to be mended. Raises RuntimeError."""
        mended = 0
        while self.run(*self.repro()):
            mended += self.go_on()
        return mended

    def go_on(self) -> int:
        """Mends what stopped the last `dvc repro`. Raises RuntimeError when there is nothing to mend."""
        said = "\n".join(self.said()[-20:])
        if not self.mend():
            raise RuntimeError(f"{self.home.name}: {said}")
        return 1

    def stage(self) -> str:
        """What the last `dvc repro` was at, by what it said."""
        running = re.findall(r"^Running stage '(\w+)", "\n".join(self.said()), re.MULTILINE)
        return running[-1] if running else "before any"

    def outputs(self) -> dict[str, str]:
        """Every output's sha256, by its path."""
        paths = [path for place in BUILT for path in sorted((self.home / place).rglob("*")) if path.is_file()]
        paths += self.home.glob("dvc.lock")
        return {str(path.relative_to(self.home)): digest(path) for path in paths}

    def left(self) -> list[Path]:
        """What a fault has left behind beside the outputs."""
        partial = [path for path in self.home.rglob(".*") if path.suffix in {".part", ".old"}]
        return [*partial, *self.home.glob("checkpoints/*/*")]


def digest(path: Path) -> str:
    """A file's sha256; the order of stages in dvc.lock and of lines in .gitignore is that of their first run."""
    content = path.read_bytes()
    if path.name == "dvc.lock":
        content = json.dumps(YAML(typ="safe").load(content), sort_keys=True).encode()
    elif path.name == ".gitignore":
        content = b"\n".join(sorted(content.splitlines()))
    return hashlib.sha256(content).hexdigest()


class Laboratory:
    """A folder for copies of the project, and what they are when nothing goes wrong."""

    def __init__(self, args: argparse.Namespace, home: Path) -> None:
        self.args, self.home = args, home
        self.dice = random.Random(args.seed)
        self.wholes: dict[bool, dict[str, str]] = {}
        self.copies = 0

    def copy(self, proxy: str = "", inside: Path | None = None, **variables: str) -> Build:
        """A copy in which nothing is built. proxy: of the service; '' for the sample's own translations."""
        self.copies += 1
        home = (inside or self.home) / f"copy-{self.copies}"
        for part in (*PARTS, *SAMPLE):
            source, target = ROOT / part, home / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        if proxy:
            variables |= {"http_proxy": proxy, "no_proxy": ""}
        self.settle(home / "params.yaml", served=bool(proxy))
        targets = (self.args.until,) if self.args.until else ()
        build = Build(home, self.home / f"copy-{self.copies}.log", targets, variables)
        for command in ("git init --quiet", "dvc init --quiet", "dvc config core.analytics false"):
            if build.run(*command.split()):
                raise RuntimeError(f"{command}: {build.said()}")
        return build

    def settle(self, path: Path, served: bool) -> None:
        """A small reader, and the service for a translator where there is one."""
        yaml = YAML()
        params = yaml.load(path)
        params["runs"]["sample-tiny"]["training"] = READER
        params["translate"]["workers"] = WORKERS
        if served:
            params["corpora"]["sample"] |= {"memory": None, "translator": "mtranslate"}
        yaml.dump(params, path)

    def whole(self, served: bool) -> dict[str, str]:
        """The outputs of a build without faults."""
        if served not in self.wholes:
            with service(served) as url:
                build = self.copy(url)
                if build.run(*build.repro()):
                    raise RuntimeError(f"without faults: {build.said()[-5:]}")
                self.wholes[served] = build.outputs()
                shutil.rmtree(build.home)
        return self.wholes[served]

    def judge(self, build: Build, served: bool) -> tuple[str, int]:
        """(how the outputs differ from a build without faults, partial files left behind); the copy goes."""
        whole, got, left = self.whole(served), build.outputs(), build.left()
        names = {str(path.relative_to(build.home)) for path in left}
        other = [name for name in whole.keys() | got.keys() if whole.get(name) != got.get(name) and name not in names]
        for path in left:
            print(f"left behind: {path.relative_to(build.home)}", file=sys.stderr)
        shutil.rmtree(build.home)
        return ", ".join(sorted(other)), len(left)


@contextmanager
def service(served: bool = True, options: str = "") -> Iterator[str]:
    """The address of a web service that translates the sample; '' for none."""
    if not served:
        yield ""
        return
    with running(SERVER, options) as url:
        yield url


@contextmanager
def disk(home: Path) -> Iterator[Path]:
    """A small file system of its own. Raises CalledProcessError for who may not mount one."""
    place = home / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def filled(place: Path, free: int) -> Iterator[None]:
    """Leaves so many bytes free."""
    ballast = place / "ballast"
    state = os.statvfs(place)
    with ballast.open("wb") as out:
        os.posix_fallocate(out.fileno(), 0, max(1, state.f_bavail * state.f_frsize - free))
    try:
        yield
    finally:
        ballast.unlink()
