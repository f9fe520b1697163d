"""Every engine that calls a service has the same behaviours (`tests/support/behaviours.py`)."""

import pytest

from tests.support.behaviours import BEHAVIOURS
from tests.support.interfaces import SERVICES


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("service", SERVICES)
def test_behaviour(service, behaviour, tmp_path):
    BEHAVIOURS[behaviour](SERVICES[service], tmp_path)
