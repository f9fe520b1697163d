"""Tests of translating a corpus: paragraphs with a sentence that has no translation are translated as a whole."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from spanferry import tables
from spanferry.corpus_translation import translate_corpus
from spanferry.records import CheckFailure, Kind, SegmentRow, TranslationRow
from spanferry.segmentation import collect_segments, make_layout
from spanferry.squad import decode_squad
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.memory.store import FailedAttempt, Scope, open_memory
from spanferry.translation.settings import TranslateSettings

from tests.support.small_squad import FERRY, TRAIN, as_json
from tests.support.standin import dutch

LANGUAGES = ("en", "nl")
FAILED = "In 1912 the first steam ferry sank."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    layout = make_layout({"train": decode_squad(as_json(TRAIN), "train")}, "en")
    tables.write(layout, tmp_path / "layout.parquet")
    tables.write(collect_segments(layout), tmp_path / "segments.parquet")
    return tmp_path


def translate(folder: Path) -> tuple[dict[str, str | None], dict]:
    """Translate the corpus in a folder. Returns {text: translation} in the order of the table, and the metrics."""
    out = folder / "translations.parquet"
    with open_session("mtranslate", LANGUAGES, folder=folder / "memory") as session:
        metrics = translate_corpus(session, folder / "segments.parquet", folder / "layout.parquet", out)
    rows = tables.read(out, TranslationRow)
    return dict(zip(rows["text"].to_pylist(), rows["translation"].to_pylist(), strict=True)), metrics


def test_a_paragraph_with_a_failed_sentence_is_translated_as_a_whole(folder, google) -> None:
    served = google(lambda text, n: dutch(text))
    failure = FailedAttempt(
        "mtranslate", *LANGUAGES, FAILED, CheckFailure.EMPTY, "", failures=10, repeats=10, final=True
    )
    with open_memory(folder / "memory", Scope("mtranslate", *LANGUAGES)) as memory:
        memory.add_failure(failure)
    translations, metrics = translate(folder)
    assert translations[FAILED] is None
    assert list(translations)[-1] == FERRY.strip()
    lines = FERRY.strip().split("\n\n")  # the engine's chunks
    assert translations[FERRY.strip()] == "\n\n".join(map(dutch, lines))
    assert (served.seen[FAILED], *(served.seen[line] for line in lines)) == (0, 1, 1)
    sentences = metrics["by_kind"][Kind.SENTENCE]
    assert (sentences["visited"], sentences["dropped"]) == (4, 1)


def test_the_layout_is_not_read_when_every_segment_has_a_translation(folder, google) -> None:
    google(lambda text, n: dutch(text))
    (folder / "layout.parquet").unlink()
    translations, metrics = translate(folder)
    assert FERRY.strip() not in translations
    assert metrics["dropped"] == 0


class Obedient(Translator):
    """An engine that takes glossaries, and shows the one that it was given."""

    identity = "obedient"
    uses_glossary = glossary_first = True

    def __init__(self) -> None:
        self.requests: list[Request] = []

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        self.requests += batch
        return [self.reply(request) for request in batch]

    def reply(self, request: Request) -> str:
        return "".join(f"{dutch} " for _, dutch in request.glossary) + REPLIES.get(request.text, dutch(request.text))


REPLIES = {
    "Genghis Khan founded an empire.": "Dzjengis Khan stichtte een rijk.",
    "In Lent the monks fasted.": "In de Vasten vastten de monniken.",
    "Lent": "Vasten",
}
ASKED = ["What did Genghis Khan found in Lent?", "Who fasted?"]


@pytest.fixture
def names_folder(tmp_path: Path) -> Path:
    context = "Genghis Khan founded an empire. In Lent the monks fasted."
    questions = [{"id": text, "question": text, "answers": [], "is_impossible": True} for text in ASKED]
    questions[0]["plausible_answers"] = [{"text": "Lent", "answer_start": context.index("Lent")}]
    article = {"title": "Mongols", "paragraphs": [{"context": context, "qas": questions}]}
    document = decode_squad(as_json({"version": "v2.0", "data": [article]}), "train")
    tables.write(make_layout({"train": document}, "en"), tmp_path / "layout.parquet")
    tables.write(collect_segments(make_layout({"train": document}, "en"), True), tmp_path / "segments.parquet")
    return tmp_path


def obey(folder: Path, engine: Obedient, names: bool = True) -> dict[str, str]:
    """Translate the corpus in a folder. Returns {text: translation} in the order of the table."""
    with open_memory(folder / "memory", Scope(engine.identity, *LANGUAGES)) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(), LANGUAGES)
        translate_corpus(
            session, folder / "segments.parquet", folder / "layout.parquet", folder / "translations.parquet", names
        )
    rows = tables.read(folder / "translations.parquet", TranslationRow)
    return dict(zip(rows["text"].to_pylist(), rows["translation"].to_pylist(), strict=True))


def test_questions_get_the_names_of_their_translated_paragraphs_as_a_glossary(names_folder: Path) -> None:
    engine = Obedient()
    translations = obey(names_folder, engine)
    assert [request.text for request in engine.requests[-2:]] == ASKED
    assert [request.glossary for request in engine.requests[-2:]] == [
        (("Genghis Khan", "Dzjengis Khan"), ("Lent", "Vasten")),
        (),
    ]
    assert not any(request.glossary for request in engine.requests[:-2])
    assert list(translations) == tables.read(names_folder / "segments.parquet", SegmentRow)["text"].to_pylist()
    assert translations[ASKED[0]].startswith("Dzjengis Khan Vasten ")
    # Nothing is asked twice.
    table = (names_folder / "translations.parquet").read_bytes()
    again = Obedient()
    assert obey(names_folder, again) == translations
    assert again.requests == []
    assert (names_folder / "translations.parquet").read_bytes() == table


def test_a_question_that_the_memory_has_is_not_asked_again_with_a_glossary(names_folder: Path) -> None:
    without = Obedient()
    plain = obey(names_folder, without, names=False)
    assert not any(request.glossary for request in without.requests)
    engine = Obedient()
    assert obey(names_folder, engine) == plain
    assert engine.requests == []


def test_other_engines_get_all_texts_at_once(names_folder: Path) -> None:
    engine = Obedient()
    engine.glossary_first = False
    obey(names_folder, engine)
    (names_folder / "layout.parquet").unlink()  # it is not needed
    assert not any(request.glossary for request in engine.requests)
    obey(names_folder, engine)
