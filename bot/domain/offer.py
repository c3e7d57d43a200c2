"""Offers: the models that people can choose, with what is known about them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Offer:
    """A model; prices are US dollars per million tokens, None is not known (and not free)."""

    model: str
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    window: int | None = None  # tokens

    @property
    def has_price(self) -> bool:
        """Whether it is known what the model costs."""
        return self.input_price is not None and self.output_price is not None
