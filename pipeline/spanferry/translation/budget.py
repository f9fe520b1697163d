"""Keeps the cost of a translation below `translate.max_cost`.

A request is sent only if the limit covers what was spent, what the requests under way may cost, and what this request
may cost. What was spent is read from the memory, so it counts over all runs and stages of a corpus.
"""

from collections.abc import Callable

from spanferry.errors import ParamsError
from spanferry.printing import show_amount
from spanferry.translation.money import MaxCost, Price
from spanferry.translation.usage import Usage, total_usage

# Tokens are only estimated before a request is sent, so that this many times the estimate is set aside. Characters are
# counted exactly.
TOKEN_MARGIN = 2.0


class Budget:
    """The money that the translation of a corpus may cost. spent: returns what was billed for the corpus so far."""

    def __init__(self, limit: MaxCost, price: Price, spent: Callable[[], Usage]) -> None:
        self.limit, self.price, self.spent = limit, price, spent
        self.margin = 1.0 if price.input_tokens is None and price.output_tokens is None else TOKEN_MARGIN
        self.under_way: list[Usage] = []

    def allows(self, expected: Usage) -> bool:
        """Return whether a request with this expected usage can be sent without exceeding the limit."""
        set_aside = self.price.cost(total_usage([*self.under_way, expected])) * self.margin
        return self.price.cost(self.spent()) + set_aside <= self.limit.amount

    def start(self, expected: Usage) -> None:
        """Set money aside for a request that is sent now."""
        self.under_way.append(expected)

    def finish(self, expected: Usage) -> None:
        """Release the money of a finished request. What it was billed is among what was spent."""
        self.under_way.remove(expected)

    @property
    def reason_to_stop(self) -> str:
        """The reason why nothing more is sent."""
        spent = self.price.cost(self.spent())
        return (
            f"translate.max_cost: {show_amount(spent)} of {show_amount(self.limit.amount)} {self.limit.currency} are"
            " spent, and the next request might exceed the limit"
        )


def check_max_cost(limit: MaxCost, price: Price | None, translator: str) -> Price:
    """Return the price of a translator that bills. Raises ParamsError if the limit cannot be compared with it."""
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
