"""The engine `mtranslate`: Google Translate's mobile page, through the package of that name.

The package has no timeout. It returns "" for every page without a result: a captcha, a consent page, or a text for
which the service has no translation. For an HTTP status other than 2xx it raises urllib's HTTPError.
"""

import socket
from collections.abc import Sequence
from http.client import HTTPException
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
    TimedOut,
    Translator,
    Unreachable,
)
from spanferry.translation.engines.retry_after import Headers, parse_retry_after

# The page accepts 5,000 characters, but fails above about 1,800 non-Latin characters, which are 10,800 bytes when they
# are quoted in the URL (deep-translator #30, #224). The limit applies to the quoted bytes, which are never fewer than
# the characters.
LIMIT = 5000
REFUSED_STATUSES = frozenset({400, 413, 414})
THROTTLED_STATUSES = frozenset({403, 429})


class MTranslate(Translator):
    """An engine that sends one text per request. It uses the proxy in the environment variable `http_proxy`."""

    identity = "mtranslate"
    remote = True
    concurrency = 256
    limit = LIMIT
    empty_means = "captcha or empty page"

    def __init__(self, source: str, target: str, timeout_s: float) -> None:
        self.source, self.target, self.timeout_s = source, target, timeout_s
        # The timeout of the socket restarts with each byte. The deadline also ends pages that arrive slowly.
        self.deadline_s = 2 * timeout_s
        self.previous_timeout: float | None = None

    def __enter__(self) -> Self:
        self.previous_timeout = socket.getdefaulttimeout()
        socket.setdefaulttimeout(self.timeout_s)
        return self

    def __exit__(self, *_: object) -> None:
        socket.setdefaulttimeout(self.previous_timeout)

    def size(self, text: str) -> int:
        """Return the number of bytes of a text in the URL."""
        return len(quote(text, errors="replace"))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        # Trailing spaces change the URL, so that caches do not return the same bad answer again.
        return [self.request_page(request.text + " " * request.attempt) for request in batch]

    def request_page(self, text: str) -> str:
        """Translate one text. Returns '' when the page has no result. Raises an EngineFailure."""
        try:
            return mtranslate.translate(text, self.target, self.source)
        except HTTPError as error:
            with error:
                raise failure_for_status(error.code, error.headers) from error
        except TimeoutError as error:
            raise TimedOut("timed out") from error
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise TimedOut("timed out") from error
            raise Unreachable(str(error.reason)) from error
        except (OSError, HTTPException) as error:
            raise Unreachable(f"{type(error).__name__}: {error}") from error
        except UnicodeEncodeError as error:
            raise Refused("the text has a lone surrogate") from error
        except UnicodeDecodeError as error:
            raise Unreachable("the page is not UTF-8") from error


def failure_for_status(status: int, headers: Headers) -> EngineFailure:
    """Return the failure for an HTTP status other than 2xx."""
    if status in REFUSED_STATUSES:
        return Refused(f"HTTP {status}")
    kind = Throttled if status in THROTTLED_STATUSES else Overloaded
    return kind(f"HTTP {status}", parse_retry_after(headers))
