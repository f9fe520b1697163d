"""The engine `deepl`: the service DeepL, through its official package. DEEPL_AUTH_KEY in the environment is the key."""

from collections.abc import Sequence
from json import dumps
from typing import Any, Self

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import (
    CONTEXT_SUFFIX,
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
from spanferry.translation.engines.deepl_glossaries import Glossaries
from spanferry.translation.engines.keys import read_key
from spanferry.translation.engines.support import import_extra, shorten
from spanferry.translation.settings import DeepLSettings
from spanferry.translation.tags import TagCodec
from spanferry.translation.usage import Usage, UsageMeter

KEY_VARIABLE = "DEEPL_AUTH_KEY"
# The service accepts 50 texts and 128 KiB per request.
MAX_TEXTS, BODY_BYTES = 50, 100_000
# The service does not accept these codes as a target, because it needs to know the variant.
VARIANTS = {"en": "EN-GB", "pt": "PT-PT"}
TOO_LARGE = 413
# In the message of a failure before the request was sent: the package tries once, so these tries were connections.
NOT_CONNECTED = "Max retries exceeded"


class DeepL(Translator):
    """An engine for DeepL.

    With context, a request has one text and its paragraph, which is free of charge. Without context, it has 50 texts.
    XML-like markers are sent as XML tags, which DeepL puts around the translation of the marked words. The terms of
    requests become a glossary of the account for the time of the run, unless the settings name one.
    """

    remote = True
    concurrency = 10  # the number of connections that the package keeps open
    markers = (("<m>", "</m>"), *Translator.markers)

    def __init__(self, settings: DeepLSettings, languages: tuple[str, str], timeout_s: float) -> None:
        self.settings, self.timeout_s = settings, timeout_s
        self.source = settings.source_code or languages[0]
        self.target = settings.target_code or VARIANTS.get(languages[1].lower(), languages[1])
        self.uses_context, self.uses_glossary = settings.context, settings.glossary is None
        self.batch = 1 if settings.context else MAX_TEXTS
        self.batch_size = self.limit = BODY_BYTES // 2  # the paragraph takes the other half
        self.deadline_s = 2 * timeout_s
        options = [f"formality={settings.formality}"] if settings.formality else []
        options += [f"glossary={settings.glossary}"] if settings.glossary else []
        self.identity = " ".join(["deepl", settings.model_type, self.target, *options])
        self.identity += CONTEXT_SUFFIX if settings.context else ""
        self.meter = UsageMeter()
        self.has_answered = False
        self.key = ""
        self.library: Any = None
        self.client: Any = None
        self.previous_options: tuple[Any, Any] | None = None
        self.glossaries: Glossaries | None = None

    def __enter__(self) -> Self:
        self.library = import_extra("deepl", "deepl")
        self.key = read_key(KEY_VARIABLE)
        http = self.library.http_client
        self.previous_options = http.max_network_retries, http.min_connection_timeout
        # The package must not retry, because the rate limiter of the client decides when to send a request again.
        http.max_network_retries, http.min_connection_timeout = 0, self.timeout_s
        self.client = self.library.DeepLClient(self.key, server_url=self.settings.server_url, send_platform_info=False)
        self.glossaries = Glossaries(self.library, self.client, self.source, self.target)
        return self

    def __exit__(self, *_: object) -> None:
        if self.glossaries is not None:
            self.glossaries.close()
        http = self.library.http_client
        if self.previous_options is not None:
            http.max_network_retries, http.min_connection_timeout = self.previous_options
        self.client.close()

    def size(self, text: str) -> int:
        """Return the number of bytes of a text in the JSON of the request."""
        return len(dumps(text))

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        terms = tuple(dict(term for request in batch for term in request.glossary).items())
        if not terms or self.glossaries is None:
            return self._translate(batch, self.settings.glossary)
        try:
            glossary = self.glossaries.acquire(terms)
        except self.library.DeepLException as error:
            raise self._glossary_failure(error) from error
        except (TypeError, ValueError, AttributeError, LookupError) as error:
            raise Refused(f"the terms or the response are no glossary: {shorten(error)}") from error
        try:
            return self._translate(batch, glossary)
        finally:
            self.glossaries.release(glossary)

    def _translate(self, batch: Sequence[Request], glossary: str | None) -> Sequence[str]:
        """Translate a batch. glossary: an id."""
        texts = [request.text for request in batch]
        codec = TagCodec(self.markers, texts)
        try:
            "".join(texts).encode()  # raises UnicodeEncodeError; the package itself would send a lone surrogate
            results = self.client.translate_text(
                codec.encoded,
                source_lang=self.source,
                target_lang=self.target,
                context=(batch[0].context or None) if self.uses_context else None,
                formality=self.settings.formality,
                model_type=self.settings.model_type,
                glossary=glossary,
                tag_handling="xml" if codec.is_tagged else None,
                tag_handling_version="v2" if codec.is_tagged else None,
                # The outline detection of DeepL may take a tag for a border between sentences.
                outline_detection=False if codec.is_tagged else None,
            )
        except self.library.DeepLException as error:
            raise self._failure_for(error) from error
        except UnicodeEncodeError as error:
            raise Refused("the text has a lone surrogate") from error
        except (TypeError, ValueError, AttributeError, OverflowError, LookupError) as error:
            raise Unreachable(f"the response is not DeepL's: {shorten(error)}") from error
        counted = [result.billed_characters for result in results]
        characters = sum(counted) if all(type(count) is int for count in counted) else sum(map(len, texts))
        self.bill(Usage(1, characters))
        if len(results) != len(texts):
            raise Unreachable(f"{len(results)} translations for {len(texts)} texts")
        if not all(isinstance(result.text, str) for result in results):
            raise Unreachable("the response is not DeepL's: a translation is not a string")
        self.has_answered = True
        return codec.decode([result.text for result in results])

    def _glossary_failure(self, error: Any) -> EngineFailure | TranslationError:
        """Convert an exception when a glossary is made. One that DeepL refuses concerns only its texts."""
        temporary = (self.library.TooManyRequestsException, self.library.ConnectionException)
        if isinstance(error, (*temporary, self.library.AuthorizationException)) or (error.http_status_code or 0) >= 500:
            return self._failure_for(error)
        return Refused(f"no glossary: {shorten(error)}")

    def _failure_for(self, error: Any) -> EngineFailure | TranslationError:
        """Convert an exception of the package to a failure of the call, or of the run."""
        message, status = shorten(error), error.http_status_code
        if isinstance(error, self.library.AuthorizationException):
            return TranslationError(f"deepl: the service does not accept the key in {KEY_VARIABLE}")
        if isinstance(error, self.library.QuotaExceededException):
            return TranslationError(
                "deepl: the character quota of the account is spent; all translations so far are stored"
            )
        if isinstance(error, self.library.TooManyRequestsException):
            return Throttled("HTTP 429")
        if isinstance(error, self.library.ConnectionException):
            is_timeout = "timed out" in str(error).lower()
            if NOT_CONNECTED in str(error):
                return Overloaded("timed out") if is_timeout else Unreachable(message)
            return TimedOut("timed out") if is_timeout else Broken(message)
        if status is not None and status >= 500:
            return Overloaded(f"HTTP {status}")
        if self.has_answered or status == TOO_LARGE:
            return Refused(message)
        # If no text was answered before, the service probably refuses the settings and not this text.
        return RefusedBeforeSuccess(f"deepl: {message}")
