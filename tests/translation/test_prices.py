"""Tests of the table of prices and of the users' own."""

import msgspec
import pytest
from spanferry.translation.money import Price
from spanferry.translation.prices import price_of, read_prices
from spanferry.translation.settings import DeepLSettings, MarianSettings, MTranslateSettings, OpenAISettings
from spanferry.translation.usage import Usage


def test_every_row_has_a_date_and_a_source_and_is_there_once() -> None:
    rows = read_prices()
    assert all(row.source for row in rows)
    assert len({(row.engine, row.model, row.mode, row.unit) for row in rows}) == len(rows)
    for row in rows:  # the units of a model have one currency, since a price has one
        same = {other.currency for other in rows if (other.engine, other.model) == (row.engine, row.model)}
        assert same == {row.currency}


def test_the_users_price_comes_first() -> None:
    own = Price("GBP", characters=1)
    known = price_of(DeepLSettings(price=own))
    assert known is not None
    assert (known.price, known.source) == (own, "params.yaml")


def test_prices_of_the_table() -> None:
    known = price_of(DeepLSettings())
    assert known is not None
    assert known.price.cost(Usage(5, 2_000_000)) == pytest.approx(40)
    tokens = price_of(OpenAISettings(model="gpt-4o-mini"))
    assert tokens is not None
    assert tokens.price.cost(Usage(1, 10**9, 1_000_000, 1_000_000)) == pytest.approx(0.75)
    free = price_of(MTranslateSettings())
    assert free is not None
    assert free.price.cost(Usage(1, 10**9)) == 0


@pytest.mark.parametrize(
    "settings",
    [
        OpenAISettings(model="gpt-4o-mini-of-tomorrow"),
        OpenAISettings(model="gpt-4o-mini", base_url="http://127.0.0.1:1/v1"),
        MarianSettings(model="m"),
    ],
)
def test_nothing_is_guessed(settings) -> None:
    assert price_of(settings) is None


def test_a_price_without_an_amount_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="needs characters, or input_tokens and output_tokens"):
        msgspec.convert({"currency": "EUR"}, Price)
