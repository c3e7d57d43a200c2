"""What `/usage` answers, asked over a local Discord."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from bot.domain.billing import DOLLAR, ScopeKind, money
from bot.domain.budget import Limits
from bot.domain.completion import Usage
from bot.domain.session import Place
from bot.playground import Channel, Message, Permission, Person
from tests.gateway.commands_house import House, opened
from tests.samples import call

CENT = 10_000_000  # nano-dollars
TOKENS = Usage(1000, 200, cached_tokens=800, reasoning_tokens=150)


async def _spend(
    house: House,
    cost: int | None,
    *,
    by: Person | None = None,
    place: Place | None = None,
    days_ago: int = 0,
    model: str = "gpt-usual",
    is_estimated: bool = False,
) -> None:
    person = by or house.ada
    spent = call(
        cost,
        at=datetime.now(UTC) - timedelta(days=days_ago),
        model=model,
        user_id=person.id,
        place=place or house.place(house.general),
        usage=TOKENS,
        is_estimated=is_estimated,
    )
    await house.store.record_calls([spent])


async def _asked(
    house: House, person: Person, line: str, *, channel: Channel | None = None, **options: object
) -> Message:
    outcome = await person.slash(channel or house.general, line, **options)
    answer = await outcome.answered()
    assert answer.ephemeral_to is person.user
    return answer


async def test_mine_is_what_i_used_wherever_it_was(house: House) -> None:
    await _spend(house, 2 * CENT)
    await _spend(house, 3 * CENT, place=Place(5, 6), model="gpt-dear")
    await _spend(house, 50 * CENT, by=house.bob)

    answer = await _asked(house, house.ada, "usage me")

    assert answer.content == (
        "**Your usage, last 30 days**\n"
        "$0.0500 · 2 calls\n"
        "2,000 tokens read, 1,600 of them from the cache · 400 written, 300 of them to think\n"
        "• `gpt-dear` $0.0300 · 1 call\n"
        "• `gpt-usual` $0.0200 · 1 call"
    )


async def test_the_chart_comes_as_a_picture_with_words_for_who_cannot_see_it(house: House) -> None:
    await _spend(house, 2 * CENT)

    answer = await _asked(house, house.ada, "usage me")

    (picture,) = answer.attachments
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert picture.filename == "usage.png"
    assert picture.description == (
        f"Cost per day, last 30 days (UTC): the most was $0.0200 on {today}."
    )
    assert Image.open(BytesIO(picture.data)).size == (800, 320)


async def test_how_far_it_looks_back_can_be_chosen(house: House) -> None:
    await _spend(house, 1 * CENT)
    await _spend(house, 2 * CENT, days_ago=6)
    await _spend(house, 4 * CENT, days_ago=29)
    await _spend(house, 8 * CENT, days_ago=89)
    await _spend(house, 16 * CENT, days_ago=90)

    said = [
        (await _asked(house, house.ada, "usage me", days=days)).content.splitlines()[1]
        for days in ("7", "30", "90")
    ]

    assert said == ["$0.0300 · 2 calls", "$0.0700 · 3 calls", "$0.1500 · 4 calls"]


def _make_manager(house: House, person: Person) -> None:
    role = house.local.add_role(house.guild, "managers", Permission.MANAGE_GUILD)
    house.local.give_role(house.guild, person, role)


async def test_a_channel_is_what_all_used_there(house: House) -> None:
    await _spend(house, 1 * CENT)
    await _spend(house, 2 * CENT, by=house.bob)
    await _spend(house, 4 * CENT, place=Place(5, house.guild.id))

    answer = await _asked(house, house.bob, "usage channel")

    assert answer.content.startswith("**Usage in this channel, last 30 days**\n$0.0300 · 2 calls")
    assert f"<@{house.ada.id}>" not in answer.content


async def test_a_server_names_who_used_most_to_who_may_manage_it(house: House) -> None:
    _make_manager(house, house.ada)
    await _spend(house, 1 * CENT)
    await _spend(house, 2 * CENT, by=house.bob, place=Place(5, house.guild.id))
    await _spend(house, 4 * CENT, place=Place(5, 6))

    answer = await _asked(house, house.ada, "usage server")

    assert answer.content.startswith("**Usage in this server, last 30 days**\n$0.0300 · 2 calls")
    assert answer.content.endswith(
        "Most was used by\n"
        f"• <@{house.bob.id}> $0.0200 · 1 call\n"
        f"• <@{house.ada.id}> $0.0100 · 1 call"
    )


async def test_a_server_is_shown_to_nobody_else(house: House) -> None:
    house.local.overwrite(house.general, house.bob, allow=Permission.MANAGE_MESSAGES)
    await _spend(house, 1 * CENT)

    outcome = await house.bob.slash(house.general, "usage server")

    assert outcome.answer is not None
    assert outcome.answer.content == (
        "What concerns the whole server is for those who manage it. It takes the permission "
        "Manage Server."
    )


async def test_in_a_direct_message_there_is_no_server(house: House) -> None:
    answer = await _asked(house, house.ada, "usage server", channel=house.local.dm(house.ada))

    assert answer.content == "There is no server here. `/usage me` shows what you used."


async def test_nothing_is_said_to_be_nothing_and_not_drawn(house: House) -> None:
    answer = await _asked(house, house.ada, "usage me")

    assert answer.content == "**Your usage, last 30 days**\nNothing was asked of a model."
    assert answer.attachments == ()


async def test_what_is_left_of_budgets_is_told() -> None:
    limits = {ScopeKind.MEMBER: Limits(day=50 * CENT, month=DOLLAR)}
    async with opened(limits=limits) as house:
        await _spend(house, 20 * CENT)

        in_server = await _asked(house, house.ada, "usage me")
        in_private = await _asked(house, house.ada, "usage me", channel=house.local.dm(house.ada))

    today, month = in_server.content.splitlines()[-2:]
    assert today.startswith("🪙 $0.2000 of $0.5000 is used today in this server; it begins")
    assert month.startswith("🪙 $0.2000 of $1.00 is used this month in this server; it begins")
    assert "🪙" not in in_private.content


async def test_what_has_no_price_is_not_free(house: House) -> None:
    await _spend(house, None, model="my-own`", is_estimated=True)

    answer = await _asked(house, house.ada, "usage me")

    assert answer.content == (
        "**Your usage, last 30 days**\n"
        "n/a · 1 call\n"
        "1,000 tokens read, 800 of them from the cache · 200 written, 150 of them to think\n"
        "• `my-own` n/a · 1 call\n"
        "-# n/a: I know no price for 1 call. The operator can set it (MODEL_PRICES).\n"
        "-# 1 call broke off or told no tokens, which are estimated here."
    )
    description = answer.attachments[0].description or ""
    assert description.startswith("Tokens per day, last 30 days (UTC): the most was 1,200 on ")


async def test_what_is_known_is_told_beside_what_is_not(house: House) -> None:
    await _spend(house, 1 * CENT)
    await _spend(house, None, model="my-own")

    answer = await _asked(house, house.ada, "usage me")

    assert "\n$0.0100 + n/a · 2 calls\n" in answer.content


async def test_many_models_and_long_names_fit_into_one_message(house: House) -> None:
    _make_manager(house, house.ada)
    for number in range(40):
        await _spend(house, number * CENT, model=f"{number}-{'m' * 200}")
        await _spend(house, CENT, place=Place(5, house.guild.id), by=house.bob)

    answer = await _asked(house, house.ada, "usage server")

    assert len(answer.content) < 2000
    assert "• other models $" in answer.content


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (0, "$0.00"),
        (1, "under $0.0001"),
        (100_000, "$0.0001"),
        (11_350_000, "$0.0114"),
        (1_500_000_000, "$1.50"),
        (1_234_567_000_000_000, "$1,234,567.00"),
    ],
)
def test_a_little_money_is_not_shown_as_none(cost: int, words: str) -> None:
    assert money(cost) == words
