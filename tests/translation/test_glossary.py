"""Tests of glossaries: which terms go with a text, and how the memory keeps answers apart."""

from collections.abc import Sequence

import pytest
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.glossary import select_terms
from spanferry.translation.memory.store import Scope, context_digest, open_memory
from spanferry.translation.settings import TranslateSettings

from tests.support.standin import dutch

GLOSSARY = (("Quay Street", "Kadestraat"), ("C++", "C++"), ("Oostwerd", "Oostwoud"))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("It lies on Quay Street.", ["Quay Street"]),
        ("It lies on quay street.", []),
        ("It lies on Quay Streets.", []),
        ("Written in C++, in Oostwerd", ["C++", "Oostwerd"]),
        ("Oostwerder boats", []),
        ("", []),
    ],
)
def test_terms_are_whole_words_of_the_text(text, terms):
    assert [term for term, _ in select_terms(GLOSSARY, text)] == terms


class Obedient(Translator):
    """An engine that shows the glossary that it was given."""

    identity = "obedient"
    uses_glossary = True

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        self.requests += batch
        return ["".join(f"{term[1]} " for term in request.glossary) + dutch(request.text) for request in batch]


def translated(folder, engine, *segments):
    with open_memory(folder, Scope("obedient", "en", "nl")) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(), ("en", "nl"))
        return [result.text for result in session.translate(segments)]


def test_an_answer_with_a_glossary_is_stored_for_its_terms(tmp_path):
    text, other = "The ferry leaves Oostwerd.", "The ferry is old."
    engine = Obedient()
    assert translated(tmp_path, engine, Segment(text, "sentence")) == [dutch(text)]
    with_terms = [Segment(text, "sentence", glossary=GLOSSARY), Segment(other, "sentence", glossary=GLOSSARY)]
    assert translated(tmp_path, engine, *with_terms) == [f"Oostwoud {dutch(text)}", dutch(other)]
    assert [request.glossary for request in engine.requests] == [(), (GLOSSARY[2],), ()]
    # Entries that do not occur in the text change nothing.
    again = Segment(text, "sentence", glossary=GLOSSARY[2:]), Segment(text, "sentence"), Segment(other, "sentence")
    assert translated(tmp_path, engine, *again) == [f"Oostwoud {dutch(text)}", dutch(text), dutch(other)]
    assert len(engine.requests) == 3


def test_an_engine_that_uses_no_glossary_is_not_asked_again(tmp_path):
    engine = Obedient()
    engine.uses_glossary = False
    text = "The ferry leaves Oostwerd."
    assert (
        translated(tmp_path, engine, Segment(text, "sentence"), Segment(text, "sentence", glossary=GLOSSARY))
        == [dutch(text)] * 2
    )
    assert engine.requests == [Request(text)]


def test_the_digest_distinguishes_context_and_glossary():
    digests = {
        context_digest(context, glossary)
        for context in ("", "a", "a\0b")
        for glossary in ((), (("a", "b"),), (("b", ""),))
    }
    assert len(digests) == 9
    assert context_digest("") == ""
