"""Tests of the engine mtranslate, with a local page."""

import socket

import pytest
from spanferry.translation.engines.base import (
    EngineFailure,
    Overloaded,
    Refused,
    Request,
    Throttled,
    TimedOut,
    Unreachable,
)
from spanferry.translation.engines.mtranslate import MTranslate

from tests.support.standin import CAPTCHA, PAGE, Reply


def ask(text: str, timeout_s: float = 5.0, attempt: int = 0) -> str:
    with MTranslate("en", "nl", timeout_s) as engine:
        (answer,) = engine.translate([Request(text, attempt=attempt)])
    return answer


def failure(text: str = "x", timeout_s: float = 5.0) -> EngineFailure:
    with pytest.raises(EngineFailure) as caught:
        ask(text, timeout_s)
    return caught.value


def test_answers(google):
    texts = {"5 < 6 & a+b": "5 < 6 & a+b", "水 😀 é": "water 😀 é", "captcha": Reply(CAPTCHA), "none": Reply(PAGE)}
    google(lambda text, n: texts[text])
    assert [ask(text) for text in texts] == ["5 < 6 & a+b", "water 😀 é", "", ""]


@pytest.mark.parametrize(
    ("reply", "kind", "retry_after"),
    [
        (Reply(status=429, headers={"Retry-After": "7"}), Throttled, 7.0),
        (Reply(status=429), Throttled, None),
        (Reply(status=403), Throttled, None),
        (Reply(status=503, headers={"Retry-After": "soon"}), Overloaded, None),
        (Reply(status=500), Overloaded, None),
        (Reply(status=400), Refused, None),
        (Reply(status=413), Refused, None),
        (Reply(status=0), Unreachable, None),
    ],
)
def test_failures(google, reply, kind, retry_after):
    google(lambda text, n: reply)
    failed = failure()
    assert type(failed) is kind
    assert getattr(failed, "retry_after", None) == retry_after


def test_a_hanging_page_times_out_and_the_default_is_restored(google):
    google(lambda text, n: Reply(hang=5))
    before = socket.getdefaulttimeout()
    assert type(failure(timeout_s=0.05)) is TimedOut
    assert socket.getdefaulttimeout() == before


def test_no_connection(monkeypatch, google):
    google(lambda text, n: "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert type(failure()) is Unreachable


def test_a_lone_surrogate_is_refused():
    assert type(failure("\ud800")) is Refused


def test_the_limit_counts_bytes_of_the_url():
    engine = MTranslate("en", "nl", 1.0)
    assert (engine.size("a b"), engine.size("é"), engine.size("水"), engine.size("\ud800")) == (5, 6, 9, 3)


def test_a_text_that_is_sent_again_has_another_url(monkeypatch):
    sent = []
    monkeypatch.setattr("mtranslate.translate", lambda text, target, source: sent.append(text) or "kade")
    for attempt in range(3):
        assert ask("quay", attempt=attempt) == "kade"
    assert sent == ["quay", "quay ", "quay  "]
