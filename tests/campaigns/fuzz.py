"""Fuzz the same targets with atheris, which searches for inputs that reach new code.

    pip install atheris            # needs Python 3.11
    python tests/campaigns/fuzz.py KIND [FOLDER OF INPUTS] [-max_total_time=600] [-rss_limit_mb=2048]

KIND: one of targets.TARGETS. An input that fails is printed and written to the working folder
(crash-...). After the fix, add it to seeds/KIND.
"""

import sys
from pathlib import Path
from random import Random

import atheris

sys.path.insert(0, str(Path(__file__).parents[2]))

with atheris.instrument_imports(include=["spanferry", "stages", "xml", "csv"]):
    from tests.campaigns.targets import TARGETS, attack


def main() -> None:
    kind = sys.argv.pop(1)

    def mutate(raw: bytes, longest: int, seed: int) -> bytes:
        """Return libFuzzer's own mutation, or every second time an input that its target corrupted."""
        if seed % 2:
            return atheris.Mutate(raw, longest)
        return TARGETS[kind].corrupt(Random(seed))[:longest]

    atheris.Setup(sys.argv, lambda raw: attack(kind, raw), custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
