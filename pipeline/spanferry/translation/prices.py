"""The prices of translators: those of the table `prices.json`, or the user's own (`translators.<name>.price`).

A translator whose price is not known has none: nothing is guessed.
"""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from spanferry.translation.money import Amount, Currency, Price, Unit
from spanferry.translation.settings import OpenAISettings, TranslatorSettings

PRICES_FILE = Path(__file__).with_name("prices.json")


class PriceRow(Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table of prices: the price of a million units, and where it is stated.

    model: '' for all models of the engine. mode: '' for single requests. date: year and month of the source, or those
    in which an undated source was read.
    """

    engine: str
    model: str
    mode: str
    unit: Unit
    price: Amount
    currency: Currency
    date: Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}\Z")]
    source: str


def read_prices() -> list[PriceRow]:
    """Read the table of prices."""
    return msgspec.json.decode(PRICES_FILE.read_bytes(), type=list[PriceRow])


class KnownPrice(Struct, frozen=True):
    """A price, and where it comes from, in words."""

    price: Price
    source: str


def price_of(settings: TranslatorSettings) -> KnownPrice | None:
    """Return the price of a translator: its own, or else that of the table; None when neither has one.

    The prices of `openai` are those of its own endpoint. Another server may charge anything.
    """
    if settings.price:
        return KnownPrice(settings.price, "params.yaml")
    model = mode = ""
    if isinstance(settings, OpenAISettings):
        if settings.base_url:
            return None
        model = settings.model
        mode = "batch" if settings.mode == "batch" else ""
    return find_price(str(settings.__struct_config__.tag), model, mode)


def find_price(engine: str, model: str = "", mode: str = "") -> KnownPrice | None:
    """Return the price of an engine in the table; None if the table lacks it."""
    rows = [row for row in read_prices() if (row.engine, row.model, row.mode) == (engine, model, mode)]
    if not rows:
        return None
    units = {row.unit: row.price for row in rows}
    return KnownPrice(Price(rows[0].currency, **units), f"{rows[0].source} ({rows[0].date})")
