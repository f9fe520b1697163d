"""The engine `openai`: any language model behind an OpenAI-compatible endpoint, hosted or local.

    prompt for some texts ──POST /chat/completions──> completion, token usage

`openai_prompts` writes the prompts and reads the answers. `openai_batch` sends them through the batch interface.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import ceil
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from spanferry.errors import TranslationError
from spanferry.translation.engines.base import CONTEXT_SUFFIX, EngineFailure, Refused, Request, Translator, Unreachable
from spanferry.translation.engines.http import OK, HttpTranslator, check_url, refuse_surrogates
from spanferry.translation.engines.openai_prompts import PlainPrompt, Prompt, SegmentsPrompt
from spanferry.translation.engines.support import shorten
from spanferry.translation.settings import OpenAISettings
from spanferry.translation.usage import Usage, UsageMeter

HOSTED_URL, HOSTED_KEY_VARIABLE = "https://api.openai.com/v1", "OPENAI_API_KEY"
# Each bad answer raises the temperature of the next request by this step, up to the maximum.
TEMPERATURE_STEP, MAX_TEMPERATURE = 0.3, 1.0
MAX_CHARACTERS = 6000
# An estimate for texts in Latin letters; other scripts need more tokens. A multilingual tokenizer of 250,000 tokens has
# 4.2 characters a token in English paragraphs and 4.1 in their Dutch translations, which are 1.1 times as long.
CHARACTERS_PER_TOKEN = 4
GROWTH = 1.1
TOKENS_PER_KEY = 5  # for the key of a segment in the answer, with its quotes and comma
BAD_REQUEST, PAYMENT_REQUIRED, UNPROCESSABLE = 400, 402, 422
SPENT = frozenset({"billing_hard_limit_reached", "insufficient_quota"})


class Problem(msgspec.Struct):
    """What a service says about an error. param: the field of the request that it refuses."""

    code: str | int | None = None
    type: str | None = None
    param: str | None = None
    message: str | None = None


class ErrorResponse(msgspec.Struct):
    """The body of an error."""

    error: Problem


class Message(msgspec.Struct):
    """The text that the model wrote, or its reason for declining."""

    content: str | None = None
    refusal: str | None = None


class Choice(msgspec.Struct):
    """One answer of the model."""

    message: Message
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    """The part of the response that is used."""

    choices: list[Choice]
    usage: Any = None  # not every server has it, or has it in the same form


class OpenAI(HttpTranslator):
    """An engine that sends one request after another. folder: for batch jobs, which only `OpenAIBatch` has."""

    name = "openai"
    concurrency = 256
    limit = MAX_CHARACTERS
    markers = (("<m>", "</m>"), *Translator.markers)

    def __init__(self, settings: OpenAISettings, languages: tuple[str, str], folder: Path | None = None) -> None:
        self.settings, self.folder = settings, folder
        # The key of OpenAI is never sent to another host.
        key_variable = settings.key_variable or (None if settings.base_url else HOSTED_KEY_VARIABLE)
        super().__init__(check_url(settings.base_url or HOSTED_URL, "base_url"), key_variable, settings.timeout_s)
        self.prompt: Prompt = (SegmentsPrompt if settings.template is None else PlainPrompt)(settings, *languages)
        if isinstance(self.prompt, PlainPrompt):
            self.markers = Translator.markers
        self.uses_context, self.uses_glossary = self.prompt.uses_context, self.prompt.uses_glossary
        self.glossary_first = self.uses_glossary
        self.batch = self.prompt.segments
        self.identity = " ".join(
            [
                "openai",
                settings.model,
                self.url.partition("://")[2],
                blake2b(msgspec.json.encode(self.prompt.identity, order="sorted"), digest_size=4).hexdigest(),
            ]
        )
        self.identity += CONTEXT_SUFFIX if self.uses_context else ""
        self.meter = UsageMeter()
        self.accepts_temperature = True  # until the service says otherwise

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def estimate(self, batch: Sequence[Request]) -> Usage:
        return self.estimate_request(batch)

    def estimate_request(self, batch: Sequence[Request]) -> Usage:
        """Estimate the tokens of a request. A model that reasons writes more than this."""
        body = self.build_body(batch)
        sent = msgspec.json.encode([body["messages"], body.get("response_format")])
        texts = sum(len(request.text) for request in batch)
        return Usage(
            requests=1,
            characters=texts,
            input_tokens=ceil(len(sent) / CHARACTERS_PER_TOKEN),
            output_tokens=ceil(texts * GROWTH / CHARACTERS_PER_TOKEN) + TOKENS_PER_KEY * len(batch),
        )

    def translate(self, batch: Sequence[Request]) -> Sequence[str | Refused]:
        """Translate a batch. The answer is '' for a text without a usable translation. Raises Refused if all are ''."""
        refuse_surrogates(batch)
        completion = parse_completion(self._complete(batch))
        self.has_answered = True
        self.bill(usage_of(completion, self.estimate_request(batch)))
        return self.prompt.parse(read_content(completion.choices[0]), [request.text for request in batch])

    def _complete(self, batch: Sequence[Request]) -> bytes:
        """Send a request. If the model accepts no temperature, send it without, and all later ones."""
        while True:
            body = self.build_body(batch)
            response = self.exchange(
                "POST",
                "/chat/completions",
                content=msgspec.json.encode(body),
                headers={"Content-Type": "application/json"},
            )
            if response.status == OK:
                return response.content
            if "temperature" not in body or not refuses_temperature(response.status, response.content):
                raise self.failure_for(response.status, response.text, response.retry_after)
            self.accepts_temperature = False

    def build_body(self, batch: Sequence[Request]) -> dict[str, Any]:
        """Return the body of a request for some texts."""
        body: dict[str, Any] = {"model": self.settings.model, **self.prompt.build(batch)}
        temperature = self.settings.temperature
        if temperature is not None and self.accepts_temperature:
            attempt = max(request.attempt for request in batch)
            body["temperature"] = max(temperature, min(MAX_TEMPERATURE, temperature + TEMPERATURE_STEP * attempt))
        return body | self.settings.body

    def failure_for(self, status: int, body: str, retry_after: float | None) -> EngineFailure | TranslationError:
        problem = parse_problem(body)
        if status == PAYMENT_REQUIRED or SPENT & {problem.code, problem.type}:
            return self.spent_credit()
        return super().failure_for(status, body, retry_after)

    def spent_credit(self) -> TranslationError:
        """Return the error for an account without credit."""
        return TranslationError(
            f"openai: {self.url}: the account's credit is spent; all translations so far are stored"
        )

    def error_message(self, body: str) -> str:
        return body


def parse_completion(response: bytes | msgspec.Raw) -> Completion:
    """Return a completion with at least one choice. Raises Unreachable when the response has another format."""
    try:
        completion = msgspec.json.decode(response, type=Completion)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreachable(f"the response is not a model's: {shorten(error)}") from error
    if not completion.choices:
        raise Unreachable("the response is not a model's: it has no choice")
    return completion


def usage_of(completion: Completion, expected: Usage) -> Usage:
    """Return what a completion cost. Tokens that the server does not count are estimated.

    expected: the estimate of the request.
    """
    tokens = completion.usage if isinstance(completion.usage, dict) else {}
    written = (completion.choices[0].message.content or "").encode("utf-8", "surrogatepass")
    estimates = {"prompt_tokens": expected.input_tokens, "completion_tokens": ceil(len(written) / CHARACTERS_PER_TOKEN)}
    inputs, outputs = (
        number if type(number := tokens.get(name)) is int and number > 0 else estimated
        for name, estimated in estimates.items()
    )
    return replace(expected, input_tokens=inputs, output_tokens=outputs)


def parse_problem(body: str | bytes) -> Problem:
    """Return what a service says about an error. It is empty if the body has another format."""
    try:
        return msgspec.json.decode(body, type=ErrorResponse).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem()


def refuses_temperature(status: int, body: str | bytes) -> bool:
    """Return whether a service refuses a request because of its temperature, as it does for models that reason."""
    problem = parse_problem(body)
    says_so = "temperature" in (problem.message or "") and "support" in (problem.message or "")
    return status in (BAD_REQUEST, UNPROCESSABLE) and (problem.param == "temperature" or says_so)


def read_content(choice: Choice) -> str:
    """Return the text that the model wrote. Raises Refused when it declined or was cut off."""
    if choice.message.refusal:
        raise Refused(f"the model refuses: {shorten(choice.message.refusal)}")
    if choice.finish_reason in ("length", "content_filter"):
        raise Refused(f"the model's answer was cut off ({choice.finish_reason})")
    return choice.message.content or ""
