"""Tests of `translate.max_cost`, with an engine that bills."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from spanferry.errors import ParamsError, TranslationError
from spanferry.printing import show_amount
from spanferry.translation.budget import Budget, check_max_cost
from spanferry.translation.client.session import TranslationSession
from spanferry.translation.client.tasks import Segment
from spanferry.translation.engines.base import Request, Translator
from spanferry.translation.memory.store import Scope, open_memory
from spanferry.translation.money import MaxCost, Price
from spanferry.translation.settings import TranslateSettings
from spanferry.translation.usage import Usage, UsageMeter

from tests.support.standin import dutch

SEGMENTS = [Segment(f"The ferry crosses river number {n}.", "sentence") for n in range(10, 30)]
LENGTH = len(SEGMENTS[0].text)
EUROS = Price("EUR", characters=1e6)  # one euro a character
TOKENS = Price("EUR", input_tokens=1e6, output_tokens=1e6)


class Billing(Translator):
    """A service that bills characters, and twice as many tokens as it is expected to."""

    identity = "billing"
    remote = True
    concurrency = 4

    def __init__(self) -> None:
        self.meter = UsageMeter()
        self.seen: list[str] = []

    def estimate(self, batch: Sequence[Request]) -> Usage:
        characters = sum(len(request.text) for request in batch)
        return Usage(1, characters, characters, characters)

    def translate(self, batch: Sequence[Request]) -> Sequence[str]:
        characters = sum(len(request.text) for request in batch)
        self.seen += [request.text for request in batch]
        assert self.meter is not None
        self.meter.add(Usage(1, characters, 2 * characters, 2 * characters))
        return [dutch(request.text) for request in batch]


def run(folder: Path, amount: float, price: Price, purpose: str = "translate ferry") -> tuple[Billing, str]:
    """Translate; return the engine, and the message with which the run stopped."""
    engine = Billing()
    settings = TranslateSettings(workers=4, max_cost=MaxCost(amount, "EUR"))
    with open_memory(folder, Scope("billing", "en", "nl")) as memory:
        session = TranslationSession(engine, memory, settings, ("en", "nl"), purpose=purpose, price=price)
        try:
            session.translate(SEGMENTS)
        except TranslationError as error:
            return engine, str(error)
    return engine, ""


@pytest.mark.parametrize("price", [EUROS, TOKENS])
def test_the_limit_is_never_exceeded_and_nothing_is_asked_twice(tmp_path: Path, price: Price) -> None:
    a_text = price.cost(Usage(1, LENGTH, 2 * LENGTH, 2 * LENGTH))
    seen: list[str] = []
    for limit in (4.5 * a_text, 4.5 * a_text, 12 * a_text, 25 * a_text):
        engine, message = run(tmp_path, limit, price)
        seen += engine.seen
        assert len(seen) * a_text <= limit
        assert ("translate.max_cost" in message) == (len(seen) < len(SEGMENTS))
    assert sorted(seen) == sorted(segment.text for segment in SEGMENTS)


def test_the_message_says_what_is_spent_and_left(tmp_path: Path) -> None:
    engine, message = run(tmp_path, 4.5 * LENGTH, EUROS)
    assert len(engine.seen) == 4
    assert message == (
        f"billing: translate.max_cost: {4 * LENGTH}.00 of {4.5 * LENGTH:.2f} EUR are spent, and the next request might "
        "exceed the limit; 4 texts are translated and stored, 16 are left; run again to continue"
    )
    assert run(tmp_path, 4.5 * LENGTH, EUROS)[0].seen == []  # it counts over all runs


def test_all_stages_of_a_corpus_count_and_no_other_corpus(tmp_path: Path) -> None:
    with open_memory(tmp_path, Scope("billing", "en", "nl")) as memory:
        memory.add_usage("rescue ferry", {"": Usage(1, 3 * LENGTH)})
        memory.add_usage("rescue quay", {"": Usage(1, 1000 * LENGTH)})
    assert len(run(tmp_path, 4.5 * LENGTH, EUROS)[0].seen) == 1


def test_money_is_set_aside_for_requests_under_way() -> None:
    spent = Usage(0, 10)
    budget = Budget(MaxCost(100, "EUR"), EUROS, lambda: spent)
    assert budget.allows(Usage(1, 90))
    assert not budget.allows(Usage(1, 91))
    budget.start(Usage(1, 50))
    assert budget.allows(Usage(1, 40))
    assert not budget.allows(Usage(1, 41))
    budget.finish(Usage(1, 50))
    assert budget.allows(Usage(1, 90))
    assert not Budget(MaxCost(100, "EUR"), TOKENS, Usage).allows(Usage(1, 1, 51, 0))


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
        check_max_cost(MaxCost(5, "EUR"), price, "gpt")
    assert str(refused.value) == f"params.yaml: translate.max_cost: {message}"


@pytest.mark.parametrize(("amount", "shown"), [(1234.5, "1,234.50"), (0, "0.00"), (0.01234, "0.0123")])
def test_show_amount(amount: float, shown: str) -> None:
    assert show_amount(amount) == shown
