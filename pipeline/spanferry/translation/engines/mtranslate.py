"""The engine `mtranslate`: Google Translate's mobile page, through the package of that name.

The package has no timeout, and gives "" for every page without a result: a captcha, a consent page,
a text that the service has nothing for. It raises urllib's HTTPError for the other statuses.
"""

import socket
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from math import isnan
from time import time
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.parse import quote

import mtranslate

from spanferry.translation.engines.base import (
    EngineFailure,
    Overloaded,
    Refused,
    Request,
    Throttled,
    Translator,
    Unreachable,
)

# The page takes 5,000 characters, and fails above about 1,800 non-Latin ones, which are 10,800 bytes
# once quoted for the URL (deep-translator #30, #224). Quoted bytes are never fewer than characters.
LIMIT = 5000
NOT_THIS_TEXT = frozenset({400, 413, 414})
THROTTLED = frozenset({403, 429})
MOST_S = 30 * 24 * 3600.0  # a longer Retry-After is a mistake


class MTranslate(Translator):
    """Asks for one text a request. `http_proxy` in the environment is honoured, as urllib does."""

    identity = "mtranslate"
    remote = True
    concurrency = 256
    limit = LIMIT

    def __init__(self, source: str, target: str, timeout_s: float) -> None:
        self.source, self.target, self.timeout_s = source, target, timeout_s
        # The socket's timeout is for each byte; a page that drips in must end as well.
        self.deadline_s = 2 * timeout_s
        self.before: float | None = None

    def __enter__(self) -> Self:
        self.before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(self.timeout_s)
        return self

    def __exit__(self, *_: object) -> None:
        socket.setdefaulttimeout(self.before)

    def size(self, text: str) -> int:
        """Bytes in the URL."""
        return len(quote(text, errors="replace"))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        # Spaces behind a text make another URL, so that no cache on the way serves its bad answer again.
        return [self.ask(request.text + " " * request.attempt) for request in batch]

    def ask(self, text: str) -> str:
        try:
            return mtranslate.translate(text, self.target, self.source)
        except HTTPError as error:
            with error:
                raise of_status(error.code, error.headers) from error
        except TimeoutError as error:
            raise Overloaded("timed out") from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise Overloaded("timed out") from error
            raise Unreachable(str(error.reason)) from error
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        except UnicodeEncodeError as error:
            raise Refused("not a text: a lone surrogate") from error
        except UnicodeDecodeError as error:
            raise Unreachable("the page is not UTF-8") from error


def of_status(status: int, headers: Mapping[str, str]) -> EngineFailure:
    """What an HTTP status other than 2xx means for the request."""
    if status in NOT_THIS_TEXT:
        return Refused(f"HTTP {status}")
    kind = Throttled if status in THROTTLED else Overloaded
    return kind(f"HTTP {status}", retry_after(headers))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that Retry-After asks for, in seconds or as a date; None when it does neither.

    A date counts from the answer's own, so that this machine's clock may be wrong or jump.
    """
    said = headers.get("Retry-After")
    if not said:
        return None
    try:
        wait = float(said)
    except ValueError:
        until, now = moment(said), moment(headers.get("Date") or "") or time()
        if until is None:
            return None
        wait = until - now
    return None if isnan(wait) else min(max(0.0, wait), MOST_S)


def moment(date: str) -> float | None:
    """An HTTP date as seconds since 1970; None when it is none."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None
