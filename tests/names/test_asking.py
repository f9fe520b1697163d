"""Tests of asking questions again with an engine: with a glossary, with markers, with the paragraph."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from spanferry import tables
from spanferry.names.asking import AskedQuestions
from spanferry.names.repair import NewTranslation
from spanferry.records import TranslationRow
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.settings import TranslateSettings

from tests.names.test_repair import two_names

CONTEXT = "Ann Lee saw Bea Roe."
GLOSSARY = (("Ann Lee", "Anna Lii"), ("Bea Roe", "Beatrix Ree"))
PLAIN, FIRST, SECOND = (
    "Did Ann Lee see Bea Roe?",
    "Did [Ann Lee] see Bea Roe?",
    "Did Ann Lee see [Bea Roe]?",
)
BOTH = "Heeft Anna Lii Beatrix Ree gezien?"


class Engine(Translator):
    """An engine that answers from a dictionary, and notes what it was asked."""

    identity = "engine"

    def __init__(self, replies: Mapping[str, str], uses_glossary: bool, uses_context: bool) -> None:
        self.replies, self.uses_glossary, self.uses_context = replies, uses_glossary, uses_context
        self.asked: list[Request] = []

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        self.asked += batch
        return [self.replies[request.text] for request in batch]


def ask(folder: Path, engine: Engine) -> tuple[list[NewTranslation], list[str]]:
    """Ask a question with two differing names. Returns its new translations, and the texts in the table."""
    case = two_names("Zag Anne Leeuw Bé Roos?", None, None)
    case = type(case)(case.split, case.question, CONTEXT, case.translation, case.names, GLOSSARY)
    with open_memory(folder / "memory", Scope(engine.identity, "en", "nl")) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(), ("en", "nl"))
        with AskedQuestions(session, folder / "asked.parquet") as questions:
            (answers,) = questions.ask([case])
    return answers, tables.read(folder / "asked.parquet", TranslationRow)["text"].to_pylist()


@pytest.mark.parametrize("uses_context", [False, True])
def test_an_engine_with_glossaries_gets_the_names_of_the_paragraph(tmp_path: Path, uses_context: bool) -> None:
    engine = Engine({PLAIN: BOTH}, True, uses_context)
    context = CONTEXT if uses_context else ""
    for _ in range(2):  # the second time, the memory has the answer
        assert ask(tmp_path, engine) == ([NewTranslation(BOTH, {})], [])
        assert engine.asked == [Request(PLAIN, context, 0, GLOSSARY)]


@pytest.mark.parametrize(("uses_glossary", "uses_context"), [(False, False), (False, True), (True, True)])
def test_each_name_that_still_differs_is_marked(tmp_path: Path, uses_glossary: bool, uses_context: bool) -> None:
    replies = {PLAIN: "Zag Anna Lii Bé Roos?", FIRST: "Zag [Anne Leeuw] Bé Roos?", SECOND: "Zag Anne Leeuw [Bé Roos]?"}
    engine = Engine(replies, uses_glossary, uses_context)
    context = CONTEXT if uses_context else ""
    marked = [
        NewTranslation("Zag Anne Leeuw Bé Roos?", {n: piece}) for n, piece in enumerate(("Anne Leeuw", "Bé Roos"))
    ]
    for _ in range(2):
        answers, table = ask(tmp_path, engine)
        assert answers == [*([NewTranslation(replies[PLAIN], {})] if uses_glossary else []), *marked]
        assert sorted(table) == [SECOND, FIRST]
        assert sorted(engine.asked, key=lambda request: request.text) == sorted(
            [
                *([Request(PLAIN, context, 0, GLOSSARY)] if uses_glossary else []),
                Request(FIRST, context),
                Request(SECOND, context),
            ],
            key=lambda request: request.text,
        )
