"""Corrupted input of every kind gives one line and exit code 2, or success; see harness.py.

The suite tries a few inputs of each kind, the campaign (conftest.py) 10,000. seeds/ holds inputs that once failed.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.campaigns.forms import check_reading, corrupt_form
from tests.campaigns.targets import TARGETS, attack
from tests.support.forms import FORMS

CAMPAIGN = settings.get_current_profile_name() == "campaign"
SEEDS = sorted((Path(__file__).parent / "seeds").glob("*/*"))


@pytest.mark.parametrize("kind", TARGETS)
@settings(
    max_examples=settings().max_examples if CAMPAIGN else 10, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(chance=st.randoms(use_true_random=False))
def test_corrupted_input(kind, chance) -> None:
    attack(kind, TARGETS[kind].corrupt(chance))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
@settings(max_examples=settings().max_examples if CAMPAIGN else 30, deadline=None)
@given(chance=st.randoms(use_true_random=False))
def test_corrupted_forms_are_read_clean_or_refused(form, chance) -> None:
    check_reading(corrupt_form(form, chance))


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_input_that_once_failed(seed: Path) -> None:
    attack(seed.parent.name, seed.read_bytes())
