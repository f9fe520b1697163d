"""The base of the engines that call a service over HTTP with JSON: google, libretranslate, openai.

The official packages of these services are not used. Spanferry needs one or two requests of each, which have not
changed for years, and a package would retry on its own. httpx2 is a dependency of huggingface_hub.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import msgspec

from spanferry.errors import ParamsError, TranslationError
from spanferry.surrogates import has_surrogate
from spanferry.translation.engines.base import (
    Broken,
    EngineFailure,
    Overloaded,
    Refused,
    RefusedBeforeSuccess,
    Request,
    Throttled,
    TimedOut,
    Translator,
    Unreachable,
)
from spanferry.translation.engines.keys import read_key
from spanferry.translation.engines.retry_after import parse_retry_after
from spanferry.translation.engines.support import import_extra, shorten

OK, UNAUTHORIZED, FORBIDDEN, TIMED_OUT, TOO_LARGE, THROTTLED = 200, 401, 403, 408, 413, 429


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response. retry_after: the number of seconds to wait, if the service sends it."""

    status: int
    content: bytes
    retry_after: float | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(errors="replace")


class HttpTranslator(Translator):
    """An engine that calls a service over HTTP.

    url: the start of all addresses. key_variable: the environment variable with the key, or None if there is no key.
    """

    name: str
    """The name of the engine, in error messages. It is also the extra that installs its packages."""
    remote = True

    def __init__(self, url: str, key_variable: str | None, timeout_s: float) -> None:
        self.url, self.key_variable, self.timeout_s = url.rstrip("/"), key_variable, timeout_s
        self.deadline_s = 2 * timeout_s
        self.has_answered = False
        self.key = ""
        self.library: Any = None
        self.client: Any = None

    def __enter__(self) -> Self:
        self.library = import_extra("httpx2", self.name)
        self.key = read_key(self.key_variable) if self.key_variable else ""
        # The scheduler limits the calls at once. By default httpx2 lets those beyond 100 wait, and time out unsent.
        limits = self.library.Limits(max_connections=None)
        self.client = self.library.Client(headers=self.headers(), timeout=self.timeout_s, limits=limits)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def headers(self) -> dict[str, str]:
        """Return the headers of every request, such as the one with the key."""
        return {}

    def post(self, path: str, body: Any) -> bytes:
        """Send a value as JSON. Returns the content of the response."""
        return self.send("POST", path, content=msgspec.json.encode(body), headers={"Content-Type": "application/json"})

    def send(self, method: str, path: str, **options: Any) -> bytes:
        """Send a request. Returns the content of the response, whose status is 200.

        Raises an EngineFailure, or TranslationError.
        """
        response = self.exchange(method, path, **options)
        if response.status == OK:
            return response.content
        raise self.failure_for(response.status, response.text, response.retry_after)

    def exchange(self, method: str, path: str, **options: Any) -> HttpResponse:
        """Send a request. Returns the response, whatever its status. Raises an EngineFailure when there is none."""
        try:
            response = self.client.request(method, f"{self.url}{path}", **options)
        except self.library.ConnectTimeout as error:
            raise Overloaded("timed out") from error
        except self.library.TimeoutException as error:
            raise TimedOut("timed out") from error
        except (self.library.ReadError, self.library.RemoteProtocolError) as error:
            raise Broken(shorten(f"{type(error).__name__}: {error}")) from error
        except self.library.HTTPError as error:
            raise Unreachable(shorten(f"{type(error).__name__}: {error}")) from error
        return HttpResponse(response.status_code, response.content, parse_retry_after(response.headers))

    def failure_for(self, status: int, body: str, retry_after: float | None) -> EngineFailure | TranslationError:
        """Convert an HTTP status other than 200 to a failure of the call, or of the run."""
        message = f"HTTP {status}: {shorten(self.error_message(body))}"
        if status == UNAUTHORIZED:
            return self.wrong_key()
        if status == THROTTLED:
            return Throttled(f"HTTP {status}", retry_after)
        if status == TIMED_OUT or status >= 500:
            return Overloaded(f"HTTP {status}", retry_after)
        if status == TOO_LARGE or (self.has_answered and status >= 400):
            return Refused(message)
        # If no text was answered before, the service probably refuses the settings and not this text.
        kind = RefusedBeforeSuccess if status >= 400 else TranslationError
        return kind(f"{self.name}: {self.url}: {message}")

    @abstractmethod
    def error_message(self, body: str) -> str:
        """Return what the service says about an error, for a person."""

    def wrong_key(self) -> TranslationError:
        """Return the error for a key that the service does not accept."""
        if self.key_variable is None:
            return TranslationError(f"{self.name}: {self.url} requires a key; set key_variable")
        return TranslationError(f"{self.name}: {self.url} does not accept the key in {self.key_variable}")


def refuse_surrogates(batch: Sequence[Request]) -> None:
    """Raise Refused if a text or its paragraph has a lone surrogate, which JSON cannot represent."""
    if not all(map(is_encodable, batch)):
        raise Refused("the text has a lone surrogate")


def is_encodable(request: Request) -> bool:
    """Return whether a text and its paragraph have no lone surrogate."""
    return not has_surrogate(request.text) and not has_surrogate(request.context)


def check_url(url: str, setting: str) -> str:
    """Return a URL of params.yaml. Raises ParamsError if it is not an http or https URL, or contains a secret."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ParamsError(f"params.yaml: translators: {setting}: must be an http or https URL without a key or a query")
    return url
