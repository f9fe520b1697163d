"""Tests of the engine LibreTranslate, with a local server that has its interface."""

import pytest
from spanferry.errors import TranslationError
from spanferry.translation.engines.base import Overloaded, RefusedBeforeSuccess, Request, Throttled, Unreachable
from spanferry.translation.engines.libretranslate import LibreTranslate
from spanferry.translation.settings import LibreTranslateSettings

from tests.support.interfaces import KEY, LibreTranslateServer, Reply, serve

LIMITS = Reply({"charLimit": -1})


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("LIBRETRANSLATE_KEY", KEY)


def engine_for(served, **settings):
    made = LibreTranslateSettings(**{"server_url": served.url, "key_variable": "LIBRETRANSLATE_KEY"} | settings)
    return LibreTranslate(made, ("en", "nl"), 5.0)


class Scripted(LibreTranslateServer):
    """A server that gives these replies, one for each request."""

    def __init__(self, *replies):
        super().__init__(lambda text, n: text)
        self.replies = list(replies)
        self.received = []

    def handle(self, request):
        self.received.append(request)
        return self.replies.pop(0)


def test_requests_with_and_without_a_key():
    for variable in (None, "LIBRETRANSLATE_KEY"):
        with (
            serve(Scripted(LIMITS, Reply({"translatedText": ["kade", "veer"]}))) as served,
            engine_for(served, key_variable=variable) as engine,
        ):
            assert engine.translate([Request("quay"), Request("ferry")]) == ["kade", "veer"]
        settings, request = served.received
        assert (settings.method, settings.path) == ("GET", "/frontend/settings")
        fields = b'{"q":["quay","ferry"],"source":"en","target":"nl","format":"text"'
        assert request.body == fields + (f',"api_key":"{KEY}"}}'.encode() if variable else b"}")
        assert KEY not in request.path + str(request.query) + str(request.headers)


def test_texts_with_xml_markers_are_sent_as_html():
    texts = ["In <b>1887</b> AT&T sank", "5 < 6"]
    with serve(LibreTranslateServer(lambda text, n: "nl " + text)) as served, engine_for(served) as engine:
        engine.markers = (("<b>", "</b>"),)
        assert engine.translate([Request(text) for text in texts]) == ["nl " + text for text in texts]
    assert served.violations == []


def test_a_server_with_a_lower_limit_is_an_error_that_names_the_setting():
    with (
        serve(LibreTranslateServer(lambda text, n: text, char_limit=2000)) as served,
        engine_for(served) as engine,
        pytest.raises(TranslationError, match="accepts 2,000 characters per request; set characters: 2000"),
    ):
        engine.translate([Request("quay")])
    assert engine_for(served, characters=2000).limit == 2000


@pytest.mark.parametrize(
    ("reply", "kind", "message"),
    [
        (Reply({"error": "Slowdown: 80 per 1 minute"}, 429), Throttled, "HTTP 429"),
        (Reply({"error": "Too many request limits violations"}, 403), Throttled, "Too many request limits violations"),
        (Reply({"error": "Invalid API key"}, 403), TranslationError, "not accept the key in LIBRETRANSLATE_KEY"),
        (Reply({"error": "Cannot translate text: x"}, 500), Overloaded, "HTTP 500"),
        (Reply({"error": f"xx is not supported {KEY}"}, 400), RefusedBeforeSuccess, "400: xx is not supported ..."),
        (Reply({"translatedText": "kade"}), Unreachable, "the response is not LibreTranslate's"),
        (Reply({"translatedText": []}), Unreachable, "0 translations for 1 texts"),
    ],
)
def test_failures(reply, kind, message):
    with serve(Scripted(LIMITS, reply)) as served, engine_for(served) as engine, pytest.raises(kind) as caught:
        engine.translate([Request("quay")])
    assert type(caught.value) is kind
    assert message in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_server_that_requires_a_key():
    reply = Reply({"error": "Please contact the server operator to get an API key"}, 403)
    with (
        serve(Scripted(LIMITS, reply)) as served,
        engine_for(served, key_variable=None) as engine,
        pytest.raises(TranslationError, match="requires a key; set key_variable"),
    ):
        engine.translate([Request("quay")])


def test_the_identity_names_the_server_and_the_languages():
    def identity(**settings):
        return LibreTranslate(LibreTranslateSettings(**settings), ("en", "nl"), 5.0).identity

    assert identity() == identity(batch=3, characters=200, key_variable="X") == "libretranslate 127.0.0.1:5000 en nl"
    assert identity(server_url="https://mt.example/", target_code="nb") == "libretranslate mt.example en nb"
