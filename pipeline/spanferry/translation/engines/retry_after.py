"""The HTTP header Retry-After."""

from email.utils import parsedate_to_datetime
from math import isnan
from time import time
from typing import Protocol

MAX_WAIT_S = 30 * 24 * 3600.0  # a longer Retry-After is a mistake


class Headers(Protocol):
    """The headers of a response, as urllib, httpx or a dict hold them."""

    def get(self, name: str, /) -> str | None:
        """Return a header's value, or None."""
        ...


def parse_retry_after(headers: Headers) -> float | None:
    """Return the seconds to wait; None when the header is missing or malformed.

    The header holds seconds or a date. A date counts from the response's own Date, so that this machine's clock may be
    wrong or jump.
    """
    value = headers.get("Retry-After")
    if not value:
        return None
    try:
        wait = float(value)
    except ValueError:
        until, now = parse_http_date(value), parse_http_date(headers.get("Date") or "") or time()
        if until is None:
            return None
        wait = until - now
    return None if isnan(wait) else min(max(0.0, wait), MAX_WAIT_S)


def parse_http_date(date: str) -> float | None:
    """Return an HTTP date as seconds since 1970; None when it is malformed."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
