"""Tests of `translate.max_cost`, with an engine that bills."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any

import msgspec
import pytest
from spanferry.errors import ParamsError, TranslationError
from spanferry.printing import show_amount
from spanferry.translation.budget import Budget, limited_price
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Broken, Request, TimedOut, Translator
from spanferry.translation.engines.registry import build_translator
from spanferry.translation.memory.ledger import Ledger
from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.money import MaxCost, Price
from spanferry.translation.settings import TranslateSettings, TranslatorSettings
from spanferry.translation.usage import Usage, UsageMeter

from tests.support.behaviours import translate
from tests.support.interfaces import BatchInterface, serve
from tests.support.standin import dutch

SEGMENTS = [Segment(f"The ferry crosses river number {n}.", "sentence") for n in range(10, 30)]
LENGTH = len(SEGMENTS[0].text)
EUROS = Price("EUR", characters=1e6)  # one euro a character
LIMIT = 2500  # of two batch jobs, but not of three
TOKENS = Price("EUR", input_tokens=1e6, output_tokens=1e6)


class Billing(Translator):
    """A service that bills characters, and `tokens` times as many tokens as it is expected to."""

    identity = "billing"
    remote = True
    concurrency = 4

    def __init__(self, tokens: float = 2, latency: float = 0.0) -> None:
        self.meter = UsageMeter()
        self.tokens, self.latency = tokens, latency
        self.seen: list[str] = []

    def estimate(self, batch: Sequence[Request]) -> Usage:
        characters = sum(len(request.text) for request in batch)
        return Usage(1, characters, characters, characters)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        sleep(self.latency)
        characters = sum(len(request.text) for request in batch)
        tokens = round(self.tokens * characters)
        self.seen += [request.text for request in batch]
        self.bill(Usage(1, characters, tokens, tokens))
        return [dutch(request.text) for request in batch]


class Unmetered(Billing):
    """A service that does not say what it bills."""

    def __init__(self) -> None:
        super().__init__()
        self.meter = None


def run(
    folder: Path, amount: float, price: Price, purpose: str = "translate ferry", engine: Billing | None = None
) -> tuple[Billing, str]:
    """Translate; return the engine, and the message with which the run stopped."""
    engine = engine or Billing()
    settings = TranslateSettings(workers=4, max_cost=MaxCost(amount, "EUR"))
    with open_memory(folder, Scope(engine.identity, "en", "nl"), price) as memory:
        session = TranslationSession(engine, memory, settings, ("en", "nl"), purpose=purpose, price=price)
        try:
            session.translate(SEGMENTS)
        except TranslationError as error:
            return engine, str(error)
    return engine, ""


def cost_of(folder: Path) -> float:
    """Return what the ledger has, after it was read anew."""
    return Ledger(folder, "", "", "").cost("EUR")


@pytest.mark.parametrize(
    ("price", "engine"),
    [
        (EUROS, Billing),
        (EUROS, Unmetered),
        (TOKENS, Billing),
        (TOKENS, lambda: Billing(0.4, 0.003)),
        (TOKENS, lambda: Billing(9, 0.003)),
    ],
)
def test_the_limit_is_never_exceeded_and_nothing_is_asked_twice(
    tmp_path: Path, price: Price, engine: Callable[[], Billing]
) -> None:
    """Whatever a request really costs: with four workers, and over several runs."""
    tokens = round(engine().tokens * LENGTH)
    a_text = price.cost(Usage(1, LENGTH, tokens, tokens))
    seen: list[str] = []
    for limit in (4.5 * a_text, 4.5 * a_text, 12 * a_text, 41 * a_text):
        used, message = run(tmp_path, limit, price, engine=engine())
        seen += used.seen
        assert cost_of(tmp_path) == pytest.approx(len(seen) * a_text)
        assert len(seen) * a_text <= limit
        assert ("translate.max_cost" in message) == (len(seen) < len(SEGMENTS))
    assert sorted(seen) == sorted(segment.text for segment in SEGMENTS)


def test_the_message_says_what_is_spent_and_left(tmp_path: Path) -> None:
    engine, message = run(tmp_path, 4.5 * LENGTH, EUROS)
    assert len(engine.seen) == 4
    assert message == (
        f"billing: translate.max_cost: {4 * LENGTH}.00 of {4.5 * LENGTH:.2f} EUR are spent, and the next request might "
        "exceed the limit; 4 new translations saved, 16 texts left; dvc repro goes on from here"
    )
    assert run(tmp_path, 4.5 * LENGTH, EUROS)[0].seen == []  # it counts over all runs


def test_all_stages_corpora_and_settings_count(tmp_path: Path) -> None:
    for translator, purpose in (
        ("billing", "rescue ferry"),
        ("billing", "translate quay"),
        ("other", "translate ferry"),
    ):
        with open_memory(tmp_path, Scope(translator, "en", "nl"), EUROS) as memory:
            memory.ledger.book(purpose, Usage(1, LENGTH))
    assert len(run(tmp_path, 4.5 * LENGTH, EUROS)[0].seen) == 1


@pytest.mark.parametrize("lost", [TimedOut("timed out"), Broken("reset")])
def test_an_answer_that_was_lost_counts_since_it_may_be_billed(tmp_path: Path, lost: Exception, hurried: None) -> None:
    class Losing(Billing):
        def translate(self, batch: Sequence[Request]) -> Sequence[str]:
            if "lost" not in self.seen:
                self.seen.append("lost")
                raise lost
            return super().translate(batch)

    engine, message = run(tmp_path, 4.5 * LENGTH, EUROS, engine=Losing())
    assert (len(engine.seen), engine.seen.count("lost")) == (4, 1)
    assert "are spent" in message
    assert cost_of(tmp_path) == 4 * LENGTH


def test_what_a_killed_run_had_under_way_counts(tmp_path: Path) -> None:
    """The process ends without another word while four requests are under way."""
    script = f"""
import os
from pathlib import Path
from tests.translation import test_budget as t

class Dying(t.Billing):
    def translate(self, batch):
        t.sleep(0.2)
        os._exit(9)

t.run(Path({str(tmp_path)!r}), 1e6, t.EUROS, engine=Dying())
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert cost_of(tmp_path) == 4 * LENGTH
    assert len(run(tmp_path, 6.5 * LENGTH, EUROS)[0].seen) == 2


def test_a_request_waits_for_the_cost_of_those_under_way(tmp_path: Path) -> None:
    """Estimates that are too high do not end a run: requests go one by one then."""
    engine, _ = run(tmp_path, 8 * LENGTH, TOKENS, engine=Billing(0.1, 0.003))
    assert len(engine.seen) == len(SEGMENTS)


def test_the_margin_follows_what_responses_cost(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "billing", "en", "nl", TOKENS)
    ledger.log.open()
    budget = Budget(MaxCost(100, "EUR"), TOKENS, ledger)
    assert budget.allows(Usage(1, 0, 50), 0)
    assert not budget.allows(Usage(1, 0, 50), 1)  # the first request goes alone
    assert not budget.allows(Usage(1, 0, 51), 0)
    ledger.book("translate a", Usage(1, 0, 20), expected=Usage(1, 0, 10))
    assert budget.allows(Usage(1, 0, 26), 3)  # 20 + 26 * 2 * 1.5
    assert not budget.allows(Usage(1, 0, 27), 3)
    ledger.book("translate a", Usage(1, 0, 20), "job", estimated=True)
    assert budget.allows(Usage(1, 0, 6), 3)  # 20 + (20 + 6) * 3
    assert not budget.allows(Usage(1, 0, 7), 3)
    ledger.book("translate a", Usage(1, 0, 80), "job")
    assert budget.allows(Usage(), 3)
    assert not budget.allows(Usage(1, 0, 1), 0)
    assert Budget(MaxCost(130, "EUR"), EUROS, Ledger(tmp_path, "other", "en", "nl")).allows(Usage(1, 30), 3)
    ledger.log.close()


@pytest.mark.parametrize(
    ("price", "message"),
    [
        (None, "the price of 'gpt' is not known; set translators.gpt.price"),
        (
            Price("USD", characters=20),
            "is in EUR, but the price of 'gpt' in USD; use one currency, or set translators.gpt.price",
        ),
    ],
)
def test_a_limit_that_cannot_be_compared_is_refused(price: Price | None, message: str) -> None:
    with pytest.raises(ParamsError) as refused:
        limited_price(MaxCost(5, "EUR"), price, bills=True, translator="gpt")
    assert str(refused.value) == f"params.yaml: translate.max_cost: {message}"


def test_a_limit_does_not_concern_what_is_free() -> None:
    assert limited_price(MaxCost(5, "EUR"), Price("USD", characters=0), bills=False, translator="mtranslate") is None
    assert limited_price(MaxCost(5, "EUR"), None, bills=False, translator="marian") is None
    own = Price("EUR", characters=3)
    assert limited_price(MaxCost(5, "EUR"), own, bills=False, translator="marian") == own


def test_batch_jobs_stay_within_the_limit_and_paid_ones_are_collected_beyond_it(tmp_path: Path) -> None:
    """Two jobs fit. A run that has nothing left still collects what an earlier one paid for."""
    texts = [f"The {n}th boat came through the lock." for n in range(32)]
    price = {"price": {"currency": "EUR", "input_tokens": 1e6, "output_tokens": 1e6}, "job_requests": 2}
    with serve(BatchInterface(lambda text, n: dutch(text))) as served:
        settings = served.settings
        served.settings = lambda: settings() | price
        with pytest.raises(TranslationError, match="max_cost") as stopped:
            translate(served, tmp_path, texts, max_cost=MaxCost(LIMIT, "EUR"))
        spent = cost_of(tmp_path)
        assert 0 < len(served.batches) < 4
        assert 0 < spent <= LIMIT, str(stopped.value)
        served.settings = lambda: settings() | price | {"poll_s": 60.0}
        with pytest.raises(TranslationError, match="max_hours"):
            translate(served, tmp_path, texts, max_cost=MaxCost(1e6, "EUR"), max_hours=0.5 / 3600)
        created = len(served.batches)
        served.settings = lambda: settings() | price
        with suppress(TranslationError):
            translate(served, tmp_path, texts, max_cost=MaxCost(1, "EUR"))
        assert len(served.batches) == created
        translate(served, tmp_path, texts, max_cost=MaxCost(1e6, "EUR"))
        assert served.answered == dict.fromkeys(texts, 1)
        tokens = [line["response"]["body"]["usage"] for file in served.files.values() for line in result_lines(file)]
        real = sum(usage["prompt_tokens"] + usage["completion_tokens"] for usage in tokens)
        assert cost_of(tmp_path) == real
        assert served.violations == []


def test_a_job_that_is_half_done_says_how_good_the_estimate_of_that_half_was(tmp_path: Path) -> None:
    with open_memory(tmp_path, Scope("batch", "en", "nl"), TOKENS) as memory:
        memory.ledger.book("translate", Usage(4, 0, 400, 400), "job", estimated=True)
        memory.ledger.book("translate", Usage(2, 0, 600, 600), "job")
        assert (memory.ledger.expected, memory.ledger.billed) == (400, 1200)
        budget = Budget(MaxCost(5000, "EUR"), TOKENS, memory.ledger)
        assert budget.margin == pytest.approx(4.5)


def test_a_job_is_expected_before_the_one_is_billed_whose_expired_requests_it_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At no time does the ledger lack what the rest of an expired job will cost."""
    calls: list[tuple[str, str]] = []
    for name in ("expect", "add"):
        method = getattr(UsageMeter, name)

        def noted(meter: UsageMeter, usage: Usage, job: str, name: str = name, method: Any = method) -> None:
            calls.append((name, job))
            method(meter, usage, job)

        monkeypatch.setattr(UsageMeter, name, noted)
    texts = [f"The {n}th boat came through the lock." for n in range(16)]
    price = {"price": {"currency": "EUR", "input_tokens": 1e6, "output_tokens": 1e6}}
    with serve(BatchInterface(lambda text, n: dutch(text))) as served:
        settings = served.settings
        served.settings = lambda: settings() | price
        served.ends = ["expired"]
        translate(served, tmp_path, texts, max_cost=MaxCost(1e6, "EUR"))
        assert served.answered == dict.fromkeys(texts, 1)
    (_, first), (_, second), *_ = calls
    assert calls == [("expect", first), ("expect", second), ("add", first), ("add", second)]


def result_lines(file: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a results file of the stand-in; none of an uploaded file."""
    return [json.loads(line) for line in file["content"].splitlines()] if file["filename"] == "results.jsonl" else []


def test_markup_that_is_billed_is_estimated(tmp_path: Path) -> None:
    settings = {"engine": "google", "markers": [["<a>", "</a>"]]}
    request = Request("AT&T <a>ferry</a> & quay")
    engine = build_translator(
        "g", {"g": msgspec.convert(settings, TranslatorSettings)}, ("en", "nl"), TranslateSettings(), {}, tmp_path
    )
    assert engine.estimate([request]).characters == len("AT&amp;T <a>ferry</a> &amp; quay")
    assert engine.estimate([Request("AT&T")]).characters == 4


@pytest.mark.parametrize(("amount", "shown"), [(1234.5, "1,234.50"), (0, "0.00"), (0.01234, "0.0123")])
def test_show_amount(amount: float, shown: str) -> None:
    assert show_amount(amount) == shown
