"""The models that people are offered."""

from __future__ import annotations

import asyncio

from bot.domain.errors import Fault, ModelBusy
from bot.domain.offer import Offer
from bot.engine.offers import Offers
from tests.fakes.price_list import PriceList
from tests.fakes.virtual_time import LoopClock, run

DOWN = ModelBusy(Fault.SERVER, "503")


async def seen_after(catalogue: PriceList, seconds: float) -> list[str]:
    offers = Offers(catalogue=catalogue, clock=LoopClock(), configured=["usual", "spare", "usual"])
    task = asyncio.create_task(offers.run())
    await asyncio.sleep(seconds)
    task.cancel()
    return [offer.model for offer in offers.all()]


def test_what_the_endpoint_lists_stands_behind_what_the_operator_set_up() -> None:
    catalogue = PriceList([Offer("another"), Offer("usual")])

    assert run(seen_after(catalogue, 1)) == ["usual", "spare", "another"]


def test_an_endpoint_that_fails_leaves_the_models_of_the_operator_and_is_asked_again() -> None:
    assert run(seen_after(PriceList(DOWN), 1)) == ["usual", "spare"]
    assert run(seen_after(PriceList(DOWN, [Offer("late")]), 601)) == ["usual", "spare", "late"]


def test_a_list_that_was_had_once_stays_while_the_endpoint_fails() -> None:
    catalogue = PriceList([Offer("another")], DOWN)

    assert run(seen_after(catalogue, 6 * 3600 + 1)) == ["usual", "spare", "another"]
    assert catalogue.asked == 2
