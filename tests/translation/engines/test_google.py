"""Tests of the engine Google Cloud Translation, with a local server that has its interface."""

import pytest
from spanferry.errors import ParamsError, TranslationError
from spanferry.translation.engines.base import Refused, RefusedBeforeSuccess, Request, Throttled, Unreachable
from spanferry.translation.engines.google import Google
from spanferry.translation.settings import GoogleSettings
from spanferry.translation.usage import Usage

from tests.support.interfaces import KEY, GoogleV2, Reply, serve

TEXTS = ["The quay & the <old> ferry", "In <b>1887</b> AT&T sank"]


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)


def engine_for(served, languages=("en", "nl"), timeout_s=5.0, **settings):
    return Google(GoogleSettings(server_url=served.url, **settings), languages, timeout_s)


class Scripted(GoogleV2):
    """A server that gives these replies, one for each request."""

    def __init__(self, *replies):
        super().__init__(lambda text, n: text)
        self.replies = list(replies)
        self.received = []

    def handle(self, request):
        self.received.append(request)
        return self.replies.pop(0)


def test_texts_are_sent_as_text_and_characters_are_billed():
    with serve(GoogleV2(lambda text, n: "nl " + text)) as served, engine_for(served) as engine:
        assert engine.translate([Request(text) for text in TEXTS]) == ["nl " + text for text in TEXTS]
        assert engine.meter.take() == {"": Usage(requests=1, characters=sum(map(len, TEXTS)))}
    assert served.violations == []


def test_the_fields_of_a_request():
    answer = Reply({"data": {"translations": [{"translatedText": "x", "model": "nmt"}]}})
    with serve(Scripted(answer)) as served, engine_for(served, model="nmt", target_code="nl-BE") as engine:
        engine.translate([Request("quay")])
    (request,) = served.received
    assert request.query == {}
    assert request.headers["x-goog-api-key"] == KEY
    assert request.body == b'{"q":["quay"],"source":"en","target":"nl-BE","format":"text","model":"nmt"}'


def test_texts_with_xml_markers_are_sent_as_html():
    with serve(GoogleV2(lambda text, n: "nl " + text)) as served, engine_for(served) as engine:
        engine.markers = (("<b>", "</b>"),)
        assert engine.translate([Request(text) for text in TEXTS]) == ["nl " + text for text in TEXTS]
        engine.markers = (("<m>", "</m>"),)
        assert engine.translate([Request(text) for text in TEXTS]) == ["nl " + text for text in TEXTS]
    assert served.violations == []


def problem(code, reason, message="No.", **more):
    return Reply({"error": {"code": code, "message": message, "errors": [{"reason": reason}], **more}}, code)


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (problem(403, "rateLimitExceeded"), Throttled, "HTTP 403 rateLimitExceeded"),
        (problem(403, "userRateLimitExceeded"), Throttled, "HTTP 403 userRateLimitExceeded"),
        (problem(403, "dailyLimitExceeded", "Daily Limit Exceeded"), Throttled, "HTTP 403 dailyLimitExceeded"),
        (problem(429, "rateLimitExceeded", status="RESOURCE_EXHAUSTED"), Throttled, "HTTP 429"),
        (
            problem(403, "accessNotConfigured", f"Enable the API for {KEY}"),
            TranslationError,
            "HTTP 403: Enable the API for ...",
        ),
        (
            problem(400, "badRequest", "API key not valid.", details=[{"reason": "API_KEY_INVALID"}]),
            TranslationError,
            "does not accept the key in GOOGLE_API_KEY",
        ),
        (problem(400, "invalid", f"Invalid Value {KEY}"), RefusedBeforeSuccess, "HTTP 400: Invalid Value ..."),
        (problem(413, "uploadTooLarge"), Refused, "HTTP 413: No."),
        (Reply("{}", 401), TranslationError, "does not accept the key in GOOGLE_API_KEY"),
        (Reply('{"data": {}}'), Unreachable, "the response is not Google's"),
        (Reply('{"data": {"translations": []}}'), Unreachable, "0 translations for 1 texts"),
        (Reply(b"\xff".decode("latin1"), 404), RefusedBeforeSuccess, "HTTP 404"),
    ],
)
def test_failures(reply, kind, message):
    with serve(Scripted(reply)) as served, engine_for(served) as engine, pytest.raises(kind) as caught:
        engine.translate([Request("quay")])
    assert type(caught.value) is kind
    assert message in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_refusal_after_an_answer_is_about_the_text():
    answer = Reply({"data": {"translations": [{"translatedText": "kade"}]}})
    with serve(Scripted(answer, problem(400, "invalid"))) as served, engine_for(served) as engine:
        assert engine.translate([Request("quay")]) == ["kade"]
        with pytest.raises(Refused, match="HTTP 400"):
            engine.translate([Request("ferry")])


def test_the_size_is_at_least_that_in_the_body():
    engine = Google(GoogleSettings(), ("en", "nl"), 5.0)
    bodies = ['a "b" \\ c', "5 < 6 & 7 > 2", "渡し船は川を渡る。", "😀\ud800"]
    for text in bodies[:3]:
        with serve(Scripted(Reply('{"data": {"translations": [{"translatedText": "x"}]}}'))) as served:
            with engine_for(served) as client:
                client.translate([Request(text)])
            assert engine.size(text) >= len(served.received[0].body) - len(
                b'{"q":[],"source":"en","target":"nl","format":"text"}'
            )
    assert engine.size(bodies[3]) >= 7


@pytest.mark.parametrize("url", ["ftp://x", "https://user:key@host", "https://host/?key=3"])
def test_an_invalid_url_is_an_error(url):
    with pytest.raises(ParamsError, match="server_url"):
        Google(GoogleSettings(server_url=url), ("en", "nl"), 5.0)


def test_the_identity_contains_every_setting_that_changes_an_answer():
    def identity(**settings):
        return Google(GoogleSettings(**settings), ("en", "nl"), 5.0).identity

    assert identity() == identity(server_url="http://127.0.0.1:9") == "google v2 default en nl"
    assert len({identity(), identity(model="nmt"), identity(source_code="en-GB"), identity(target_code="nl-BE")}) == 4


def test_no_key(monkeypatch):
    monkeypatch.delenv("GOOGLE_API_KEY")
    with pytest.raises(TranslationError, match="set the environment variable GOOGLE_API_KEY"):
        Google(GoogleSettings(), ("en", "nl"), 5.0).__enter__()
