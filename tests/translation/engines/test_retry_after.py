"""Tests of the parsing of Retry-After headers."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from spanferry.translation.engines.retry_after import MAX_WAIT_S, parse_retry_after


def test_retry_after():
    assert [parse_retry_after({"Retry-After": value}) for value in ("", "x", "-5", "1.5", "nan", "1e99")] == [
        None,
        None,
        0.0,
        1.5,
        None,
        MAX_WAIT_S,
    ]
    assert parse_retry_after({}) is None


@pytest.mark.parametrize("error", [timedelta(), timedelta(days=1), timedelta(days=-1)])
def test_a_date_is_relative_to_the_date_of_the_response(error):
    """A wrong or jumping clock must not make a run hang or flood the service."""
    server_time = datetime.now(UTC) + error
    until = format_datetime(server_time + timedelta(seconds=60), usegmt=True)
    assert parse_retry_after({"Retry-After": until, "Date": format_datetime(server_time, usegmt=True)}) == 60
    if not error:
        assert parse_retry_after({"Retry-After": until}) == pytest.approx(60, abs=2)
        assert parse_retry_after({"Retry-After": until, "Date": "today"}) == pytest.approx(60, abs=2)
