"""Tests of TranslationSession with the real mtranslate, a local page, and a memory on disk."""

import random
from pathlib import Path
from time import sleep

import pytest
from spanferry.errors import InputError, TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.checks import MARKED
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment, TranslationResult
from spanferry.translation.engines.base import Overloaded, Refused, Request, Translator
from spanferry.translation.memory.exchange import ImportResult, import_tmx
from spanferry.translation.memory.store import Scope, open_memory, quarantine_log, translation_log
from spanferry.translation.memory.tmx import write_tmx
from spanferry.translation.settings import IdentitySettings, TranslateSettings

from tests.support.standin import CAPTCHA, PAGE, Reply, dutch

SENTENCES = [
    "The ferry crosses the river in 9 minutes.",
    "Its first captain was a fisherman's widow.",
    "In 1931 the steam engine made way for a diesel.",
    "A bell on the far bank calls the ferry.",
    "Since 2004 it takes bicycles, but no cars.",
]
SEGMENTS = [Segment(text, "sentence") for text in SENTENCES]


def translate(
    folder: Path, segments=SEGMENTS, notify=lambda message: None, **settings
) -> tuple[list[TranslationResult], TranslationSession]:
    made = TranslateSettings(**{"timeout_s": 5.0, **settings})
    with open_session("mtranslate", ("en", "nl"), folder=folder, settings=made, notify=notify) as session:
        return session.translate(segments), session


def good(segments=SEGMENTS) -> list[TranslationResult]:
    return [TranslationResult(dutch(segment.text)) for segment in segments]


def stored(folder: Path) -> dict[str, str]:
    return {entry.text: entry.translation for entry in translation_log(folder).records()}


def test_each_text_is_sent_once_and_then_never_again(google, tmp_path):
    served = google(lambda text, n: dutch(text))
    segments = [*SEGMENTS, Segment(SENTENCES[0], "answer"), Segment("  ", "answer"), Segment("–", "answer")]
    results, session = translate(tmp_path, segments)
    assert results == [*good(), TranslationResult(dutch(SENTENCES[0])), TranslationResult("  "), TranslationResult("–")]
    assert served.seen == dict.fromkeys(SENTENCES, 1)
    counts = session.counts
    assert (counts.segments, counts.hits, counts.misses, counts.texts, counts.answered) == (8, 2, 6, 5, 5)
    assert (counts.requests, counts.retries, counts.characters) == (5, 0, sum(map(len, SENTENCES)))
    again, session = translate(tmp_path, segments)
    assert again == results
    assert (session.counts.hits, session.counts.requests) == (8, 0)
    assert served.seen.total() == 5


def test_white_space_and_line_breaks_are_kept(google, tmp_path):
    google(lambda text, n: f"  {dutch(text)}\n")
    results, _ = translate(tmp_path, [Segment(" The lock\n\tis shut in 1853. ", "sentence")])
    assert results == [TranslationResult(f" {dutch('The lock')}\n\t{dutch('is shut in 1853.')} ")]
    assert stored(tmp_path) == {text: dutch(text) for text in ("The lock", "is shut in 1853.")}


def test_a_long_text_is_sent_in_chunks(google, tmp_path):
    served = google(lambda text, n: Reply(status=413) if len(text) > 4000 else dutch(text))
    long = " ".join(SENTENCES * 40)
    results, _ = translate(tmp_path, [Segment(long, "sentence")])
    assert results[0].text.replace("nl ", "") == dutch(long).removeprefix("nl ")
    assert len(served.seen) == 3


BAD = {
    "429": Reply(status=429, headers={"Retry-After": "0.01"}),
    "503": Reply(status=503),
    "no result": Reply(PAGE.format("")),
    "captcha": Reply(CAPTCHA),
    "reset": Reply(status=0),
    "error page": "Error 500 (Server Error)!!1500.That's an error.",
    "entities": "Het veer &quot;vaart&quot; in 1931 2004 9.",
    "half": "Het veer en",
    "script": "Паром 1931 2004 9.",
}


@pytest.mark.parametrize("name", BAD)
def test_a_text_with_a_bad_answer_is_sent_again(google, hurried, tmp_path, name):
    served = google(lambda text, n: BAD[name] if n == 1 else dutch(text))
    results, session = translate(tmp_path)
    assert results == good()
    assert stored(tmp_path) == {text: dutch(text) for text in SENTENCES}
    assert served.seen == dict.fromkeys(SENTENCES, 2)
    assert session.counts.retries == 5


def test_a_text_with_an_unchanged_answer_is_sent_again(google, hurried, tmp_path):
    google(lambda text, n: text if n == 1 else dutch(text))
    assert translate(tmp_path)[0] == good()


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_all_failures_at_once_change_nothing_in_the_result(google, hurried, tmp_path, workers):
    dice = random.Random(workers)
    segments = [Segment(f"{text} {n}.", "sentence") for n in range(8) for text in SENTENCES]
    served = google(lambda text, n: dice.choice(list(BAD.values())) if dice.random() < 0.4 else dutch(text))
    results, _ = translate(tmp_path, segments, workers=workers, attempts=30)
    assert results == good(segments)
    assert stored(tmp_path) == {segment.text: dutch(segment.text) for segment in segments}
    assert served.most_at_once <= workers


def test_a_text_without_any_result_is_given_up_and_not_sent_again(google, hurried, tmp_path):
    served = google(lambda text, n: Reply(PAGE) if text == SENTENCES[1] else dutch(text))
    results, session = translate(tmp_path, attempts=4)
    assert results == [*good()[:1], TranslationResult(None, CheckFailure.EMPTY), *good()[2:]]
    assert session.counts.quarantined == {CheckFailure.EMPTY: 1}
    assert SENTENCES[1] not in stored(tmp_path)
    records = list(quarantine_log(tmp_path).records())
    assert {(record.text, record.failure, record.answer) for record in records} == {
        (SENTENCES[1], CheckFailure.EMPTY, "")
    }
    assert [(record.failures, record.final) for record in records] == [(1, False), (2, False), (3, False), (4, True)]
    requests = served.seen.total()
    again, session = translate(tmp_path)
    assert again == results
    assert served.seen.total() == requests


def test_a_text_is_given_up_when_the_same_bad_answer_repeats(google, hurried, tmp_path):
    served = google(lambda text, n: "Sinds" if text == SENTENCES[4] else dutch(text))
    results, _ = translate(tmp_path)
    assert results[4] == TranslationResult(None, CheckFailure.TRUNCATED)
    assert served.seen[SENTENCES[4]] == 4
    assert [(record.answer, record.final) for record in quarantine_log(tmp_path).records()] == [
        *[("Sinds", False)] * 3,
        ("Sinds", True),
    ]


def test_bad_answers_count_in_the_next_run(google, hurried, tmp_path):
    served = google(lambda text, n: "Sinds" if text == SENTENCES[4] else dutch(text))
    with pytest.raises(TranslationError):
        translate(tmp_path, SEGMENTS[4:], max_requests=3)
    assert translate(tmp_path)[0][4] == TranslationResult(None, CheckFailure.TRUNCATED)
    assert served.seen[SENTENCES[4]] == 4


def test_a_text_that_breaks_every_connection_does_not_stop_the_others(google, hurried, tmp_path):
    google(lambda text, n: Reply(status=0) if text == SENTENCES[2] else dutch(text))
    results, _ = translate(tmp_path, attempts=3)
    assert results == [*good()[:2], TranslationResult(None, CheckFailure.UNREACHABLE), *good()[3:]]


@pytest.mark.parametrize("ban", [Reply(CAPTCHA), Reply(status=429), Reply(status=503), Reply(status=0)])
def test_a_ban_is_waited_out_and_counts_against_no_text(google, hurried, tmp_path, ban):
    """The service gives more bad answers than a text may have, and then works again."""
    requests = []

    def answer(text, n):
        requests.append(text)
        return ban if 2 < len(requests) < 60 else dutch(text)

    google(answer)
    results, session = translate(tmp_path, attempts=3, longest_pause_s=0.01)
    assert results == good()
    assert not session.counts.quarantined


STUBBORN = Segment(SENTENCES[1], "sentence")


@pytest.mark.parametrize("ban", [Reply(PAGE), Reply(status=503), Reply(status=400), SENTENCES[1]])
def test_a_single_text_without_any_result_is_given_up(google, hurried, tmp_path, ban):
    """Health checks with texts of the same session and of earlier runs show that the service works."""
    google(lambda text, n: ban if text == SENTENCES[1] else dutch(text))
    settings = TranslateSettings(longest_pause_s=0.01, patience_hours=0.005)
    with open_session("mtranslate", ("en", "nl"), folder=tmp_path, settings=settings) as session:
        assert session.translate(SEGMENTS[2:]) == good()[2:]
        assert session.translate([STUBBORN])[0].failure
    quarantine_log(tmp_path).path.unlink()
    assert translate(tmp_path, [STUBBORN], longest_pause_s=0.01, patience_hours=0.005)[0][0].failure


def test_a_health_check_that_fails_is_followed_by_one_with_another_text(google, hurried, tmp_path):
    google(lambda text, n: dutch(text) if text == SENTENCES[0] else Reply(PAGE))
    translate(tmp_path, SEGMENTS[:1])
    with open_memory(tmp_path, Scope("mtranslate", "en", "nl")) as memory:
        memory.add((text, "", dutch(text)) for text in SENTENCES[2:])
    results, _ = translate(tmp_path, [STUBBORN], longest_pause_s=0.01, patience_hours=0.005)
    assert results == [TranslationResult(None, CheckFailure.EMPTY)]


def test_a_service_that_echoes_texts_fails_its_health_checks(google, hurried, tmp_path):
    google(lambda text, n: dutch(text))
    translate(tmp_path, [*SEGMENTS[2:], Segment("Oostwerd", "answer"), Segment("1931", "answer")])
    google(lambda text, n: text)
    with pytest.raises(TranslationError, match="no good answer within"):
        translate(tmp_path, SEGMENTS[:2], longest_pause_s=0.01, patience_hours=0.0002)
    assert not quarantine_log(tmp_path).path.stat().st_size


def test_the_answer_to_a_health_check_is_not_stored(google, hurried, tmp_path):
    google(lambda text, n: Reply(PAGE) if text == SENTENCES[1] else f"{dutch(text)[:-1]}, voor de {n}e keer.")
    results, _ = translate(tmp_path, SEGMENTS[:2], longest_pause_s=0.01)
    assert results[0] == TranslationResult(stored(tmp_path)[SENTENCES[0]])


def test_a_hanging_page_times_out(google, hurried, tmp_path):
    google(lambda text, n: Reply(hang=3) if n == 1 else dutch(text))
    assert translate(tmp_path, timeout_s=0.1)[0] == good()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"max_requests": 3, "workers": 1},
            "translate.max_requests: 3 requests sent, which is the limit; 2 new translations saved",
        ),
        ({"max_hours": 1e-5}, "translate.max_hours: 1e-05 hours have passed"),
        ({"patience_hours": 1e-5}, r"translate.patience_hours: no good answer within 1e-05 hours \(last: HTTP 429\)"),
    ],
)
def test_budgets_and_patience_end_a_run_and_keep_its_answers(google, hurried, tmp_path, settings, message):
    served = google(lambda text, n: dutch(text) if text in SENTENCES[:2] else Reply(status=429))
    with pytest.raises(TranslationError, match=message):
        translate(tmp_path, **settings)
    kept = stored(tmp_path)
    assert set(kept) <= set(SENTENCES[:2])
    google(lambda text, n: dutch(text))
    assert translate(tmp_path)[0] == good()
    assert all(served.seen[text] == 1 for text in kept)


def test_a_retry_after_beyond_patience_ends_the_run_at_once(google, tmp_path):
    google(lambda text, n: Reply(status=429, headers={"Retry-After": "90000"}))
    with pytest.raises(TranslationError, match="no good answer within 24 hours"):
        translate(tmp_path, patience_hours=24)


def test_marked_sentences_may_lose_their_markers(google, tmp_path):
    google(lambda text, n: dutch(text.replace("[", "").replace("]", "")))
    segment = Segment("The ferry crosses [the river] in 9 minutes.", MARKED)
    assert translate(tmp_path, [segment])[0] == [TranslationResult(dutch("The ferry crosses the river in 9 minutes."))]


class LocalModel(Translator):
    """A local model that translates three texts at a time."""

    identity = "local_model"
    batch = 3
    uses_context = True

    def __init__(self) -> None:
        self.calls: list[list[Request]] = []

    def translate(self, batch):
        self.calls.append(list(batch))
        if any("widow" in request.text for request in batch) and len(batch) > 1:
            raise Refused("not this one")
        if any("bell" in request.text for request in batch):
            return ["Error 500"] * len(batch)
        return [f"{dutch(request.text)[:-1]} {len(request.context)}." for request in batch]


@pytest.fixture
def local_model(tmp_path, monkeypatch):
    engine = LocalModel()
    monkeypatch.setattr("spanferry.translation.client.setup.build_translator", lambda *_: engine)
    return engine


def translate_locally(folder: Path, segments) -> list[TranslationResult]:
    entries = {"local_model": IdentitySettings()}  # the engine is that of the fixture `local_model`
    with open_session("local_model", ("en", "nl"), folder=folder, translators=entries) as session:
        return session.translate(segments)


def test_batches_and_contexts(local_model, tmp_path):
    context = "Along the river. "
    segments = [Segment(text, "sentence", context) for text in SENTENCES]
    results = translate_locally(tmp_path, segments)
    expected = [TranslationResult(f"{dutch(text)[:-1]} {len(context)}.") for text in SENTENCES]
    expected[3] = TranslationResult(None, CheckFailure.ERROR_PAGE)
    # It was in a batch with the bad text. It is sent only once, because a model repeats its answers.
    expected[4] = TranslationResult(None, CheckFailure.ERROR_PAGE)
    assert results == expected
    assert [len(call) for call in local_model.calls] == [3, 1, 1, 1, 2]
    # The same paragraph is in the memory; another one is sent.
    local_model.calls.clear()
    assert translate_locally(tmp_path, segments) == results
    assert local_model.calls == []
    elsewhere = Segment(SENTENCES[0], "sentence", "Elsewhere.")
    assert translate_locally(tmp_path, [elsewhere]) == [TranslationResult(f"{dutch(SENTENCES[0])[:-1]} 10.")]
    # An imported translation is right in every paragraph.
    write_tmx(
        tmp_path / "better.tmx", [(SENTENCES[0], "De pont vaart in 9 minuten over."), ("quay", "kade")], "en", "nl"
    )
    assert import_tmx(tmp_path, Scope("local_model", "en", "nl"), tmp_path / "better.tmx") == ImportResult(1, 1, 0)
    assert (
        translate_locally(tmp_path, [segments[0], elsewhere])
        == [TranslationResult("De pont vaart in 9 minuten over.")] * 2
    )
    assert import_tmx(tmp_path, Scope("local_model", "en", "nl"), tmp_path / "better.tmx") == ImportResult(0, 0, 2)


def test_an_engine_that_returns_a_wrong_number_of_answers_is_stopped(local_model, tmp_path, monkeypatch):
    monkeypatch.setattr(LocalModel, "translate", lambda self, batch: ["Een."])
    with pytest.raises(TranslationError, match="local_model: the engine gave 1 translation for 3 texts"):
        translate_locally(tmp_path, SEGMENTS)


def test_a_model_that_always_fails_ends(local_model, tmp_path, monkeypatch):
    def fail(self, batch):
        raise Overloaded("out of memory")

    monkeypatch.setattr(LocalModel, "translate", fail)
    assert translate_locally(tmp_path, SEGMENTS) == [TranslationResult(None, CheckFailure.UNREACHABLE)] * 5


def test_an_offline_memory_names_missing_texts(tmp_path):
    tmx = tmp_path / "memory.tmx"
    write_tmx(tmx, [(SENTENCES[0], "Het veer."), ("a\nb", "a\nb!")], "en", "nl")
    with open_session("memory", ("en", "nl"), folder=tmp_path / "memory", tmx=tmx) as session:
        assert session.scope == Scope("memory", "en", "nl")
        assert session.translate([SEGMENTS[0], Segment("a\nb", "answer"), Segment("[The] ferry", MARKED)]) == [
            TranslationResult("Het veer."),
            TranslationResult("a\nb!"),
            TranslationResult(None, CheckFailure.NOT_HELD),
        ]
        with pytest.raises(InputError) as caught:
            session.translate(SEGMENTS)
    assert str(caught.value) == (
        "the corpus's own translations lack the sentence \"Its first captain was a fisherman's widow.\", the sentence "
        "'In 1931 the steam engine made way for a diesel.', the sentence 'A bell on the far bank calls the ferry.', "
        "the sentence 'Since 2004 it takes bicycles, but no cars.'; add them to its TMX file"
    )
    assert not (tmp_path / "memory").exists()


def test_pending_answers_are_kept_when_the_engine_ends_the_run(tmp_path, monkeypatch):
    class Spent(LocalModel):
        batch = 1
        uses_context = False
        concurrency = 4

        def translate(self, batch):
            if batch[0].text == SENTENCES[0]:
                raise TranslationError("the quota is spent")
            sleep(0.05)
            return [dutch(batch[0].text)]

    monkeypatch.setattr("spanferry.translation.client.setup.build_translator", lambda *_: Spent())
    with pytest.raises(TranslationError) as caught:
        translate_locally(tmp_path, SEGMENTS)
    assert str(caught.value) == (
        "local_model: the quota is spent; 3 new translations saved, 2 texts left; dvc repro goes on from here"
    )
    assert set(stored(tmp_path)) == set(SENTENCES[1:4])


def test_a_bug_in_an_engine_loses_no_answers(tmp_path, monkeypatch):
    class Broken(LocalModel):
        batch = 1

        def translate(self, batch):
            if batch[0].text == SENTENCES[3]:
                raise RuntimeError("a bug")
            return [dutch(batch[0].text)]

    monkeypatch.setattr("spanferry.translation.client.setup.build_translator", lambda *_: Broken())
    with pytest.raises(RuntimeError, match="a bug"):
        translate_locally(tmp_path, SEGMENTS)
    assert set(stored(tmp_path)) == set(SENTENCES[:3])


def test_a_text_is_sent_in_its_plain_form_again_when_other_forms_have_no_result(hurried, tmp_path, monkeypatch):
    sent = []

    def translated(text, target, source):
        sent.append(text)
        if text != text.strip():
            return ""
        return "Sinds" if sent.count(text) == 1 and text == SENTENCES[4] else dutch(text)

    monkeypatch.setattr("mtranslate.translate", translated)
    assert translate(tmp_path)[0] == good()
    text = SENTENCES[4]
    assert [form for form in sent if form.strip() == text] == [text, f"{text} ", f"{text} ", text]
