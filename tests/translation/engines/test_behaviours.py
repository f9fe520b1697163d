"""Every engine that calls a service has the same behaviours (`tests/support/behaviours.py`)."""

import pytest

from tests.support.behaviours import BEHAVIOURS, END, PAGE, START, applies
from tests.support.interfaces import SERVICES

CASES = [
    (service, behaviour) for service in SERVICES for behaviour in BEHAVIOURS if applies(behaviour, SERVICES[service])
]


@pytest.mark.parametrize(("service", "behaviour"), CASES)
def test_behaviour(service, behaviour, tmp_path):
    BEHAVIOURS[behaviour](SERVICES[service], tmp_path)


def test_the_page_has_every_behaviour_of_every_service():
    """`python -m tests.support.behaviours` writes it."""
    table = PAGE.read_text(encoding="utf-8").partition(START)[2].partition(END)[0]
    heading, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.strip().splitlines()]
    assert heading == ["behaviour", *SERVICES]
    assert [row[0] for row in rows] == list(BEHAVIOURS)
    for behaviour, *cells in rows:
        assert cells == ["yes" if applies(behaviour, service) else "–" for service in SERVICES.values()]
