"""Offers: the models that people can choose, with what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """A model; prices are US dollars per million tokens, None is not known (and never free)."""

    model: str
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    window: int | None = None  # tokens
