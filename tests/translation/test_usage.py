"""Tests of the usage of services: how it is summed, booked to a purpose, and kept over runs."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from spanferry.errors import TranslationError
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request, Throttled, Translator
from spanferry.translation.memory.ledger import read_usage
from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.money import Price, Spent
from spanferry.translation.settings import TranslateSettings
from spanferry.translation.usage import Usage, UsageMeter, total_usage

from tests.support.standin import dutch

TEXTS = ["The quay is old.", "The ferry sank in 1887.", "A bell calls the ferry."]


class Billed(Translator):
    """A service that bills each response, also a bad one."""

    identity = "billed"
    remote = True

    def __init__(self) -> None:
        self.meter = UsageMeter()
        self.sent: list[str] = []

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        self.sent += [request.text for request in batch]
        self.meter.add(Usage(requests=1, characters=sum(len(request.text) for request in batch), output_tokens=3))
        return ["" if self.sent.count(request.text) == 1 else dutch(request.text) for request in batch]


def translate(folder: Path, purpose: str, texts: Sequence[str], **settings) -> tuple[Usage, Billed]:
    engine = Billed()
    with open_memory(folder, Scope("billed", "en", "nl")) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(**settings), ("en", "nl"), purpose=purpose)
        session.translate(Segment(text, "sentence") for text in texts)
        assert session.spent is not None
        return session.spent.usage, engine


def test_usage_is_summed():
    parts = [Usage(1, 20), Usage(input_tokens=5), Usage(1, 1, 1, 1)]
    assert total_usage(parts) == Usage(requests=2, characters=21, input_tokens=6, output_tokens=1)


def test_a_meter_is_emptied_when_it_is_read():
    meter = UsageMeter()
    meter.add(Usage(1, 5))
    meter.add(Usage(1, 6))
    meter.add(Usage(output_tokens=9), job="batch_1")
    assert meter.take() == {"": Usage(2, 11), "batch_1": Usage(output_tokens=9)}
    assert meter.take() == {}


def test_every_response_is_booked_to_its_purpose_also_by_later_runs(tmp_path, hurried):
    spent, engine = translate(tmp_path, "translate a", TEXTS[:2])
    assert len(engine.sent) == 4
    assert spent == Usage(requests=4, characters=2 * sum(map(len, TEXTS[:2])), output_tokens=12)
    assert translate(tmp_path, "translate a", TEXTS[:2])[0] == spent
    rescued, _ = translate(tmp_path, "rescue a", TEXTS)
    assert rescued == Usage(requests=2, characters=2 * len(TEXTS[2]), output_tokens=6)
    assert total_usage(read_usage(tmp_path)) == total_usage([spent, rescued])
    assert {entry.purpose for entry in read_usage(tmp_path)} == {"translate a", "rescue a"}


def test_a_run_that_fails_keeps_what_it_spent(tmp_path, hurried):
    with pytest.raises(TranslationError, match="max_requests"):
        translate(tmp_path, "translate a", TEXTS, max_requests=2)
    assert total_usage(read_usage(tmp_path)).requests == 2
    spent, _ = translate(tmp_path, "translate a", TEXTS)
    assert spent == total_usage(read_usage(tmp_path))
    assert spent.requests > 4


def test_a_job_counts_once_and_its_estimate_until_then(tmp_path):
    scope, price = Scope("billed", "en", "nl"), Price("EUR", input_tokens=1e6)
    for n in range(2):
        with open_memory(tmp_path, scope, price) as memory:
            ledger = memory.ledger
            ledger.book("translate a", Usage(input_tokens=9), "batch_1", estimated=True)
            assert (ledger.cost("EUR"), ledger.cost_under_way("EUR")) == ((9, 9) if n == 0 else (7, 0))
            ledger.book("translate a", Usage(input_tokens=7), "batch_1")
            ledger.book("translate a", Usage(input_tokens=8), "batch_1")
            assert (ledger.cost("EUR"), ledger.cost_under_way("EUR")) == (7, 0)
            assert ledger.spent_for("translate a") == Spent(Usage(input_tokens=7), 7.0, "EUR")
    assert total_usage(read_usage(tmp_path)) == Usage(input_tokens=7)


def test_what_was_spent_counts_over_all_settings_at_the_price_of_its_time(tmp_path):
    scopes = {"old": Price("EUR", characters=1e6), "new": Price("EUR", characters=2e6), "dollars": None}
    for name, price in scopes.items():
        with open_memory(tmp_path, Scope(name, "en", "nl"), price) as memory:
            memory.ledger.book("translate a", Usage(1, 10))
    with open_memory(tmp_path, Scope("new", "en", "nl"), Price("EUR", characters=9e6)) as memory:
        assert memory.ledger.cost("EUR") == 30
        assert memory.ledger.not_in("EUR") == ["1 requests without a known price"]
        assert memory.ledger.spent_for("translate a") == Spent(Usage(3, 30))
    with open_memory(tmp_path, Scope("dollars", "en", "nl"), Price("USD", characters=3e6)) as memory:
        assert memory.ledger.not_in("EUR") == ["30.00 USD"]
        assert memory.ledger.not_in("USD") == ["30.00 EUR"]


def test_an_engine_without_a_bill_spends_nothing(tmp_path):
    with open_memory(tmp_path, Scope("billed", "en", "nl")) as memory:
        engine = Billed()
        engine.meter = None
        assert TranslationSession(engine, memory, TranslateSettings(), ("en", "nl")).spent is None
    assert (tmp_path / "usage.jsonl").read_text() == ""


def test_an_engine_without_a_meter_spends_what_its_answers_cost_if_it_has_a_price(tmp_path, hurried):
    class Unmetered(Billed):
        def __init__(self) -> None:
            super().__init__()
            self.meter = None

        def translate(self, batch: Sequence[Request]) -> Sequence[str]:
            self.sent += [request.text for request in batch]
            if len(self.sent) == 1:
                raise Throttled("HTTP 429")
            return [dutch(request.text) for request in batch]

    engine, price = Unmetered(), Price("EUR", characters=1e6)
    with open_memory(tmp_path, Scope("billed", "en", "nl"), price) as memory:
        session = TranslationSession(engine, memory, TranslateSettings(), ("en", "nl"), price=price)
        session.translate(Segment(text, "sentence") for text in TEXTS)
        assert len(engine.sent) == 4
        characters = sum(map(len, TEXTS))
        assert session.spent == Spent(Usage(3, characters), characters, "EUR")
