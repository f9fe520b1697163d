"""A build by real DVC that is killed at random moments ends with the bytes of an undisturbed one.

The whole campaign, over all stages and with more kinds of faults, is benchmarks/faults.py.
"""

import subprocess
import sys
from pathlib import Path

CAMPAIGN = Path(__file__).parent.parent / "benchmarks" / "faults.py"


def test_kills() -> None:
    options = ("--cases", "kill", "--kills", "3", "--longest-s", "5", "--until", "locate@sample")
    done = subprocess.run([sys.executable, CAMPAIGN, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    *_, row = done.stdout.strip().splitlines()
    _, case, times, _, same, left, *_ = (cell.strip() for cell in row.split("|"))
    assert (case, times.partition(" ")[0], same, left) == ("kill", "3", "yes", "0")
