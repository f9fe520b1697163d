"""Local servers with the published interfaces of translation services, which check every request against them.

    with serve(GoogleV2(answer)) as interface:   # interface.url, .asked, .answered, .violations

answer(text, n) returns the translation of a text that is asked the n-th time (from 1), or a Fault. A request is refused
as the service would refuse it: wrong key, too many texts, too long. What the documentation forbids without naming an
error is added to `violations`, which tests expect to be empty.
"""

import email
import html
import json
import random
import re
import socket
import struct
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

KEY = "sk-Very-Secret-4711"
TAG = re.compile(r"&lt;(/?[A-Za-z]\w*)&gt;")


class Fault(Enum):
    """A way in which a service fails to answer a request."""

    THROTTLED = "throttled"
    OVERLOADED = "overloaded"
    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    HANG = "hang"
    RESET = "reset"
    PAGE = "page"  # a web page instead of JSON
    WRONG_COUNT = "wrong count"  # the last translation is missing


Answer = Callable[[str, int], str | Fault]
MIX = {Fault.THROTTLED: 0.1, Fault.OVERLOADED: 0.05, Fault.PAGE: 0.02, Fault.RESET: 0.05}
"""The probability of each fault per request in the fault mix of benchmarks/translation.py."""
EMPTY = 0.05  # the probability of an empty answer per text in that mix


@dataclass(frozen=True)
class Received:
    """A request, as the server received it."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A response. status: 0 resets the connection. hang: seconds before anything is sent."""

    body: Any = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0


RESET = Reply(status=0)


class Interface(ABC):
    """The interface of a service.

    asked: how often each text was asked. answered: how often it was translated, which a service bills. latency: seconds
    for each request. hang_s: seconds of Fault.HANG. dice: for the fault mix; None for none. echoes_key: True to repeat
    the key in a field and a header of every response.
    """

    engine: str
    key_variable = ""
    retry_after = "0"

    def __init__(
        self, answer: Answer, latency: float = 0.0, hang_s: float = 2.0, dice: random.Random | None = None
    ) -> None:
        self.answer, self.latency, self.hang_s, self.dice = answer, latency, hang_s, dice
        self.url = ""
        self.asked: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.requests = 0
        self.violations: list[str] = []
        self.echoes_key = False
        self.lock = threading.Lock()

    def settings(self) -> dict[str, Any]:
        """Return the entry of `translators` for an engine that calls this server."""
        return {"engine": self.engine, "server_url": self.url}

    @abstractmethod
    def handle(self, request: Received) -> Reply:
        """Return the response to a request."""

    @abstractmethod
    def fail(self, fault: Fault) -> Reply:
        """Return the response for a fault that looks different for each service."""

    def expect(self, condition: bool, violation: str) -> None:
        """Note a violation of the interface unless the condition holds."""
        if not condition:
            self.violations.append(violation)

    def expect_fields(self, body: dict[str, Any], required: set[str], optional: set[str]) -> None:
        """Note missing and unknown fields."""
        self.expect(required <= body.keys(), f"lacks {sorted(required - body.keys())}")
        self.expect(body.keys() <= required | optional, f"unknown fields {sorted(body.keys() - required - optional)}")

    def translate(self, texts: Sequence[str]) -> list[str] | Fault:
        """Return the translations of a request, or the fault that one of its texts causes."""
        with self.lock:
            if fault := self.roll():
                return fault
            self.asked.update(texts)
            counts = [self.asked[text] for text in texts]
        answers = [self.answer(text, count) for text, count in zip(texts, counts, strict=True)]
        faults = [answer for answer in answers if isinstance(answer, Fault)]
        if faults and faults[0] is not Fault.WRONG_COUNT:
            return faults[0]
        good = [str(answer) for answer in answers]
        if faults:
            return good[:-1]
        with self.lock:
            good = ["" if self.dice and self.dice.random() < EMPTY else answer for answer in good]
            self.answered.update(text for text, answer in zip(texts, good, strict=True) if answer)
        return good

    def roll(self) -> Fault | None:
        """Return a fault of the mix, or None."""
        chosen = self.dice.random() if self.dice else 1.0
        for fault, probability in MIX.items():
            if chosen < probability:
                return fault
            chosen -= probability
        return None

    def reply(self, request: Received) -> Reply:
        """Return the response to a request, after the latency."""
        time.sleep(self.latency)
        with self.lock:
            self.requests += 1
        try:
            reply = self.handle(request)
        except Exception as error:  # a request that is not even of the right form
            self.violations.append(f"{request.method} {request.path}: {error!r}")
            return Reply(f"{error!r}", 400)
        if not self.echoes_key or not isinstance(reply.body, dict):
            return reply
        return replace(reply, body=reply.body | {"request": f"Bearer {KEY}"}, headers={"X-Request": KEY})

    def common_fault(self, fault: Fault) -> Reply:
        """Return the response for a fault."""
        match fault:
            case Fault.RESET:
                return RESET
            case Fault.HANG:
                return Reply("{}", hang=self.hang_s)
            case Fault.PAGE:
                return Reply(
                    "<!DOCTYPE html><html>Welcome to this network</html>", headers={"Content-Type": "text/html"}
                )
            case _:
                return self.fail(fault)


def decode_markup(text: str) -> str:
    """Return a text of HTML or XML as it reads, with its tags."""
    return html.unescape(text)


def encode_markup(text: str, request: str) -> str:
    """Return a text as HTML or XML in which only the tags of the request are tags."""
    tags = set(re.findall(r"<(/?\w+)>", request))
    escaped = html.escape(text, quote=False)
    return TAG.sub(lambda match: f"<{match[1]}>" if match[1] in tags else match[0], escaped)


def is_xml(text: str) -> bool:
    """Return whether a text is well-formed as the content of an element."""
    try:
        ElementTree.fromstring(f"<root>{text}</root>")
    except ElementTree.ParseError:
        return False
    return True


class MobilePage(Interface):
    """Google Translate's mobile page, to be used as an HTTP proxy."""

    engine = "mtranslate"

    def settings(self) -> dict[str, Any]:
        return {"engine": self.engine}

    def fail(self, fault: Fault) -> Reply:
        match fault:
            case Fault.THROTTLED:
                return Reply(status=429, headers={"Retry-After": self.retry_after})
            case Fault.OVERLOADED:
                return Reply(status=503)
            case _:
                return Reply(status=400)

    def handle(self, request: Received) -> Reply:
        self.expect((request.method, request.path) == ("GET", "/m"), f"path {request.path}")
        self.expect(request.query.keys() >= {"tl", "sl", "q"}, f"fields {sorted(request.query)}")
        text = request.query["q"][0].strip()
        answers = self.translate([text])
        if isinstance(answers, Fault):
            return self.common_fault(answers)
        results = "".join(f'<div class="result-container">{html.escape(answer)}</div>' for answer in answers)
        return Reply(f"<!DOCTYPE html><html><body>{results}</body></html>", headers={"Content-Type": "text/html"})


class GoogleV2(Interface):
    """Cloud Translation Basic: POST /language/translate/v2, as its REST reference and its page on quotas have it."""

    engine, key_variable = "google", "GOOGLE_API_KEY"
    max_texts, max_bytes = 128, 102_400

    def error(self, code: int, message: str, reason: str, **more: Any) -> Reply:
        problem = {"message": message, "domain": "global", "reason": reason}
        return Reply({"error": {"code": code, "message": message, "errors": [problem], **more}}, code)

    def fail(self, fault: Fault) -> Reply:
        match fault:
            case Fault.THROTTLED:
                return self.error(403, "User Rate Limit Exceeded", "userRateLimitExceeded")
            case Fault.OVERLOADED:
                return self.error(503, "The service is currently unavailable.", "backendError")
            case Fault.UNAUTHORIZED:
                details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
                message = f"API key not valid: '{KEY}'. Please pass a valid API key."
                return self.error(400, message, "badRequest", status="INVALID_ARGUMENT", details=details)
            case _:
                return self.error(400, f"Invalid Value for consumer 'api_key:{KEY}'", "invalid")

    def handle(self, request: Received) -> Reply:
        self.expect((request.method, request.path) == ("POST", "/language/translate/v2"), f"path {request.path}")
        self.expect("key" not in request.query, "the key is in the URL")
        if request.headers.get("x-goog-api-key") != KEY:
            return self.fail(Fault.UNAUTHORIZED)
        if len(request.body) > self.max_bytes:
            return self.error(400, "Request payload size exceeds the limit", "badRequest")
        body = json.loads(request.body)
        self.expect_fields(body, {"q", "target"}, {"source", "format", "model"})
        self.expect(body.get("format") in ("text", "html"), f"format {body.get('format')}")
        self.expect(body.get("model") in (None, "nmt", "base"), f"model {body.get('model')}")
        if len(body["q"]) > self.max_texts:
            return self.error(400, "Too many text segments", "invalid")
        self.expect(all(isinstance(text, str) and text for text in body["q"]), "a text is empty")
        is_html = body["format"] == "html"
        self.expect(not is_html or all(map(is_xml, body["q"])), "the HTML is not well-formed")
        answers = self.translate([decode_markup(text) for text in body["q"]] if is_html else body["q"])
        if isinstance(answers, Fault):
            return self.common_fault(answers)
        encoded = [encode_markup(*pair) for pair in zip(answers, body["q"], strict=False)]
        return Reply({"data": {"translations": [{"translatedText": t} for t in (encoded if is_html else answers)]}})


class LibreTranslateServer(Interface):
    """A LibreTranslate server: POST /translate and GET /frontend/settings, as its version 1.6 answers them."""

    engine, key_variable = "libretranslate", "LIBRETRANSLATE_KEY"

    def __init__(self, answer: Answer, batch_limit: int = 32, char_limit: int = 5000, **options: Any) -> None:
        super().__init__(answer, **options)
        self.batch_limit, self.char_limit = batch_limit, char_limit

    def settings(self) -> dict[str, Any]:
        return super().settings() | {"key_variable": self.key_variable}

    def fail(self, fault: Fault) -> Reply:
        match fault:
            case Fault.THROTTLED:
                return Reply({"error": "Slowdown: 80 per 1 minute"}, 429)
            case Fault.OVERLOADED:
                return Reply({"error": "Cannot translate text: out of memory"}, 500)
            case Fault.UNAUTHORIZED:
                return Reply({"error": f"Invalid API key {KEY}"}, 403)
            case _:
                return Reply({"error": f"Invalid request: {KEY}"}, 400)

    def handle(self, request: Received) -> Reply:
        if (request.method, request.path) == ("GET", "/frontend/settings"):
            return Reply({"apiKeys": True, "charLimit": self.char_limit, "keyRequired": True, "suggestions": False})
        self.expect((request.method, request.path) == ("POST", "/translate"), f"path {request.path}")
        body = json.loads(request.body)
        self.expect_fields(body, {"q", "source", "target"}, {"format", "api_key", "alternatives"})
        self.expect(body.get("format") in ("text", "html"), f"format {body.get('format')}")
        if body.get("api_key") != KEY:
            return self.fail(Fault.UNAUTHORIZED)
        texts = body["q"]
        for size, limit in ((len(texts), self.batch_limit), (sum(map(len, texts)), self.char_limit)):
            if -1 < limit < size:
                return Reply({"error": f"Invalid request: request ({size}) exceeds text limit ({limit})"}, 400)
        is_html = body["format"] == "html"
        answers = self.translate([decode_markup(text) for text in texts] if is_html else texts)
        if isinstance(answers, Fault):
            return self.common_fault(answers)
        return Reply({"translatedText": answers})


class DeepLV2(Interface):
    """DeepL: POST /v2/translate, as its OpenAPI description has it, with tag handling version 2; and /v2/glossaries.

    A translation with a glossary has the words of the glossary for its terms.
    """

    engine, key_variable = "deepl", "DEEPL_AUTH_KEY"
    max_texts, max_bytes = 50, 131_072
    models = ("quality_optimized", "prefer_quality_optimized", "latency_optimized")

    def __init__(self, answer: Answer, **options: Any) -> None:
        super().__init__(answer, **options)
        self.glossaries: dict[str, dict[str, str]] = {}
        self.made: list[dict[str, str]] = []

    def fail(self, fault: Fault) -> Reply:
        match fault:
            case Fault.THROTTLED:
                return Reply({"message": "Too many requests"}, 429, {"Retry-After": self.retry_after})
            case Fault.OVERLOADED:
                return Reply({"message": "Service unavailable"}, 503)
            case Fault.UNAUTHORIZED:
                return Reply({"message": f"Authorization failure: {KEY}"}, 403)
            case _:
                return Reply({"message": f"Bad request: {KEY}"}, 400)

    def handle(self, request: Received) -> Reply:
        if request.headers.get("authorization") != f"DeepL-Auth-Key {KEY}":
            return self.fail(Fault.UNAUTHORIZED)
        if request.path.startswith("/v2/glossaries"):
            return self.change_glossaries(request)
        self.expect((request.method, request.path) == ("POST", "/v2/translate"), f"path {request.path}")
        if len(request.body) > self.max_bytes:
            return Reply({"message": "Request size exceeds the limit"}, 413)
        body = json.loads(request.body)
        tags = {"tag_handling", "tag_handling_version", "outline_detection"}
        others = {"context", "model_type", "formality", "glossary_id", "show_billed_characters", "source_lang"}
        self.expect_fields(body, {"text", "target_lang"}, tags | others)
        self.expect(body.get("model_type") in self.models, f"model_type {body.get('model_type')}")
        self.expect("glossary_id" not in body or "source_lang" in body, "glossary_id without source_lang")
        self.expect(body["target_lang"] not in ("EN", "PT"), f"target_lang {body['target_lang']} needs a variant")
        self.expect(not (tags & body.keys()) or body.get("tag_handling") in ("xml", "html"), "tags without handling")
        if len(body["text"]) > self.max_texts:
            return Reply({"message": "Too many texts"}, 400)
        is_tagged = body.get("tag_handling") == "xml"
        if is_tagged and not all(map(is_xml, body["text"])):
            return Reply({"message": "Tag handling parsing failed, please check input."}, 400)
        texts = [decode_markup(text) for text in body["text"]] if is_tagged else body["text"]
        if "glossary_id" in body and body["glossary_id"] not in self.glossaries:
            return Reply({"message": "Glossary not found"}, 404)
        answers = self.translate(texts)
        if isinstance(answers, Fault):
            return self.common_fault(answers)
        for term, word in self.glossaries.get(body.get("glossary_id", ""), {}).items():
            answers = [answer.replace(term.swapcase(), word) for answer in answers]
        encoded = map(encode_markup, answers, body["text"]) if is_tagged else answers
        rows = [
            {"text": answer, "detected_source_language": "EN", "billed_characters": len(text)}
            for answer, text in zip(encoded, texts, strict=False)
        ]
        return Reply({"translations": rows})

    def change_glossaries(self, request: Received) -> Reply:
        """Make or delete a glossary."""
        if request.method == "DELETE":
            return Reply("", 204 if self.glossaries.pop(request.path.rpartition("/")[2], None) is not None else 404)
        body = json.loads(request.body)
        self.expect_fields(body, {"name", "source_lang", "target_lang", "entries_format", "entries"}, set())
        self.expect(body["entries_format"] == "tsv", f"entries_format {body['entries_format']}")
        self.expect(len(body["target_lang"]) == 2, f"target_lang {body['target_lang']}: a glossary has no variant")
        entries = dict(line.split("\t") for line in body["entries"].splitlines())
        with self.lock:
            self.made.append(entries)
            found = f"glossary-{len(self.made)}"
            self.glossaries[found] = entries
        languages = {name: body[name].lower() for name in ("source_lang", "target_lang")}
        more = {"ready": True, "creation_time": "2026-01-01T00:00:00.000000Z", "entry_count": len(entries)}
        return Reply({"glossary_id": found, "name": body["name"], **languages, **more}, 201)


class ChatCompletions(Interface):
    """OpenAI: POST /chat/completions, with structured output, and the template of `PLAIN` for mode plain."""

    engine, key_variable = "openai", "OPENAI_API_KEY"
    more: ClassVar[dict[str, Any]] = {}

    def settings(self) -> dict[str, Any]:
        server = {"base_url": f"{self.url}/v1", "key_variable": self.key_variable, "model": "m", "timeout_s": 0.5}
        return {"engine": self.engine, **server, **self.more}

    def fail(self, fault: Fault) -> Reply:
        match fault:
            case Fault.THROTTLED:
                error = {"message": "Rate limit reached", "type": "requests", "code": "rate_limit_exceeded"}
                return Reply({"error": error}, 429, {"Retry-After": self.retry_after})
            case Fault.OVERLOADED:
                return Reply({"error": {"message": "The server is overloaded", "code": None}}, 503)
            case Fault.UNAUTHORIZED:
                return Reply({"error": {"message": f"Incorrect API key: {KEY}", "code": "invalid_api_key"}}, 401)
            case _:
                return Reply({"error": {"message": f"Invalid prompt, {KEY}", "code": "invalid_prompt"}}, 400)

    def handle(self, request: Received) -> Reply:
        self.expect((request.method, request.path) == ("POST", "/v1/chat/completions"), f"path {request.path}")
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self.fail(Fault.UNAUTHORIZED)
        return self.complete(json.loads(request.body))

    def complete(self, body: dict[str, Any]) -> Reply:
        """Return the response to the body of a completion."""
        self.expect_fields(body, {"model", "messages"}, {"temperature", "response_format"})
        roles = [message["role"] for message in body["messages"]]
        keyed = roles == ["system", "user"]
        self.expect(keyed or roles == ["user"], f"roles {roles}")
        content = body["messages"][-1]["content"]
        segments = json.loads(content)["segments"] if keyed else {"": {"text": content.rpartition("\n\n")[2]}}
        if keyed:
            schema = body["response_format"]["json_schema"]["schema"]
            self.expect(schema["required"] == list(segments), "the schema does not require every segment")
            self.expect(not schema["additionalProperties"], "a strict schema permits no other properties")
        answers = self.translate([segment["text"] for segment in segments.values()])
        if isinstance(answers, Fault):
            return self.common_fault(answers)
        written = json.dumps(dict(zip(segments, answers, strict=False))) if keyed else "".join(answers)
        choice = {"index": 0, "message": {"role": "assistant", "content": written}, "finish_reason": "stop"}
        prompt = json.dumps([body["messages"], body.get("response_format")])
        usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(written) // 4, "total_tokens": 0}
        return Reply({"id": "x", "object": "chat.completion", "choices": [choice], "usage": usage})


class PlainCompletions(ChatCompletions):
    """The same for a model that only translates."""

    more: ClassVar = {"mode": "plain", "template": "Translate from {source} into {target}:\n\n{text}"}


class BatchInterface(ChatCompletions):
    """OpenAI: /files and /batches. A batch ends when it is looked at for the second time.

    lose: (method, path) of requests that take effect, but whose response is lost, once each. instead: replies to the
    next requests of a (method, path), which then have no effect; the last one stays if it is in `forever`. ends: the
    statuses with which the next batches end; the default is completed. An expired or cancelled batch has processed half
    of its lines. keeps_metadata: False for a service that drops the metadata of batches. seen: every (method, path).
    """

    more: ClassVar = {"mode": "batch", "poll_s": 0.01, "batch": 4, "job_requests": 20}

    def __init__(self, answer: Answer, **options: Any) -> None:
        super().__init__(answer, **options)
        self.files: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.lose: list[tuple[str, str]] = []
        self.instead: dict[tuple[str, str], list[Reply]] = {}
        self.forever: set[tuple[str, str]] = set()
        self.ends: list[str] = []
        self.keeps_metadata = True
        self.seen: Counter[tuple[str, str]] = Counter()
        self.page = 100

    def handle(self, request: Received) -> Reply:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return self.fail(Fault.UNAUTHORIZED)
        step = request.method, request.path
        with self.lock:
            self.seen[step] += 1
            if replies := self.instead.get(step):
                return replies[0] if step in self.forever else replies.pop(0)
            is_lost = step in self.lose
            if is_lost:
                self.lose.remove(step)
        reply = self.route(request)
        return RESET if is_lost else reply

    def route(self, request: Received) -> Reply:
        """Return the response to a request."""
        match request.method, request.path.removeprefix("/v1/").split("/"):
            case "POST", ["files"]:
                return self.upload(request)
            case "POST", ["batches"]:
                return self.create(json.loads(request.body))
            case "GET", ["files"]:
                return self.list_page(request, self.files)
            case "GET", ["batches"]:
                return self.list_page(request, self.batches)
            case "GET", ["batches", batch] if batch in self.batches:
                return self.look_at(self.batches[batch])
            case "GET", ["files", file, "content"] if file in self.files:
                return Reply(self.files[file]["content"], headers={"Content-Type": "application/jsonl"})
            case _:
                return Reply({"error": {"message": f"No such object: {request.path}", "code": None}}, 404)

    def list_page(self, request: Received, entries: dict[str, dict[str, Any]]) -> Reply:
        names = list(entries)
        start = names.index(request.query["after"][0]) + 1 if "after" in request.query else 0
        end = start + min(self.page, int(request.query["limit"][0]))
        data = [
            {name: value for name, value in entries[n].items() if name not in ("content", "looks")}
            for n in names[start:end]
        ]
        return Reply({"object": "list", "data": data, "has_more": end < len(names)})

    def upload(self, request: Received) -> Reply:
        form = email.message_from_bytes(f"Content-Type: {request.headers['content-type']}\n\n".encode() + request.body)
        fields = {part.get_param("name", header="content-disposition"): part for part in form.get_payload()}
        self.expect(fields.keys() == {"purpose", "file"}, f"fields {sorted(map(str, fields))}")
        self.expect(fields["purpose"].get_payload(decode=True) == b"batch", "the purpose is not batch")
        return Reply(self.add_file(fields["file"].get_filename(), fields["file"].get_payload(decode=True).decode()))

    def add_file(self, name: str, content: str) -> dict[str, Any]:
        with self.lock:
            file = {"id": f"file-{len(self.files)}", "object": "file", "filename": name, "purpose": "batch"}
            self.files[file["id"]] = file | {"content": content}
        return file

    def create(self, body: dict[str, Any]) -> Reply:
        self.expect_fields(body, {"input_file_id", "endpoint", "completion_window"}, {"metadata"})
        self.expect(body["endpoint"] == "/v1/chat/completions", f"endpoint {body['endpoint']}")
        self.expect(body["completion_window"] == "24h", f"completion_window {body['completion_window']}")
        if body["input_file_id"] not in self.files:
            return Reply({"error": {"message": "No such file", "code": None}}, 400)
        lines = [json.loads(line) for line in self.files[body["input_file_id"]]["content"].splitlines()]
        ids = [line["custom_id"] for line in lines]
        self.expect(len(set(ids)) == len(ids) <= 50_000, "custom_id is not unique, or there are too many lines")
        for line in lines:
            self.expect_fields(line, {"custom_id", "method", "url", "body"}, set())
            self.expect((line["method"], line["url"]) == ("POST", body["endpoint"]), f"url {line['url']}")
        with self.lock:
            kept = body if self.keeps_metadata else {name: body[name] for name in body if name != "metadata"}
            batch = {"id": f"batch_{len(self.batches)}", "object": "batch", "status": "validating", **kept}
            self.batches[batch["id"]] = batch | {"looks": 0}
        return Reply(batch)

    def look_at(self, batch: dict[str, Any]) -> Reply:
        with self.lock:
            batch["looks"] += 1
            if batch["looks"] == 2:
                self.end(batch)
            elif batch["looks"] == 1:
                batch["status"] = "in_progress"
        return Reply({name: value for name, value in batch.items() if name != "looks"})

    def end(self, batch: dict[str, Any]) -> None:
        """Process a batch. The lines of a results file have no order."""
        batch["status"] = self.ends.pop(0) if self.ends else "completed"
        if batch["status"] == "failed":
            batch["errors"] = {
                "object": "list",
                "data": [{"code": "token_limit_exceeded", "message": "Enqueued tokens"}],
            }
            return
        lines = [json.loads(line) for line in self.files[batch["input_file_id"]]["content"].splitlines()]
        done = lines if batch["status"] == "completed" else lines[: len(lines) // 2]
        self.lock.release()  # `complete` and `add_file` take it
        try:
            results = [self.result(line) for line in done]
            good = [row for row in results if row["response"]["status_code"] == 200]
            bad = [row for row in results if row["response"]["status_code"] != 200]
            error = {"code": f"batch_{batch['status']}", "message": "This request could not be executed."}
            bad += [
                {"id": "y", "custom_id": line["custom_id"], "response": None, "error": error}
                for line in lines[len(done) :]
            ]
            for name, rows in (("output_file_id", good), ("error_file_id", bad)):
                if rows:
                    content = "".join(json.dumps(row) + "\n" for row in reversed(rows))
                    batch[name] = self.add_file("results.jsonl", content)["id"]
            batch["request_counts"] = {"total": len(lines), "completed": len(good), "failed": len(bad)}
        finally:
            self.lock.acquire()

    def result(self, line: dict[str, Any]) -> dict[str, Any]:
        """Return the line of a results file. Faults of the connection become errors of the line."""
        reply = self.complete(line["body"])
        body = reply.body if isinstance(reply.body, dict) else {"error": {"message": "internal error", "code": None}}
        status = reply.status if isinstance(reply.body, dict) and not reply.hang else 500
        response = {"status_code": status, "request_id": "z", "body": body}
        return {"id": "x", "custom_id": line["custom_id"], "response": response, "error": None}


@contextmanager
def serve(interface: Interface) -> Iterator[Interface]:
    """Serve an interface until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Log nothing."""

        def answer(self) -> None:
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            length = int(headers.get("content-length", 0))
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True  # the client was killed while it sent
                return
            reply = interface.reply(Received(self.command, url.path, parse_qs(url.query), headers, body))
            stopping.wait(reply.hang)
            if not reply.status:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            content = (reply.body if isinstance(reply.body, str) else json.dumps(reply.body)).encode()
            self.send_response(reply.status)
            sent = {"Content-Type": "application/json", "Content-Length": str(len(content))} | reply.headers
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = answer

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                return  # the client has gone away

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                return  # the connection was reset

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

    stopping = threading.Event()
    with Server(("127.0.0.1", 0), Handler) as server:
        interface.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield interface
        finally:
            stopping.set()
            server.shutdown()


SERVICES: dict[str, type[Interface]] = {
    "mtranslate": MobilePage,
    "google": GoogleV2,
    "libretranslate": LibreTranslateServer,
    "deepl": DeepLV2,
    "openai, chat": ChatCompletions,
    "openai, plain": PlainCompletions,
    "openai, batch": BatchInterface,
}
