"""The models that people are offered."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from bot.domain.errors import Fault, ModelBusy
from bot.domain.offer import Offer
from bot.engine.offers import Offers
from tests.fakes.prices import FixedPrices
from tests.fakes.virtual_time import LoopClock, run
from tests.fakes.written_catalogue import WrittenCatalogue

DOWN = ModelBusy(Fault.SERVER, "503")


async def offered_after(catalogue: WrittenCatalogue, seconds: float) -> list[Offer]:
    offers = Offers(
        catalogue=catalogue,
        prices=FixedPrices(),
        clock=LoopClock(),
        configured=["usual", "spare", "usual"],
    )
    task = asyncio.create_task(offers.run())
    await asyncio.sleep(seconds)
    task.cancel()
    return offers.all()


async def seen_after(catalogue: WrittenCatalogue, seconds: float) -> list[str]:
    return [offer.model for offer in await offered_after(catalogue, seconds)]


def test_what_the_endpoint_lists_stands_behind_what_the_operator_set_up() -> None:
    catalogue = WrittenCatalogue(["another", "usual"])

    assert run(seen_after(catalogue, 1)) == ["usual", "spare", "another"]


def test_an_endpoint_that_fails_leaves_the_models_of_the_operator_and_is_asked_again() -> None:
    assert run(seen_after(WrittenCatalogue(DOWN), 1)) == ["usual", "spare"]
    assert run(seen_after(WrittenCatalogue(DOWN, ["late"]), 601)) == ["usual", "spare", "late"]


def test_a_list_that_was_had_once_stays_while_the_endpoint_fails() -> None:
    catalogue = WrittenCatalogue(["another"], DOWN)

    assert run(seen_after(catalogue, 6 * 3600 + 1)) == ["usual", "spare", "another"]
    assert catalogue.asked == 2


def test_each_comes_with_what_is_known_about_it() -> None:
    catalogue = WrittenCatalogue(["dear", "unpriced"])

    assert run(offered_after(catalogue, 1)) == [
        Offer("usual", Decimal("0.10"), Decimal("0.50"), 100_000),
        Offer("spare", Decimal("0.10"), Decimal("0.50"), 100_000),
        Offer("dear", Decimal(10), Decimal(50), 100_000),
        Offer("unpriced"),
    ]
