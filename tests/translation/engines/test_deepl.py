"""Tests of the engine DeepL, with a local server."""

import sys
from contextlib import contextmanager
from importlib.util import find_spec

import msgspec
import pytest
from spanferry.errors import TranslationError
from spanferry.translation.checks import MARKED
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines import deepl_glossaries
from spanferry.translation.engines.base import (
    Broken,
    Overloaded,
    Refused,
    RefusedBeforeSuccess,
    Request,
    Throttled,
    TimedOut,
    Unreachable,
)
from spanferry.translation.engines.deepl import DeepL
from spanferry.translation.settings import DeepLSettings
from spanferry.translation.usage import Usage

from tests.support.behaviours import environment, opened
from tests.support.interfaces import DeepLV2, Fault, Reply, serve
from tests.support.json_server import Answer, service
from tests.support.standin import dutch as standin

pytestmark = pytest.mark.skipif(not find_spec("deepl"), reason="the extra 'deepl' is not installed")

KEY = "secret-key:fx"
PARAGRAPH = "The ferry is old. It crosses the river."


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)


def result(*texts):
    translations = [{"text": text, "detected_source_language": "EN", "billed_characters": 1} for text in texts]
    return Answer({"translations": translations})


def dutch(body):
    """Return a text that passes the checks of a translation, though it is not Dutch."""
    return result(*("nl " + text for text in body["text"]))


def translated(answer, *requests, languages=("en", "nl"), timeout_s=5.0, **settings):
    """Translate requests; return the answers and the bodies that the server received."""
    with service(answer) as served:
        settings = DeepLSettings(server_url=served.url, **settings)
        with DeepL(settings, languages, timeout_s) as engine:
            return engine.translate(requests), [body for _, _, body in served.seen]


def test_a_text_is_sent_with_its_paragraph():
    answers, sent = translated(dutch, Request("It crosses the river.", PARAGRAPH))
    assert answers == ["nl It crosses the river."]
    assert sent == [
        {
            "text": ["It crosses the river."],
            "context": PARAGRAPH,
            "source_lang": "EN",
            "target_lang": "NL",
            "model_type": "prefer_quality_optimized",
            "show_billed_characters": True,
        }
    ]


def test_without_context_many_texts_are_sent_together():
    engine = DeepL(DeepLSettings(context=False), ("en", "nl"), 5.0)
    assert (engine.batch, engine.uses_context) == (50, False)
    answers, (sent,) = translated(dutch, Request("one", "a"), Request("two", "b"), context=False, formality="more")
    assert answers == ["nl one", "nl two"]
    assert sent["text"] == ["one", "two"]
    assert "context" not in sent
    assert sent["formality"] == "more"


@pytest.mark.parametrize(
    ("languages", "settings", "target"),
    [
        (("nl", "en"), {}, "EN-GB"),
        (("en", "pt"), {}, "PT-PT"),
        (("en", "pt"), {"target_code": "pt-br"}, "PT-BR"),
        (("en", "de"), {}, "DE"),
    ],
)
def test_variants_of_languages(languages, settings, target):
    _, (sent,) = translated(dutch, Request("x"), languages=languages, **settings)
    assert sent["target_lang"] == target


def test_markers_are_sent_as_xml():
    def swapped(body):
        (text,) = body["text"]
        assert text == "In <m>AT&amp;T &lt;3</m> &amp;amp; more"
        assert (body["tag_handling"], body["tag_handling_version"], body["outline_detection"]) == ("xml", "v2", False)
        return result("Mehr &amp; &amp;amp; <m>AT&amp;T &lt;3</m>")

    answers, _ = translated(swapped, Request("In <m>AT&T <3</m> &amp; more"))
    assert answers == ["Mehr & &amp; <m>AT&T <3</m>"]
    assert DeepL.markers[0] == ("<m>", "</m>")


def test_a_marked_text_is_sent_with_its_paragraph():
    answers, (sent,) = translated(dutch, Request("Who saw <m>Ann</m>?", "Ann & Bea met."))
    assert answers == ["nl Who saw <m>Ann</m>?"]
    assert (sent["text"], sent["context"]) == (["Who saw <m>Ann</m>?"], "Ann & Bea met.")
    assert sent["tag_handling"] == "xml"


@pytest.mark.parametrize("text", ["a & b < c", "one <m> alone", "[x] «y»"])
def test_texts_without_markers_are_sent_unchanged(text):
    answers, (sent,) = translated(dutch, Request(text))
    assert (answers, sent["text"]) == (["nl " + text], [text])
    assert "tag_handling" not in sent


@pytest.mark.parametrize(
    ("answer", "kind", "problem"),
    [
        (Answer(status=429), Throttled, "HTTP 429"),
        (Answer(status=500), Overloaded, "HTTP 500"),
        (Answer(status=503), Overloaded, "HTTP 503"),
        (Answer(status=413), Refused, "413"),
        (Answer(status=456), TranslationError, "the character quota of the account is spent"),
        (Answer(status=403), TranslationError, "the service does not accept the key in DEEPL_AUTH_KEY"),
        (
            Answer({"message": f"target_lang, {KEY}"}, 400),
            RefusedBeforeSuccess,
            "Bad request, message: target_lang, ...",
        ),
        (Answer("<html>Welcome to this network</html>"), Unreachable, "0 translations for 1 texts"),
        (Answer({"translations": [{"text": "x"}]}), Unreachable, "the response is not DeepL's"),
        (Answer({"translations": [None]}), Unreachable, "the response is not DeepL's"),
        (result("a", "b"), Unreachable, "2 translations for 1 texts"),
        (Answer(hang=3.0), TimedOut, "timed out"),
    ],
)
def test_failures(answer, kind, problem):
    with pytest.raises(kind) as caught:
        translated(lambda body: answer, Request("x"), timeout_s=0.3 if answer.hang else 10.0)
    assert type(caught.value) is kind
    assert problem in str(caught.value)
    assert KEY not in str(caught.value)


def test_after_a_good_answer_a_refusal_is_attributed_to_the_text():
    answers = iter([result("een"), Answer({"message": "what is this"}, 400)])
    with service(lambda body: next(answers)) as served:
        with DeepL(DeepLSettings(server_url=served.url), ("en", "nl"), 5.0) as engine:
            assert engine.translate([Request("one")]) == ["een"]
            with pytest.raises(Refused, match="what is this"):
                engine.translate([Request("two")])
        assert [headers["authorization"] for _, headers, _ in served.seen] == [f"DeepL-Auth-Key {KEY}"] * 2


def test_no_server():
    settings = DeepLSettings(server_url="http://127.0.0.1:9")
    with DeepL(settings, ("en", "nl"), 1.0) as engine, pytest.raises(Unreachable) as caught:
        engine.translate([Request("x")])
    assert not caught.value.may_be_billed


def test_a_request_that_was_sent_may_be_billed_though_its_answer_is_lost(tmp_path):
    """What it was expected to cost counts; a connection that was never made costs nothing."""
    with serve(DeepLV2(lambda text, n: Fault.RESET if n == 1 else standin(text))) as interface:
        with opened(interface, tmp_path) as session:
            session.translate([Segment("The ferry is old.", "sentence")])
            assert session.spent is not None
            assert session.spent.usage == Usage(2, 2 * len("The ferry is old."))
        with environment(interface), DeepL(DeepLSettings(server_url=interface.url), ("en", "nl"), 5.0) as engine:
            interface.answer = lambda text, n: Fault.RESET
            with pytest.raises(Broken, match="Connection aborted"):
                engine.translate([Request("x")])


def test_a_lone_surrogate_is_refused():
    with pytest.raises(Refused, match="surrogate"):
        translated(dutch, Request("\ud800"), context=True)


def test_the_settings_of_the_package_are_restored():
    from deepl import http_client

    before = http_client.max_network_retries, http_client.min_connection_timeout
    translated(dutch, Request("x"))
    assert (http_client.max_network_retries, http_client.min_connection_timeout) == before


def test_no_key(monkeypatch):
    monkeypatch.delenv("DEEPL_AUTH_KEY")
    engine = DeepL(DeepLSettings(), ("en", "nl"), 5.0)
    with pytest.raises(TranslationError, match="set the environment variable DEEPL_AUTH_KEY"):
        engine.__enter__()


def test_no_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "deepl", None)
    with pytest.raises(TranslationError, match=r"pip install 'spanferry\[deepl\]'"):
        DeepL(DeepLSettings(), ("en", "nl"), 5.0).__enter__()


def test_the_identity_contains_every_setting_that_changes_an_answer():
    def identity(**settings):
        return DeepL(DeepLSettings(**settings), ("en", "nl"), 5.0).identity

    assert identity() == "deepl prefer_quality_optimized nl context"
    changes = {"context": False, "model_type": "latency_optimized", "formality": "more", "target_code": "NL-BE"}
    assert len({identity(**{key: value}) for key, value in changes.items()} | {identity()}) == 5
    assert identity(server_url="http://127.0.0.1:9") == identity()
    assert msgspec.convert({"engine": "deepl"}, DeepLSettings) == DeepLSettings()


def test_a_session_translates_once_and_then_uses_the_memory(tmp_path, hurried):
    def answer(body):
        (text,) = body["text"]
        if text == "never":
            return Answer({"message": "no"}, 400)
        return result(f"{len(body['context'])}: {text.swapcase()}")

    segments = [
        Segment("The Quay was BUILT.", "sentence", PARAGRAPH),
        Segment("The Quay was BUILT.", "sentence", "The Quay was BUILT."),
        Segment("The <m>Quay</m> was BUILT.", MARKED, PARAGRAPH),
        Segment("never", "question", PARAGRAPH),
    ]
    for _ in range(2):
        with service(answer) as served:
            with open_session(
                "deepl",
                ("en", "nl"),
                folder=tmp_path,
                translators={"deepl": DeepLSettings(server_url=served.url)},
            ) as session:
                results = [(result.text, result.failure) for result in session.translate(segments)]
            assert results == [
                ("39: tHE qUAY WAS built.", None),
                ("19: tHE qUAY WAS built.", None),
                ("39: tHE <M>qUAY</M> WAS built.", None),
                (None, "refused"),
            ]
    assert served.seen == []


NAMES = (("Genghis Khan", "Dzjengis Khan"), ("Lent", "Vasten"))
QUESTION = "What did Genghis Khan found in Lent?"


@contextmanager
def running(interface: DeepLV2, **settings):
    """Serve the interface, and yield the engine."""
    with (
        serve(interface),
        environment(interface),
        DeepL(DeepLSettings(server_url=interface.url, **settings), ("en", "pt"), 5.0) as engine,
    ):
        yield engine
    assert interface.violations == []


def test_terms_become_a_glossary_for_the_time_of_the_run():
    interface = DeepLV2(lambda text, n: standin(text))
    with running(interface) as engine:
        assert (engine.uses_glossary, engine.glossary_first) == (True, False)
        for _ in range(2):  # one glossary for both
            assert engine.translate([Request(QUESTION, PARAGRAPH, glossary=NAMES)]) == [
                "nl wHAT DID Dzjengis Khan FOUND IN Vasten?"
            ]
        assert engine.translate([Request(QUESTION, PARAGRAPH)]) == [standin(QUESTION)]
        engine.translate([Request(QUESTION, PARAGRAPH, glossary=NAMES[:1])])
        assert list(interface.glossaries.values()) == interface.made == [dict(NAMES), dict(NAMES[:1])]
    assert interface.glossaries == {}


def test_few_glossaries_exist_at_once(monkeypatch):
    monkeypatch.setattr(deepl_glossaries, "MOST", 2)
    interface = DeepLV2(lambda text, n: standin(text))
    with running(interface, context=False) as engine:
        for n in range(5):
            engine.translate([Request(QUESTION, glossary=(("Lent", f"Vasten {n}"),))])
            assert len(interface.glossaries) == min(n + 1, 2)
        assert len(interface.made) == 5


def test_a_glossary_that_is_refused_concerns_only_its_texts(monkeypatch):
    interface = DeepLV2(lambda text, n: standin(text))
    for status, error, problem in (
        (400, Refused, "no glossary: Bad request, message: no such languages"),
        (456, Refused, "no glossary: Quota"),
        (429, Throttled, "HTTP 429"),
        (503, Overloaded, "HTTP 503"),
        (403, TranslationError, "does not accept the key"),
    ):
        monkeypatch.setattr(
            interface,
            "change_glossaries",
            lambda request, status=status: Reply({"message": "no such languages"}, status),
        )
        with running(interface) as engine:
            with pytest.raises(error, match=problem):
                engine.translate([Request(QUESTION, glossary=NAMES)])
            assert engine.translate([Request(QUESTION)]) == [standin(QUESTION)]


def test_a_glossary_of_the_settings_is_the_only_one():
    interface = DeepLV2(lambda text, n: standin(text))
    interface.glossaries["mine"] = {"Lent": "Veertigdagentijd"}
    with running(interface, glossary="mine") as engine:
        assert not engine.uses_glossary
        assert engine.translate([Request(QUESTION)]) == ["nl wHAT DID gENGHIS kHAN FOUND IN Veertigdagentijd?"]
    assert (interface.made, list(interface.glossaries)) == ([], ["mine"])
