"""A build with real DVC that is killed at random moments gives the same bytes as an undisturbed build.

benchmarks/faults.py covers all stages and more kinds of faults.
"""

import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parent.parent / "benchmarks" / "faults.py"


def test_a_killed_build_gives_the_same_bytes() -> None:
    options = ("--cases", "kill", "--kills", "3", "--longest-s", "5", "--until", "locate@sample")
    process = subprocess.run([sys.executable, BENCHMARK, *options], capture_output=True, text=True, check=False)
    assert process.returncode == 0, f"{process.stdout}\n{process.stderr}"
    *_, row = process.stdout.strip().splitlines()
    _, case, times, _, same, left, *_ = (cell.strip() for cell in row.split("|"))
    assert (case, times.partition(" ")[0], same, left) == ("kill", "3", "yes", "0")
