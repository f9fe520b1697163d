"""Parses the HTTP header Retry-After."""

from email.utils import parsedate_to_datetime
from math import isnan
from time import time
from typing import Protocol

MAX_WAIT_S = 30 * 24 * 3600.0  # longer values are mistakes of the service


class Headers(Protocol):
    """The headers of a response: those of urllib or httpx, or a dict."""

    def get(self, name: str, /) -> str | None:
        """Return the value of a header, or None."""
        ...


def parse_retry_after(headers: Headers) -> float | None:
    """Return the number of seconds to wait; None when the header is missing or malformed.

    The value is a number of seconds or a date. A date is compared with the header Date of the response, in case the
    clock of this machine is wrong.
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
