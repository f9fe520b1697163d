"""Build the sample under faults, with real DVC, and compare the outputs with those of a build without faults.

    python benchmarks/faults.py [--cases kill served full twice shared away clock] [--kills 100] [--longest-s 10]
        [--seed 1] [--until STAGE] [--away-s 120]

    kill    SIGKILL to `dvc repro` and all its processes at random moments, until the build succeeds
    served  the same with a web service (tests/support/mobile_page.py) as translator; also counts repeated requests
    full    a disk (tmpfs, needs root) that is full at random moments, in each stage and under `dvc repro`; served
    twice   two `dvc repro` at once in one checkout
    shared  two checkouts at once with one memory folder; served
    away    the service refuses connections for --away-s seconds in the middle of the translation
    clock   Python's clock jumps one day forward and two days back, again and again; served with faults

Each copy of the project builds the sample with a small reader. --until builds only up to that stage.

Prints a Markdown row for each case: how often the fault happened, the number of builds, whether the outputs have the
same bytes (sha256 of every file below data/, models/ and reports/, and of the content of dvc.lock), partial files and
checkpoints left behind, how often `spanferry mend` had to repair DVC's own files, and texts requested twice. Exits
with 1 if a case fails.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.append(str(Path(__file__).resolve().parents[1]))

from translation import FAULTS

from tests.support.copies import WORKERS, Build, FaultExperiment, fill_disk, small_disk, translation_service
from tests.support.mobile_page import read_counts

FULL_DISKS_PER_STAGE = 4  # the first leaves no room at all
FULL_DISKS_PER_REPRO = 20
BUILDS_AT_ONCE = 5
JUMPS_S = (0, 86_400, -86_400)
JUMP_EVERY_S = 2.0
WRITTEN_BY_DVC = {"dvc.lock", ".gitignore"}
CLOCK = """
import time
from pathlib import Path

true = time.time
time.time = lambda: true() + float(Path({path!r}).read_text() or 0)
time.time_ns = lambda: int(time.time() * 1e9)
"""


def kill_builds(experiment: FaultExperiment, served: bool = False) -> bool:
    """Case `kill`."""
    experiment.expected_outputs(served)
    kills: Counter[str] = Counter()
    results, repairs, repeated = [], 0, 0
    while kills.total() < experiment.args.kills:
        with translation_service(served) as url:
            build = experiment.create_build(url)
            repairs += kill_until_built(build, experiment, kills)
            repeated += read_counts(url)["repeated"] if served else 0
        results.append(experiment.compare_and_delete(build, served))
    stages = ", ".join(f"{stage} {times}" for stage, times in kills.most_common())
    in_flight = WORKERS * (kills["translate"] + kills["rescue"])
    notes = f"mended {repairs}"
    if served:
        notes += f"; requested twice {repeated} (in flight at a kill: at most {in_flight})"
    name = "kill, served" if served else "kill"
    return print_case(name, f"{kills.total()} kills ({stages})", results, notes) and repeated <= in_flight


def kill_until_built(build: Build, experiment: FaultExperiment, kills: Counter[str]) -> int:
    """Kill a build again and again and count the kills by stage, then let it succeed; return the number of repairs."""
    repairs = 0
    while kills.total() < experiment.args.kills:
        process = build.start(*build.repro_command())
        try:
            if not process.wait(experiment.random.uniform(0, experiment.args.longest_s)):
                return repairs
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills[build.last_stage()] += 1
        else:
            repairs += build.mend_after_failure()
    return repairs + build.finish()


def kill_served_builds(experiment: FaultExperiment) -> bool:
    """Case `served`."""
    return kill_builds(experiment, served=True)


def fill_disks(experiment: FaultExperiment) -> bool:
    """Case `full`."""
    expected = experiment.expected_outputs(served=True)
    results, complaints, failures, repairs = [], [], Counter[str](), 0
    with small_disk(experiment.home) as disk, translation_service() as url:
        build = experiment.create_build(url, disk)
        for name, command in list_stages(build):
            for free in [0, *(random_bytes(experiment) for _ in range(FULL_DISKS_PER_STAGE - 1))]:
                with fill_disk(disk, free):
                    status = build.run("sh", "-c", command)
                failures["a stage"] += status != 0
                complaints += [f"{name}, {free:,} bytes free: {what}" for what in check(build, name, status, expected)]
            if build.run("dvc", "repro", "--single-item", name):
                raise RuntimeError(f"{name}: {build.log_lines()[-5:]}")
        repairs += build.finish()
        repeated = read_counts(url)["repeated"]
        results.append(experiment.compare_and_delete(build, served=True))
        build = experiment.create_build(url, disk)
        for _ in range(FULL_DISKS_PER_REPRO):
            with fill_disk(disk, random_bytes(experiment)):
                failures["dvc repro"] += build.run(*build.repro_command()) != 0
            repairs += build.mend()
        repairs += build.finish()
        results.append(experiment.compare_and_delete(build, served=True))
    for line in complaints:
        print(line, file=sys.stderr)
    notes = (
        f"not one line and exit code 2, or a truncated file: {len(complaints)}; "
        f"mended {repairs}; requested twice {repeated}"
    )
    times = ", ".join(f"{what} failed {count} times" for what, count in failures.items())
    return print_case("full", times, results, notes) and not complaints


def random_bytes(experiment: FaultExperiment) -> int:
    """Return a size from a page to more than a stage writes; every magnitude is equally likely."""
    return int(4096 * 2 ** experiment.random.uniform(0, 12))


def list_stages(build: Build) -> list[tuple[str, str]]:
    """Return (name, command) of every stage up to the target, in the order of dvc.yaml, which is that of the flow."""
    from dvc.repo import Repo

    stages = [(stage.name, stage.cmd) for stage in Repo(build.home).index.stages]
    last = next((index for index, (name, _) in enumerate(stages) if name in build.targets), len(stages))
    return stages[: last + 1]


def check(build: Build, name: str, status: int, expected: dict[str, str]) -> list[str]:
    """Return the faults of a stage on a full disk: a truncated output, or not one line of error with exit code 2."""
    outputs = {path: digest for path, digest in build.hash_outputs().items() if Path(path).name not in WRITTEN_BY_DVC}
    complaints = [f"{path} is truncated" for path, digest in outputs.items() if expected.get(path) != digest]
    lines = build.log_lines()
    errors = [line for line in lines if line.startswith(f"{name.partition('@')[0]}: ")]
    if status and (status != 2 or len(errors) != 1 or errors[0] != lines[-1]):
        complaints.append(f"exit code {status}, {lines[-3:]}")
    return complaints


def build_twice_at_once(experiment: FaultExperiment) -> bool:
    """Case `twice`."""
    experiment.expected_outputs(served=False)
    results, refusals = [], Counter[str]()
    for _ in range(BUILDS_AT_ONCE):
        build = experiment.create_build()
        second = replace(build, log=build.log.with_suffix(".second"))
        started = []
        for one in (build, second):
            started.append((one, one.start(*one.repro_command())))
            time.sleep(experiment.random.uniform(0, 3))
        refusals.update(find_refusal(one) for one, process in started if process.wait())
        build.finish()
        results.append(experiment.compare_and_delete(build, served=False))
    return print_case("twice", f"{BUILDS_AT_ONCE} times", results, describe_refusals(refusals))


def share_a_memory(experiment: FaultExperiment) -> bool:
    """Case `shared`."""
    experiment.expected_outputs(served=True)
    refusals = Counter[str]()
    with translation_service() as url:
        memory = str(experiment.home / "memory")
        builds = [experiment.create_build(url, SPANFERRY_MEMORY=memory) for _ in range(2)]
        started = [(build, build.start(*build.repro_command())) for build in builds]
        refusals.update(find_refusal(build) for build, process in started if process.wait())
        for build in builds:
            build.finish()
        repeated = read_counts(url)["repeated"]
    results = [experiment.compare_and_delete(build, served=True) for build in builds]
    notes = f"{describe_refusals(refusals)}; requested twice {repeated}"
    return print_case("shared", "1 time", results, notes) and not repeated


def find_refusal(build: Build) -> str:
    """Return the first line that says why a build stopped: a stage's, or else DVC's."""
    line = next(line for line in build.log_lines() if re.match(r"(translate|rescue|ERROR): ", line))
    return line.replace(f"{build.home}/", "").replace(f"{build.log.parent}/", "")


def describe_refusals(refusals: Counter[str]) -> str:
    return "; ".join(f"{times} times: {line}" for line, times in refusals.items()) or "none refused"


def stop_the_service(experiment: FaultExperiment) -> bool:
    """Case `away`."""
    experiment.expected_outputs(served=True)
    with translation_service(options=f"--away-after 300 --away-s {experiment.args.away_s}") as url:
        build = experiment.create_build(url)
        start = time.monotonic()
        status = build.run(*build.repro_command())
        seconds = time.monotonic() - start
        repeated = read_counts(url)["repeated"]
    results = [experiment.compare_and_delete(build, served=True)]
    notes = f"{seconds:.0f} s in all, exit code {status}; requested twice {repeated}"
    is_same = print_case("away", f"{experiment.args.away_s:g} s", results, notes)
    return is_same and not status and repeated <= WORKERS


def jump_the_clock(experiment: FaultExperiment) -> bool:
    """Case `clock`."""
    experiment.expected_outputs(served=True)
    offset = experiment.home / "offset"
    offset.write_text("0")
    with translation_service(options=FAULTS) as url:
        build = experiment.create_build(url)
        (build.home / "sitecustomize.py").write_text(CLOCK.format(path=str(offset)))
        start = time.monotonic()
        process = build.start(*build.repro_command())
        jumps = 0
        while process.poll() is None:
            time.sleep(JUMP_EVERY_S)
            jumps += 1
            offset.write_text(str(JUMPS_S[jumps % len(JUMPS_S)]))
        seconds = time.monotonic() - start
        counts = read_counts(url)
    results = [experiment.compare_and_delete(build, served=True)]
    notes = (
        f"{seconds:.0f} s in all, exit code {process.returncode}, {counts['requests']:,} requests for "
        f"{counts['answered']:,} responses; requested twice {counts['repeated']}"
    )
    return print_case("clock", f"{jumps} jumps", results, notes) and not process.returncode + counts["repeated"]


def print_case(case: str, times: str, results: list[tuple[str, int]], notes: str) -> bool:
    """Print a case's row; return True if all its builds have the bytes of a build without faults."""
    different = [names for names, _ in results if names]
    leftovers = sum(count for _, count in results)
    same = f"NO: {'; '.join(different)}" if different else "yes"
    print(f"| {case} | {times} | {len(results)} | {same} | {leftovers} | {notes} |", flush=True)
    return not different


CASES: dict[str, Callable[[FaultExperiment], bool]] = {
    "kill": kill_builds,
    "served": kill_served_builds,
    "full": fill_disks,
    "twice": build_twice_at_once,
    "shared": share_a_memory,
    "away": stop_the_service,
    "clock": jump_the_clock,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest-s", type=float, default=10, help="most seconds from a start to its kill")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", metavar="STAGE", help="a target of `dvc repro`, such as clean@sample")
    parser.add_argument("--away-s", type=float, default=120)
    args = parser.parse_args()
    with TemporaryDirectory() as home:
        experiment = FaultExperiment(args, Path(home))
        print("| case | how often | builds | same bytes | left behind | |\n|--|--|--:|--|--:|--|", flush=True)
        succeeded = [CASES[case](experiment) for case in args.cases]
    sys.exit(not all(succeeded))


if __name__ == "__main__":
    main()
