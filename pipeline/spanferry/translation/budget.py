"""Keeps the cost of all translations of a project below `translate.max_cost`.

A request is sent only if the limit covers what was spent, what is under way, and what the request may cost. The ledger
(`memory.ledger`) has all of it, for all stages, corpora, translators and runs.
"""

from spanferry.errors import ParamsError
from spanferry.printing import show_amount
from spanferry.translation.memory.ledger import Ledger
from spanferry.translation.money import MaxCost, Price
from spanferry.translation.usage import Usage

# Tokens are only estimated before a request is sent. Until the first response shows what a request really costs, one
# request is under way at once, and this many times the estimate is set aside.
FIRST_MARGIN = 2.0
# After that, the estimates are corrected by what the responses cost on average, and this margin is for their variance.
LATER_MARGIN = 1.5
ROUNDING = 1e-9


class Budget:
    """The money that the translations of a project may cost. ledger: has what was spent and what is under way."""

    def __init__(self, limit: MaxCost, price: Price, ledger: Ledger) -> None:
        self.limit, self.price, self.ledger = limit, price, ledger

    @property
    def is_untried(self) -> bool:
        """Whether estimates may be wrong, and no response shows by how much."""
        return self.price.counts_tokens and not self.ledger.expected

    @property
    def margin(self) -> float:
        """The factor by which estimates are multiplied."""
        if self.is_untried:
            return FIRST_MARGIN
        ratio = self.ledger.billed / self.ledger.expected if self.ledger.expected else 1.0
        return max(1.0, ratio * LATER_MARGIN if self.price.counts_tokens else ratio)

    def allows(self, expected: Usage, under_way: int) -> bool:
        """Return whether a request can be sent now without exceeding the limit. under_way: the number of requests."""
        cost = self.price.cost(expected)
        if cost and self.is_untried and under_way:
            return False
        currency = self.limit.currency
        set_aside = (self.margin - 1) * self.ledger.cost_under_way(currency) + self.margin * cost
        return not cost or self.ledger.cost(currency) + set_aside <= self.limit.amount + ROUNDING

    @property
    def reason_to_stop(self) -> str:
        """The reason why nothing more is sent."""
        return (
            f"translate.max_cost: {show_amount(self.ledger.cost(self.limit.currency))} of"
            f" {show_amount(self.limit.amount)} {self.limit.currency} are spent, and the next request might exceed the"
            " limit"
        )


def limited_price(limit: MaxCost | None, price: Price | None, *, bills: bool, translator: str) -> Price | None:
    """Return the price of a translator whose requests the limit concerns; None if they cost nothing.

    bills: whether its service bills. Raises ParamsError if the limit cannot be compared with the price.
    """
    if limit is None or (price is None and not bills) or (price is not None and price.is_free):
        return None
    if price is None:
        raise ParamsError(
            f"params.yaml: translate.max_cost: the price of {translator!r} is not known;"
            f" set translators.{translator}.price"
        )
    if price.currency != limit.currency:
        raise ParamsError(
            f"params.yaml: translate.max_cost: is in {limit.currency}, but the price of {translator!r} in"
            f" {price.currency}; use one currency, or set translators.{translator}.price"
        )
    return price
