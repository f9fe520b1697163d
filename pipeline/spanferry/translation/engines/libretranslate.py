"""The engine `libretranslate`: a LibreTranslate server, usually one's own.

{"q": ["The quay ...", ...], "source": "en", "target": "nl", "format": "text"}
    ──POST /translate──>  {"translatedText": ["De kade ...", ...]}
"""

from collections.abc import Sequence

import msgspec

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import EngineFailure, Request, Throttled, Unreachable
from spanferry.translation.engines.http import FORBIDDEN, HttpTranslator, check_url, refuse_surrogates
from spanferry.translation.engines.support import shorten
from spanferry.translation.settings import LibreTranslateSettings
from spanferry.translation.tags import TagCodec
from spanferry.translation.usage import Usage

BANNED = "Too many request limits violations"


class Response(msgspec.Struct):
    """The part of the response that is used."""

    translations: list[str] = msgspec.field(name="translatedText")


class ServerSettings(msgspec.Struct):
    """The part of GET /frontend/settings that is used. char_limit: characters per request; -1 for no limit."""

    char_limit: int = msgspec.field(name="charLimit", default=-1)


class ErrorResponse(msgspec.Struct):
    """The body of an error."""

    error: str


class LibreTranslate(HttpTranslator):
    """An engine that sends several texts per request, as text; if they have XML-like markers, as HTML."""

    name = "libretranslate"
    concurrency = 16

    def __init__(self, settings: LibreTranslateSettings, languages: tuple[str, str], timeout_s: float) -> None:
        super().__init__(check_url(settings.server_url, "server_url"), settings.key_variable, timeout_s)
        self.source = settings.source_code or languages[0]
        self.target = settings.target_code or languages[1]
        self.batch, self.batch_size = settings.batch, settings.characters
        self.limit = settings.characters
        self.identity = f"libretranslate {self.url.partition('://')[2]} {self.source} {self.target}"
        self._knows_limit = False

    def size(self, text: str) -> int:
        """Return the number of characters of a text, as text or as HTML."""
        return len(TagCodec.escape(text))

    def estimate(self, batch: Sequence[Request]) -> Usage:
        """Return the usage of a request. With markup, all characters of the markup count."""
        return Usage(1, TagCodec(self.markers, [request.text for request in batch]).characters)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        refuse_surrogates(batch)
        self._check_limit()
        codec = TagCodec(self.markers, [request.text for request in batch])
        body = {
            "q": codec.encoded,
            "source": self.source,
            "target": self.target,
            "format": "html" if codec.is_tagged else "text",
        }
        content = self.post("/translate", body | ({"api_key": self.key} if self.key else {}))
        try:
            answers = msgspec.json.decode(content, type=Response).translations
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable(f"the response is not LibreTranslate's: {shorten(error)}") from error
        if len(answers) != len(batch):
            raise Unreachable(f"{len(answers)} translations for {len(batch)} texts")
        self.has_answered = True
        return answers  # the server has unescaped them, also as HTML

    def _check_limit(self) -> None:
        """Compare the server's limit with the setting. Raises TranslationError if the server accepts less.

        The setting decides where long texts are cut, before anything is sent. It must not depend on the server.
        """
        if self._knows_limit:
            return
        content = self.send("GET", "/frontend/settings")
        try:
            limit = msgspec.json.decode(content, type=ServerSettings).char_limit
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable(f"the response is not LibreTranslate's: {shorten(error)}") from error
        if 0 <= limit < self.limit:
            raise TranslationError(
                f"libretranslate: {self.url} accepts {limit:,} characters per request; set characters: {limit}"
            )
        self._knows_limit = True

    def failure_for(self, status: int, body: str, retry_after: float | None) -> EngineFailure | TranslationError:
        message = self.error_message(body)
        if status == FORBIDDEN and BANNED in message:
            return Throttled(f"HTTP {status}: {BANNED}", retry_after)
        if status == FORBIDDEN:
            return self.wrong_key()
        return super().failure_for(status, body, retry_after)

    def error_message(self, body: str) -> str:
        try:
            return msgspec.json.decode(body, type=ErrorResponse).error
        except msgspec.DecodeError:
            return body
