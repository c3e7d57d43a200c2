"""Offers: the models to choose from, asked for at the start and then rarely.

Nobody waits for it: what people are offered is what was said last, and until then the models
that the operator set up.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.domain.errors import ModelError
from bot.domain.offer import Offer
from bot.ports import Catalogue, Clock, Prices

log = logging.getLogger(__name__)

ASKED_EVERY = 6 * 3600.0  # seconds
ASKED_AGAIN_AFTER = 600.0  # seconds, when that failed


class Offers:
    """Knows the models that can be chosen; those of the operator come first."""

    def __init__(
        self, *, catalogue: Catalogue, prices: Prices, clock: Clock, configured: Sequence[str]
    ) -> None:
        self._catalogue = catalogue
        self._prices = prices
        self._clock = clock
        self._configured = {model: prices.offer(model) for model in configured}
        self._listed: tuple[Offer, ...] = ()

    def all(self) -> list[Offer]:
        """Return what can be chosen."""
        others = (each for each in self._listed if each.model not in self._configured)
        return [*self._configured.values(), *others]

    def like(self, typed: str) -> list[Offer]:
        """Return what can be chosen with those letters in its name."""
        return [each for each in self.all() if typed.casefold() in each.model.casefold()]

    async def run(self) -> None:
        """Keep the list up to date, until cancelled."""
        while True:
            await self._clock.sleep(ASKED_EVERY if await self._has_asked() else ASKED_AGAIN_AFTER)

    async def _has_asked(self) -> bool:
        try:
            self._listed = tuple(map(self._prices.offer, await self._catalogue.models()))
        except ModelError as error:
            log.warning("event=models_not_listed fault=%s reason=%s", error.fault, error)
            return False
        log.info("event=models_listed count=%d", len(self._listed))
        return True
