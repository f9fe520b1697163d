"""Whole builds under faults: real DVC in copies of the project, and in the end the same bytes as without.

    python benchmarks/faults.py [--cases kill served full twice shared away clock] [--kills 100] [--longest-s 10]
        [--seed 1] [--until STAGE] [--away-s 120]

kill    SIGKILL to `dvc repro` and all that it started, at random moments, until it is through
served  the same with a web service (mobile_page.py) for a translator: what is asked twice as well
full    a disk (tmpfs, which takes root) that fills up in each stage and under DVC, at random moments, served
twice   two `dvc repro` at once in one checkout
shared  two checkouts at once with one memory folder, served
away    the service refuses connections for --away-s seconds in the middle of the translation
clock   the clock that Python reads jumps a day on and two days back, again and again, served with faults

Each copy builds the sample with a small reader. Same bytes: the sha256 of every file below data/, models/
and reports/ and of what dvc.lock says, against a build without faults. Left behind: partial files anywhere in
the copy, and checkpoints. Mended: how often DVC could not read its own files after a fault until
`spanferry mend` had run. --until builds no further than that stage. Exits with 1 when a case did not end well.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.translation import FAULTS
from tests.support.copies import WORKERS, Build, Laboratory, disk, filled, service
from tests.support.mobile_page import stats

FULL_AT = 4  # times a stage meets a full disk; the first time there is no room at all
FULL_DVC = 20
JUMPS = (0, 86_400, -86_400)  # seconds
CLOCK = """
import time
from pathlib import Path

true = time.time
time.time = lambda: true() + float(Path({path!r}).read_text() or 0)
time.time_ns = lambda: int(time.time() * 1e9)
"""
JUMP_S = 2.0
TWICE = 5
DVCS = {"dvc.lock", ".gitignore"}  # what DVC itself writes


def kill(lab: Laboratory, served: bool = False) -> bool:
    lab.whole(served)
    where: Counter[str] = Counter()
    found, mended, repeated = [], 0, 0
    while where.total() < lab.args.kills:
        with service(served) as url:
            build = lab.copy(url)
            mended += killed(build, lab, where)
            repeated += stats(url)["repeated"] if served else 0
        found.append(lab.judge(build, served))
    stages = ", ".join(f"{stage} {times}" for stage, times in where.most_common())
    most = WORKERS * (where["translate"] + where["rescue"])
    asked = f"; asked twice {repeated} (under way at a kill: at most {most})" if served else ""
    name = "kill, served" if served else "kill"
    return table(name, f"{where.total()} kills ({stages})", found, f"mended {mended}{asked}") and repeated <= most


def killed(build: Build, lab: Laboratory, where: Counter[str]) -> int:
    """Kills a build again and again, counting where, and lets it end; how often it was mended."""
    mended = 0
    while where.total() < lab.args.kills:
        process = build.start(*build.repro())
        try:
            if not process.wait(lab.dice.uniform(0, lab.args.longest_s)):
                return mended
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            where[build.stage()] += 1
        else:
            mended += build.go_on()
    return mended + build.complete()


def served(lab: Laboratory) -> bool:
    return kill(lab, served=True)


def full(lab: Laboratory) -> bool:
    whole = lab.whole(served=True)
    found, wrong, faults, mended = [], [], Counter(), 0
    with disk(lab.home) as place, service() as url:
        build = lab.copy(url, place)
        for name, command in stages(build):
            for free in [0, *(room(lab) for _ in range(FULL_AT - 1))]:
                with filled(place, free):
                    status = build.run("sh", "-c", command)
                faults["a stage"] += status != 0
                wrong += [f"{name}, {free:,} bytes free: {what}" for what in complaints(build, name, status, whole)]
            if build.run("dvc", "repro", "--single-item", name):
                raise RuntimeError(f"{name}: {build.said()[-5:]}")
        mended += build.complete()
        repeated = stats(url)["repeated"]
        found.append(lab.judge(build, served=True))
        build = lab.copy(url, place)
        for _ in range(FULL_DVC):
            with filled(place, room(lab)):
                faults["dvc repro"] += build.run(*build.repro()) != 0
            mended += build.mend()
        mended += build.complete()
        found.append(lab.judge(build, served=True))
    for line in wrong:
        print(line, file=sys.stderr)
    notes = f"not one line and exit code 2, or a torn file: {len(wrong)}; mended {mended}; asked twice {repeated}"
    times = ", ".join(f"{count} times {what}" for what, count in faults.items())
    return table("full", times, found, notes) and not wrong


def room(lab: Laboratory) -> int:
    """Bytes: from a page to more than a stage writes, each magnitude as often."""
    return int(4096 * 2 ** lab.dice.uniform(0, 12))


def stages(build: Build) -> list[tuple[str, str]]:
    """(name, command) of every stage, in the order of dvc.yaml, which is that of the flow."""
    from dvc.repo import Repo

    found = [(stage.name, stage.cmd) for stage in Repo(build.home).index.stages]
    last = next((at for at, (name, _) in enumerate(found) if name in build.targets), len(found))
    return found[: last + 1]


def complaints(build: Build, name: str, status: int, whole: dict[str, str]) -> list[str]:
    """What a stage did not do as it should on a full disk."""
    outputs = {path: digest for path, digest in build.outputs().items() if Path(path).name not in DVCS}
    found = [f"{path} is torn" for path, digest in outputs.items() if whole.get(path) != digest]
    said = build.said()
    told = [line for line in said if line.startswith(f"{name.partition('@')[0]}: ")]
    if status and (status != 2 or len(told) != 1 or told[0] != said[-1]):
        found.append(f"exit code {status}, {said[-3:]}")
    return found


def twice(lab: Laboratory) -> bool:
    lab.whole(served=False)
    found, refused = [], Counter()
    for _ in range(TWICE):
        build = lab.copy()
        second = replace(build, log=build.log.with_suffix(".second"))
        both = [(one, one.start(*one.repro())) for one in (build, second) if not time.sleep(lab.dice.uniform(0, 3))]
        refused.update(refusal(one) for one, process in both if process.wait())
        build.complete()
        found.append(lab.judge(build, served=False))
    return table("twice", f"{TWICE} times", found, told(refused))


def shared(lab: Laboratory) -> bool:
    lab.whole(served=True)
    found, refused = [], Counter()
    with service() as url:
        builds = [lab.copy(url, SPANFERRY_MEMORY=str(lab.home / "memory")) for _ in range(2)]
        both = [(build, build.start(*build.repro())) for build in builds]
        refused.update(refusal(build) for build, process in both if process.wait())
        for build in builds:
            build.complete()
        repeated = stats(url)["repeated"]
    found = [lab.judge(build, served=True) for build in builds]
    return table("shared", "1 time", found, f"{told(refused)}; asked twice {repeated}") and not repeated


def refusal(build: Build) -> str:
    """The first line that says why a build stopped: a stage's, or else DVC's."""
    found = next(line for line in build.said() if re.match(r"(translate|rescue|ERROR): ", line))
    return found.replace(f"{build.home}/", "").replace(f"{build.log.parent}/", "")


def told(refused: Counter[str]) -> str:
    return "; ".join(f"{times} times: {line}" for line, times in refused.items()) or "none refused"


def away(lab: Laboratory) -> bool:
    lab.whole(served=True)
    with service(options=f"--away-after 300 --away-s {lab.args.away_s}") as url:
        build = lab.copy(url)
        start = time.monotonic()
        status = build.run(*build.repro())
        seconds = time.monotonic() - start
        counted = stats(url)
    found = [lab.judge(build, served=True)]
    notes = f"{seconds:.0f} s in all, exit code {status}; asked twice {counted['repeated']}"
    return table("away", f"{lab.args.away_s:g} s", found, notes) and not status and counted["repeated"] <= WORKERS


def clock(lab: Laboratory) -> bool:
    lab.whole(served=True)
    now = lab.home / "now"
    now.write_text("0")
    with service(options=FAULTS) as url:
        build = lab.copy(url)
        (build.home / "sitecustomize.py").write_text(CLOCK.format(path=str(now)))
        start = time.monotonic()
        process = build.start(*build.repro())
        jumps = 0
        while process.poll() is None:
            time.sleep(JUMP_S)
            jumps += 1
            now.write_text(str(JUMPS[jumps % len(JUMPS)]))
        seconds = time.monotonic() - start
        counted = stats(url)
    found = [lab.judge(build, served=True)]
    notes = (
        f"{seconds:.0f} s in all, exit code {process.returncode}, {counted['requests']:,} requests for "
        f"{counted['answered']:,} answers; asked twice {counted['repeated']}"
    )
    return table("clock", f"{jumps} jumps", found, notes) and not process.returncode + counted["repeated"]


def table(case: str, times: str, found: list[tuple[str, int]], notes: str) -> bool:
    """Prints a case's line; whether all its builds have the bytes of one without faults."""
    other = [names for names, _ in found if names]
    left = sum(count for _, count in found)
    same = f"NO: {'; '.join(other)}" if other else "yes"
    print(f"| {case} | {times} | {len(found)} | {same} | {left} | {notes} |", flush=True)
    return not other


CASES = {"kill": kill, "served": served, "full": full, "twice": twice, "shared": shared, "away": away, "clock": clock}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest-s", type=float, default=10, help="from a start to its kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", metavar="STAGE", help="as `dvc repro` takes it, such as clean@sample")
    parser.add_argument("--away-s", type=float, default=120)
    args = parser.parse_args()
    with TemporaryDirectory() as home:
        lab = Laboratory(args, Path(home))
        print("| case | how often | builds | same bytes | left behind | |\n|--|--|--:|--|--:|--|", flush=True)
        ended_well = [CASES[case](lab) for case in args.cases]
    sys.exit(not all(ended_well))


if __name__ == "__main__":
    main()
