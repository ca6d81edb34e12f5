"""Prices of models, as a policy lists them, and what tokens cost by them."""

from __future__ import annotations

from tkledger.core.charges import MICRO, dollars, micro
from tkledger.core.field import Field, decimal, part_of
from tkledger.core.typing import Any, NamedTuple


class Price(NamedTuple):
    """US dollars for a million tokens that a model reads (``input``), and that it writes (``output``)."""

    input: str | None = None
    output: str | None = None


_PRICE = part_of(Price, (Field("input", decimal), Field("output", decimal)))


def price(raw: Any) -> Price:
    """A price with one of the two at least; raises ValueError."""
    made: Price = _PRICE(raw)
    if made == Price():
        raise ValueError("must have a price: input=1.25 output=10")
    return made


def cost_of(price: Price, tokens_in: int, tokens_out: int) -> str:
    """What so many tokens cost in US dollars, rounded up to a millionth: the unit in which costs are summed."""
    exact = tokens_in * micro(price.input or "0") + tokens_out * micro(price.output or "0")
    return dollars(-(-exact // MICRO))
