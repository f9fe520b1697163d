"""Spoilt input of every kind: one clear line and exit code 2, or success; never a traceback, hang, GiB or half a file.

The suite tries a few inputs of each kind, the campaign (conftest.py) 10,000. What once broke something lies in seeds/.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.campaigns.targets import TARGETS, attack

CAMPAIGN = settings.get_current_profile_name() == "campaign"
SEEDS = sorted((Path(__file__).parent / "seeds").glob("*/*"))


@pytest.mark.parametrize("kind", TARGETS)
@settings(
    max_examples=settings().max_examples if CAMPAIGN else 10, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(chance=st.randoms(use_true_random=False))
def test_spoilt_input_is_survived(kind, chance) -> None:
    attack(kind, TARGETS[kind].spoil(chance))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_broke_something_once_is_survived(seed: Path) -> None:
    attack(seed.parent.name, seed.read_bytes())
