"""Whole translations through the real mtranslate, a local page, and a memory on disk."""

import random
from pathlib import Path
from time import sleep

import pytest
from spanferry.errors import InputError, TranslationError
from spanferry.records import CheckFailure
from spanferry.translation.checks import MARKED
from spanferry.translation.client.session import TranslationResult, TranslationSession
from spanferry.translation.client.setup import open_session
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Overloaded, Refused, Request, Translator
from spanferry.translation.memory.statistics import Imported, import_tmx
from spanferry.translation.memory.store import Scope, opened, quarantine_log, translation_log
from spanferry.translation.memory.tmx import write_tmx
from spanferry.translation.settings import TranslateSettings

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
    folder: Path, segments=SEGMENTS, tell=lambda notice: None, **settings
) -> tuple[list[TranslationResult], TranslationSession]:
    made = TranslateSettings(**{"timeout_s": 5.0, **settings})
    with open_session("mtranslate", ("en", "nl"), folder=folder, settings=made, tell=tell) as desk:
        return desk.translate(segments), desk


def good(segments=SEGMENTS) -> list[TranslationResult]:
    return [TranslationResult(dutch(segment.text)) for segment in segments]


def held(folder: Path) -> dict[str, str]:
    return {entry.text: entry.translation for entry in translation_log(folder).records()}


def test_each_text_is_asked_for_once_and_then_never_again(google, tmp_path):
    served = google(lambda text, n: dutch(text))
    segments = [*SEGMENTS, Segment(SENTENCES[0], "answer"), Segment("  ", "answer"), Segment("–", "answer")]
    results, desk = translate(tmp_path, segments)
    assert results == [*good(), TranslationResult(dutch(SENTENCES[0])), TranslationResult("  "), TranslationResult("–")]
    assert served.seen == dict.fromkeys(SENTENCES, 1)
    counts = desk.counts
    assert (counts.segments, counts.hits, counts.misses, counts.texts, counts.answered) == (8, 2, 6, 5, 5)
    assert (counts.requests, counts.retries, counts.characters) == (5, 0, sum(map(len, SENTENCES)))
    again, desk = translate(tmp_path, segments)
    assert again == results
    assert (desk.counts.hits, desk.counts.requests) == (8, 0)
    assert served.seen.total() == 5


def test_white_space_and_line_breaks_come_back_as_they_were(google, tmp_path):
    google(lambda text, n: f"  {dutch(text)}\n")
    results, _ = translate(tmp_path, [Segment(" The lock\n\tis shut in 1853. ", "sentence")])
    assert results == [TranslationResult(f" {dutch('The lock')}\n\t{dutch('is shut in 1853.')} ")]
    assert held(tmp_path) == {text: dutch(text) for text in ("The lock", "is shut in 1853.")}


def test_a_long_text_goes_in_pieces_that_the_page_takes(google, tmp_path):
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
def test_a_bad_answer_is_asked_for_again(google, hurried, tmp_path, name):
    served = google(lambda text, n: BAD[name] if n == 1 else dutch(text))
    results, desk = translate(tmp_path)
    assert results == good()
    assert held(tmp_path) == {text: dutch(text) for text in SENTENCES}
    assert served.seen == dict.fromkeys(SENTENCES, 2)
    assert desk.counts.retries == 5


def test_an_unchanged_answer_is_asked_for_again(google, hurried, tmp_path):
    google(lambda text, n: text if n == 1 else dutch(text))
    assert translate(tmp_path)[0] == good()


@pytest.mark.parametrize("workers", [1, 2, 16])
def test_all_faults_at_once_change_nothing_in_the_result(google, hurried, tmp_path, workers):
    dice = random.Random(workers)
    segments = [Segment(f"{text} {n}.", "sentence") for n in range(8) for text in SENTENCES]
    served = google(lambda text, n: dice.choice(list(BAD.values())) if dice.random() < 0.4 else dutch(text))
    results, _ = translate(tmp_path, segments, workers=workers, attempts=30)
    assert results == good(segments)
    assert held(tmp_path) == {segment.text: dutch(segment.text) for segment in segments}
    assert served.most_at_once <= workers


def test_what_the_page_has_nothing_for_is_given_up_and_not_asked_for_again(google, hurried, tmp_path):
    served = google(lambda text, n: Reply(PAGE) if text == SENTENCES[1] else dutch(text))
    results, desk = translate(tmp_path, attempts=4)
    assert results == [*good()[:1], TranslationResult(None, CheckFailure.EMPTY), *good()[2:]]
    assert desk.counts.quarantined == {CheckFailure.EMPTY: 1}
    assert SENTENCES[1] not in held(tmp_path)
    records = list(quarantine_log(tmp_path).records())
    assert {(record.text, record.fault, record.answer) for record in records} == {
        (SENTENCES[1], CheckFailure.EMPTY, "")
    }
    assert [(record.bad, record.final) for record in records] == [(1, False), (2, False), (3, False), (4, True)]
    asked = served.seen.total()
    again, desk = translate(tmp_path)
    assert again == results
    assert served.seen.total() == asked


def test_the_same_bad_words_again_and_again_are_the_last_ones(google, hurried, tmp_path):
    served = google(lambda text, n: "Sinds" if text == SENTENCES[4] else dutch(text))
    results, _ = translate(tmp_path)
    assert results[4] == TranslationResult(None, CheckFailure.TRUNCATED)
    assert served.seen[SENTENCES[4]] == 4
    assert [(record.answer, record.final) for record in quarantine_log(tmp_path).records()] == [
        *[("Sinds", False)] * 3,
        ("Sinds", True),
    ]


def test_bad_answers_are_remembered_when_a_run_is_cut_short(google, hurried, tmp_path):
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
def test_a_ban_is_sat_out_and_counts_against_no_text(google, hurried, tmp_path, ban):
    """More bad answers than a text may have, and then all is well."""
    requests = []

    def answer(text, n):
        requests.append(text)
        return ban if 2 < len(requests) < 60 else dutch(text)

    google(answer)
    results, desk = translate(tmp_path, attempts=3, longest_pause_s=0.01)
    assert results == good()
    assert not desk.counts.quarantined


STUBBORN = Segment(SENTENCES[1], "sentence")


@pytest.mark.parametrize("ban", [Reply(PAGE), Reply(status=503), Reply(status=400), SENTENCES[1]])
def test_a_text_alone_with_a_service_that_has_nothing_for_it_is_given_up(google, hurried, tmp_path, ban):
    """What was answered well tells that the service works: in the same desk, and in later runs."""
    google(lambda text, n: ban if text == SENTENCES[1] else dutch(text))
    settings = TranslateSettings(longest_pause_s=0.01, patience_hours=0.005)
    with open_session("mtranslate", ("en", "nl"), folder=tmp_path, settings=settings) as desk:
        assert desk.translate(SEGMENTS[2:]) == good()[2:]
        assert desk.translate([STUBBORN])[0].fault
    quarantine_log(tmp_path).path.unlink()
    assert translate(tmp_path, [STUBBORN], longest_pause_s=0.01, patience_hours=0.005)[0][0].fault


def test_what_a_person_translated_because_the_service_cannot_is_not_the_only_witness(google, hurried, tmp_path):
    google(lambda text, n: dutch(text) if text == SENTENCES[0] else Reply(PAGE))
    translate(tmp_path, SEGMENTS[:1])
    with opened(tmp_path, Scope("mtranslate", "en", "nl")) as memory:
        memory.put((text, "", dutch(text)) for text in SENTENCES[2:])
    results, _ = translate(tmp_path, [STUBBORN], longest_pause_s=0.01, patience_hours=0.005)
    assert results == [TranslationResult(None, CheckFailure.EMPTY)]


def test_a_service_that_gives_texts_back_is_not_taken_for_one_that_works(google, hurried, tmp_path):
    google(lambda text, n: dutch(text))
    translate(tmp_path, [*SEGMENTS[2:], Segment("Oostwerd", "answer"), Segment("1931", "answer")])
    google(lambda text, n: text)
    with pytest.raises(TranslationError, match="no good answer within"):
        translate(tmp_path, SEGMENTS[:2], longest_pause_s=0.01, patience_hours=0.0002)
    assert not quarantine_log(tmp_path).path.stat().st_size


def test_what_a_witness_is_answered_later_changes_nothing(google, hurried, tmp_path):
    google(lambda text, n: Reply(PAGE) if text == SENTENCES[1] else f"{dutch(text)[:-1]}, voor de {n}e keer.")
    results, _ = translate(tmp_path, SEGMENTS[:2], longest_pause_s=0.01)
    assert results[0] == TranslationResult(held(tmp_path)[SENTENCES[0]])


def test_a_hanging_page_is_not_waited_for(google, hurried, tmp_path):
    google(lambda text, n: Reply(hang=3) if n == 1 else dutch(text))
    assert translate(tmp_path, timeout_s=0.1)[0] == good()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_requests": 3, "workers": 1}, "translate.max_requests: 3 requests are sent; 2 texts are answered"),
        ({"max_hours": 1e-5}, "translate.max_hours: 1e-05 hours are over"),
        ({"patience_hours": 1e-5}, r"translate.patience_hours: no good answer within 1e-05 hours \(last: HTTP 429\)"),
    ],
)
def test_budgets_and_patience_end_a_run_with_all_saved(google, hurried, tmp_path, settings, told):
    served = google(lambda text, n: dutch(text) if text in SENTENCES[:2] else Reply(status=429))
    with pytest.raises(TranslationError, match=told):
        translate(tmp_path, **settings)
    kept = held(tmp_path)
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


class Shelf(Translator):
    """A local model that takes three texts at a time."""

    identity = "shelf"
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
def shelf(tmp_path, monkeypatch):
    engine = Shelf()
    monkeypatch.setattr("spanferry.translation.client.setup.build", lambda *_: engine)
    return engine


def at_shelf(folder: Path, segments) -> list[TranslationResult]:
    with open_session("shelf", ("en", "nl"), folder=folder) as desk:
        return desk.translate(segments)


def test_batches_and_contexts(shelf, tmp_path):
    context = "Along the river. "
    segments = [Segment(text, "sentence", context) for text in SENTENCES]
    results = at_shelf(tmp_path, segments)
    expected = [TranslationResult(f"{dutch(text)[:-1]} {len(context)}.") for text in SENTENCES]
    expected[3] = TranslationResult(None, CheckFailure.ERROR_PAGE)
    # In one batch with the bad one, and asked only once, for a model says the same again.
    expected[4] = TranslationResult(None, CheckFailure.ERROR_PAGE)
    assert results == expected
    assert [len(call) for call in shelf.calls] == [3, 1, 1, 1, 2]
    # Another paragraph is another question; the same one is held.
    shelf.calls.clear()
    assert at_shelf(tmp_path, segments) == results
    assert shelf.calls == []
    elsewhere = Segment(SENTENCES[0], "sentence", "Elsewhere.")
    assert at_shelf(tmp_path, [elsewhere]) == [TranslationResult(f"{dutch(SENTENCES[0])[:-1]} 10.")]
    # What a person has imported is right in every one.
    write_tmx(
        tmp_path / "better.tmx", [(SENTENCES[0], "De pont vaart in 9 minuten over."), ("quay", "kade")], "en", "nl"
    )
    assert import_tmx(tmp_path, Scope("shelf", "en", "nl"), tmp_path / "better.tmx") == Imported(1, 1, 0)
    assert at_shelf(tmp_path, [segments[0], elsewhere]) == [TranslationResult("De pont vaart in 9 minuten over.")] * 2
    assert import_tmx(tmp_path, Scope("shelf", "en", "nl"), tmp_path / "better.tmx") == Imported(0, 0, 2)


def test_an_engine_that_loses_count_is_stopped(shelf, tmp_path, monkeypatch):
    monkeypatch.setattr(Shelf, "translate", lambda self, batch: ["Een."])
    with pytest.raises(TranslationError, match="shelf: 1 translations for 3 texts"):
        at_shelf(tmp_path, SEGMENTS)


def test_a_model_that_fails_is_not_asked_for_ever(shelf, tmp_path, monkeypatch):
    def fail(self, batch):
        raise Overloaded("out of memory")

    monkeypatch.setattr(Shelf, "translate", fail)
    assert at_shelf(tmp_path, SEGMENTS) == [TranslationResult(None, CheckFailure.UNREACHABLE)] * 5


def test_an_offline_memory_names_what_it_lacks(tmp_path):
    tmx = tmp_path / "memory.tmx"
    write_tmx(tmx, [(SENTENCES[0], "Het veer."), ("a\nb", "a\nb!")], "en", "nl")
    with open_session("memory", ("en", "nl"), folder=tmp_path / "memory", tmx=tmx) as desk:
        assert desk.scope == Scope("memory", "en", "nl")
        assert desk.translate([SEGMENTS[0], Segment("a\nb", "answer"), Segment("[The] ferry", MARKED)]) == [
            TranslationResult("Het veer."),
            TranslationResult("a\nb!"),
            TranslationResult(None, CheckFailure.NOT_HELD),
        ]
        with pytest.raises(InputError) as caught:
            desk.translate(SEGMENTS)
    assert str(caught.value) == (
        'the translation memory does not hold the sentence "Its first captain was a fisherman\'s widow."'
        " (nor 3 more segments)"
    )
    assert not (tmp_path / "memory").exists()


def test_what_was_under_way_is_kept_when_the_engine_is_at_its_end(tmp_path, monkeypatch):
    class Spent(Shelf):
        batch = 1
        uses_context = False
        concurrency = 4

        def translate(self, batch):
            if batch[0].text == SENTENCES[0]:
                raise TranslationError("the quota is spent")
            sleep(0.05)
            return [dutch(batch[0].text)]

    monkeypatch.setattr("spanferry.translation.client.setup.build", lambda *_: Spent())
    with pytest.raises(TranslationError) as caught:
        at_shelf(tmp_path, SEGMENTS)
    assert str(caught.value) == (
        "shelf: the quota is spent; 3 texts are answered and kept, 2 are left; run again to go on"
    )
    assert set(held(tmp_path)) == set(SENTENCES[1:4])


def test_a_bug_in_an_engine_loses_no_answers(tmp_path, monkeypatch):
    class Broken(Shelf):
        batch = 1

        def translate(self, batch):
            if batch[0].text == SENTENCES[3]:
                raise RuntimeError("a bug")
            return [dutch(batch[0].text)]

    monkeypatch.setattr("spanferry.translation.client.setup.build", lambda *_: Broken())
    with pytest.raises(RuntimeError, match="a bug"):
        at_shelf(tmp_path, SEGMENTS)
    assert set(held(tmp_path)) == set(SENTENCES[:3])


def test_a_page_that_takes_only_the_plain_form_of_a_text_is_asked_in_it_again(hurried, tmp_path, monkeypatch):
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
