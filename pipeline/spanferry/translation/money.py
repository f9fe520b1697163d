"""The values of money: what usage costs, and how much a build may cost."""

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import asdict

from spanferry.translation.usage import Usage

MILLION = 1_000_000

Currency = Annotated[str, Meta(pattern=r"\A[A-Z]{3}\Z")]
"""An ISO 4217 code such as EUR."""
Amount = Annotated[float, Meta(ge=0, le=1e9)]
Unit = Literal["characters", "input_tokens", "output_tokens"]


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """The price of a translator per million units. A unit without an amount is free of charge."""

    currency: Currency
    characters: Amount | None = None
    """Of the texts that are sent, without their contexts."""

    input_tokens: Amount | None = None
    output_tokens: Amount | None = None

    def __post_init__(self) -> None:
        if self.characters is None and self.input_tokens is None and self.output_tokens is None:
            raise ValueError("needs characters, or input_tokens and output_tokens: a price per million of them")

    @property
    def is_free(self) -> bool:
        """Whether nothing costs anything."""
        return not (self.characters or self.input_tokens or self.output_tokens)

    @property
    def counts_tokens(self) -> bool:
        """Whether the cost depends on tokens, which are only estimated before a request is sent."""
        return bool(self.input_tokens or self.output_tokens)

    def cost(self, usage: Usage) -> float:
        """Return the cost of some usage, in `currency`."""
        millions = (
            usage.characters * (self.characters or 0)
            + usage.input_tokens * (self.input_tokens or 0)
            + usage.output_tokens * (self.output_tokens or 0)
        )
        return millions / MILLION


class MaxCost(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount of money."""

    amount: Annotated[float, Meta(gt=0, le=1e9)]
    currency: Currency


class Spent(Struct, frozen=True):
    """What a service has billed. cost: None if it is not known, or in several currencies."""

    usage: Usage
    cost: float | None = None
    currency: str | None = None


def describe_spent(spent: Spent | None) -> dict[str, object]:
    """Return the entry `spent` of a stage's report; {} if nothing is billed."""
    if spent is None:
        return {}
    cost = None if spent.cost is None else round(spent.cost, 6)
    return {"spent": {**asdict(spent.usage), "cost": cost, "currency": spent.currency}}
