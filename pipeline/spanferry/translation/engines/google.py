"""The engine `google`: Google Cloud Translation Basic (v2). GOOGLE_API_KEY in the environment is the key.

    {"q": ["The quay ...", ...], "source": "en", "target": "nl", "format": "text"}
        ──POST /language/translate/v2──>  {"data": {"translations": [{"translatedText": "De kade ..."}, ...]}}

Version 2 has no glossaries. It bills all characters of `q`.
"""

from collections.abc import Sequence

import msgspec

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import EngineFailure, Request, Throttled, Unreachable
from spanferry.translation.engines.http import FORBIDDEN, THROTTLED, HttpTranslator, check_url, refuse_surrogates
from spanferry.translation.engines.support import shorten
from spanferry.translation.settings import GoogleSettings
from spanferry.translation.tags import TagCodec
from spanferry.translation.usage import Usage, UsageMeter

HOSTED_URL, KEY_VARIABLE = "https://translation.googleapis.com", "GOOGLE_API_KEY"
PATH = "/language/translate/v2"
# The service accepts 128 texts and 100 KB per request (cloud.google.com/translate/quotas). The rest of the body takes
# less than 1 KB.
MAX_TEXTS, BODY_BYTES = 128, 99_000
# It recommends at most 5,000 characters per text, which have at most four bytes each.
TEXT_BYTES = 20_000
# With these reasons, status 403 means the same as 429. The daily limit ends at midnight, Pacific Time.
QUOTA_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "quotaExceeded"})
INVALID_KEY = "API_KEY_INVALID"


class Translation(msgspec.Struct):
    """The translation of one text."""

    text: str = msgspec.field(name="translatedText")


class Translations(msgspec.Struct):
    """The translations of a request, in order."""

    translations: list[Translation]


class Response(msgspec.Struct):
    """The part of the response that is used."""

    data: Translations


class Problem(msgspec.Struct):
    """One reason of an error, such as 'userRateLimitExceeded'."""

    reason: str = ""


class Error(msgspec.Struct):
    """What the service says about an error. details: of the newer error format."""

    message: str = ""
    errors: list[Problem] = []
    details: list[Problem] = []


class ErrorResponse(msgspec.Struct):
    """The body of an error."""

    error: Error


class Google(HttpTranslator):
    """An engine that sends up to 128 texts per request, as text; if they have XML-like markers, as HTML."""

    name = "google"
    concurrency = 16
    batch, batch_size, limit = MAX_TEXTS, BODY_BYTES, TEXT_BYTES

    def __init__(self, settings: GoogleSettings, languages: tuple[str, str], timeout_s: float) -> None:
        super().__init__(check_url(settings.server_url or HOSTED_URL, "server_url"), KEY_VARIABLE, timeout_s)
        self.source = settings.source_code or languages[0]
        self.target = settings.target_code or languages[1]
        self.model = settings.model
        self.identity = f"google v2 {self.model or 'default'} {self.source} {self.target}"
        self.meter = UsageMeter()

    def headers(self) -> dict[str, str]:
        return {"X-goog-api-key": self.key}

    def size(self, text: str) -> int:
        """Return the largest number of bytes of a text in the JSON of the request, as text or as HTML."""
        return 3 + len(TagCodec.escape(text).encode("utf-8", "surrogatepass")) + text.count('"') + text.count("\\")

    def estimate(self, batch: Sequence[Request]) -> Usage:
        """Return the usage of a request. With markup, all characters of the markup count."""
        return Usage(1, TagCodec(self.markers, [request.text for request in batch]).characters)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        refuse_surrogates(batch)
        codec = TagCodec(self.markers, [request.text for request in batch])
        body = {
            "q": codec.encoded,
            "source": self.source,
            "target": self.target,
            "format": "html" if codec.is_tagged else "text",
        }
        content = self.post(PATH, body | ({"model": self.model} if self.model else {}))
        try:
            answers = [each.text for each in msgspec.json.decode(content, type=Response).data.translations]
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable(f"the response is not Google's: {shorten(error)}") from error
        self.has_answered = True
        self.bill(Usage(requests=1, characters=codec.characters))
        if len(answers) != len(batch):
            raise Unreachable(f"{len(answers)} translations for {len(batch)} texts")
        return codec.decode(answers)

    def failure_for(self, status: int, body: str, retry_after: float | None) -> EngineFailure | TranslationError:
        error = parse_error(body)
        reasons = {problem.reason for problem in (*error.errors, *error.details)}
        if INVALID_KEY in reasons:
            return self.wrong_key()
        if status == FORBIDDEN and reasons & QUOTA_REASONS:
            return Throttled(f"HTTP {status} {min(reasons & QUOTA_REASONS)}", retry_after)
        if status == FORBIDDEN:
            return TranslationError(f"google: {self.url}: HTTP {status}: {shorten(error.message or body)}")
        return super().failure_for(THROTTLED if "RATE_LIMIT_EXCEEDED" in reasons else status, body, retry_after)

    def error_message(self, body: str) -> str:
        return parse_error(body).message or body


def parse_error(body: str) -> Error:
    """Return what the service says about an error. It is empty if the body has another format."""
    try:
        return msgspec.json.decode(body, type=ErrorResponse).error
    except msgspec.DecodeError:
        return Error()
