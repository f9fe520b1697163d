"""The engine `deepl`: DeepL's service, through its official package. The key is DEEPL_AUTH_KEY in the environment."""

import html
from collections.abc import Sequence
from json import dumps
from typing import Any, Self
from xml.sax.saxutils import escape

import regex

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import (
    CONTEXTUAL,
    EngineFailure,
    Overloaded,
    Refused,
    Request,
    Throttled,
    Translator,
    Unproven,
    Unreachable,
)
from spanferry.translation.engines.support import package, secret, told
from spanferry.translation.settings import DeepLSettings

KEY = "DEEPL_AUTH_KEY"
# The service takes 50 texts and 128 KiB a request.
MOST_TEXTS, BODY_BYTES = 50, 100_000
# Codes that the service does not take as a target: it wants to know which of two.
VARIANTS = {"en": "EN-GB", "pt": "PT-PT"}
LEFT, RIGHT = "<m>", "</m>"
TAG = regex.compile(f"({LEFT}|{RIGHT})")
TOO_LARGE = 413


class DeepL(Translator):
    """With context: one text a request, in its paragraph, which is not charged for. Without: 50 texts a request.

    An answer's markers are XML tags, which DeepL carries over to the words that translate it.
    """

    remote = True
    concurrency = 10  # connections that the package keeps open
    markers = ((LEFT, RIGHT), *Translator.markers)

    def __init__(self, settings: DeepLSettings, languages: tuple[str, str], timeout_s: float) -> None:
        self.settings, self.timeout_s = settings, timeout_s
        self.source = settings.source_code or languages[0]
        self.target = settings.target_code or VARIANTS.get(languages[1].lower(), languages[1])
        self.uses_context = settings.context
        self.batch = 1 if settings.context else MOST_TEXTS
        self.limit = BODY_BYTES // 2 // self.batch
        self.deadline_s = 2 * timeout_s
        wishes = [f"formality={settings.formality}"] if settings.formality else []
        self.identity = " ".join(["deepl", settings.model_type, self.target, *wishes])
        self.identity += CONTEXTUAL if settings.context else ""
        self.answered = False
        self.key = ""
        self.library: Any = None
        self.client: Any = None

    def __enter__(self) -> Self:
        self.library = package("deepl", "deepl")
        self.key = secret(KEY)
        http = self.library.http_client
        self.before = http.max_network_retries, http.min_connection_timeout
        # When to ask again is the pace's decision.
        http.max_network_retries, http.min_connection_timeout = 0, self.timeout_s
        self.client = self.library.DeepLClient(self.key, server_url=self.settings.server_url, send_platform_info=False)
        return self

    def __exit__(self, *_: object) -> None:
        http = self.library.http_client
        http.max_network_retries, http.min_connection_timeout = self.before
        self.client.close()

    def size(self, text: str) -> int:
        """Bytes in the request's JSON."""
        return len(dumps(text))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        texts = [request.text for request in batch]
        tagged = any(map(is_marked, texts))
        try:
            "".join(texts).encode()  # the package would send a lone surrogate
            results = self.client.translate_text(
                [xml(text) for text in texts] if tagged else texts,
                source_lang=self.source,
                target_lang=self.target,
                context=(batch[0].context or None) if self.uses_context else None,
                formality=self.settings.formality,
                model_type=self.settings.model_type,
                tag_handling="xml" if tagged else None,
            )
        except self.library.DeepLException as error:
            raise self._meaning(error) from error
        except UnicodeEncodeError as error:
            raise Refused("not a text: a lone surrogate") from error
        except (TypeError, ValueError, AttributeError, OverflowError, LookupError) as error:
            raise Unreachable(f"no answer of DeepL's: {told(error, self.key)}") from error
        if len(results) != len(texts):
            raise Unreachable(f"{len(results)} translations for {len(texts)} texts")
        if not all(isinstance(result.text, str) for result in results):
            raise Unreachable("no answer of DeepL's: a translation is no text")
        self.answered = True
        return [html.unescape(result.text) if tagged else result.text for result in results]

    def _meaning(self, error: Any) -> EngineFailure | TranslationError:
        """What one of the package's exceptions means for the request, or for the run."""
        said, status = told(error, self.key), error.http_status_code
        if isinstance(error, self.library.AuthorizationException):
            return TranslationError(f"deepl: the key in {KEY} is not accepted")
        if isinstance(error, self.library.QuotaExceededException):
            return TranslationError("deepl: the account's characters are spent; all translations are kept")
        if isinstance(error, self.library.TooManyRequestsException):
            return Throttled("HTTP 429")
        if isinstance(error, self.library.ConnectionException):
            late = "timed out" in str(error).lower()
            return Overloaded("timed out") if late else Unreachable(said)
        if status is not None and status >= 500:
            return Overloaded(f"HTTP {status}")
        if self.answered or status == TOO_LARGE:
            return Refused(said)
        # Before anything was answered, it is rather the settings that are refused than this text.
        return Unproven(f"deepl: {said}")


def is_marked(text: str) -> bool:
    return text.count(LEFT) == text.count(RIGHT) > 0


def xml(text: str) -> str:
    """A text as XML, in which the markers alone are tags."""
    if not is_marked(text):
        return escape(text)
    return "".join(part if part in (LEFT, RIGHT) else escape(part) for part in TAG.split(text))
