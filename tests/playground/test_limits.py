from __future__ import annotations

import asyncio
import time

import aiohttp
import discord
import pytest

from bot.playground import Channel, Guild, LocalDiscord, Person, Rules
from tests.playground.conftest import BotClient, Rest, text_channel


async def test_the_headers_make_discord_py_wait_before_the_limit(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    channel = text_channel(client, general)
    begun = time.monotonic()

    for number in range(6):
        await channel.send(str(number))

    assert time.monotonic() - begun > 4.5
    assert local.too_many_requests == 0
    assert len(general.messages) == 6


async def test_a_bucket_tells_how_full_it_is(rest: Rest, general: Channel) -> None:
    path = f"/channels/{general.id}/messages"

    answers = [await rest("POST", path, {"content": "x"}) for _ in range(6)]

    remaining = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert remaining == ["4", "3", "2", "1", "0", "0"]
    assert [answer.status for answer in answers] == [200] * 5 + [429]
    refusal = answers[-1]
    assert refusal.headers["X-RateLimit-Scope"] == "user"
    assert refusal.headers["X-RateLimit-Limit"] == "5"
    assert "Via" in refusal.headers
    assert refusal.body["global"] is False
    wait = refusal.body["retry_after"]
    assert isinstance(wait, float)
    assert 4 < wait <= 5


async def test_channels_are_counted_apart(
    local: LocalDiscord, home: Guild, rest: Rest, general: Channel
) -> None:
    other = local.add_channel(home, "other")

    for channel in (general, other):
        for _ in range(5):
            await rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})

    assert local.too_many_requests == 0


async def test_fifty_requests_a_second_are_the_limit(local: LocalDiscord, rest: Rest) -> None:
    answers = await asyncio.gather(*(rest("GET", "/users/@me") for _ in range(60)))

    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) == 10
    assert refused[0].headers["X-RateLimit-Global"] == "true"
    assert refused[0].body["global"] is True
    assert local.limits.too_many == {"global": 10}
    assert local.limits.invalid_requests == 10


class TestWithFewInvalidRequests:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, most_invalid_requests=2)

    async def test_too_many_invalid_requests_get_the_address_banned(
        self, local: LocalDiscord, client: BotClient, general: Channel, rest: Rest
    ) -> None:
        for _ in range(2):
            await rest("GET", "/users/@me", token="wrong")  # noqa: S106 - that it is wrong is the point

        with pytest.raises(discord.HTTPException) as refusal:
            await text_channel(client, general).send("hi")

        assert refusal.value.status == 429
        assert general.messages == []
        assert local.limits.too_many == {"banned": 1}


async def test_answers_to_interactions_are_not_counted(local: LocalDiscord, rest: Rest) -> None:
    path = f"/webhooks/{local.bot.id}/token/messages/@original"

    answers = await asyncio.gather(*(rest("GET", path) for _ in range(60)))

    assert {answer.status for answer in answers} == {401}
    assert {answer.code for answer in answers} == {50027}


class TestWithoutLimits:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, rate_limits=False)

    async def test_anything_goes_and_quickly(self, rest: Rest, general: Channel) -> None:
        path = f"/channels/{general.id}/messages"

        answers = await asyncio.gather(*(rest("POST", path, {"content": "x"}) for _ in range(200)))

        assert {answer.status for answer in answers} == {200}


async def test_a_channel_is_renamed_twice_in_ten_minutes_and_may_be_changed_otherwise(
    rest: Rest, general: Channel
) -> None:
    made = await rest("POST", f"/channels/{general.id}/threads", {"name": "talk", "type": 11})
    path = f"/channels/{made.body['id']}"

    renamed = [await rest("PATCH", path, {"name": f"talk {n}"}) for n in range(3)]
    archived = await rest("PATCH", path, {"archived": True})

    assert [answer.status for answer in renamed] == [200, 200, 429]
    wait = renamed[-1].body["retry_after"]
    assert isinstance(wait, float)
    assert 590 < wait <= 600
    assert archived.status == 200


class TestWithOldMessages:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, old_message=-1.0)

    async def test_old_messages_are_edited_thrice_in_six_seconds(
        self, rest: Rest, general: Channel
    ) -> None:
        made = await rest("POST", f"/channels/{general.id}/messages", {"content": "x"})
        path = f"/channels/{general.id}/messages/{made.body['id']}"

        answers = [await rest("PATCH", path, {"content": str(n)}) for n in range(4)]

        assert [answer.status for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].code == 30046


async def test_a_made_429_is_waited_for_and_tried_again(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    local.faults.too_many("POST", "/channels/*/messages", retry_after=0.1)

    await text_channel(client, general).send("hi")

    assert len(general.messages) == 1
    assert local.limits.too_many == {"made": 1}


async def test_a_429_of_cloudflare_is_not_tried_again(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    local.faults.too_many("POST", "/channels/*/messages", via=False)

    with pytest.raises(discord.HTTPException) as refusal:
        await text_channel(client, general).send("hi")

    assert refusal.value.status == 429
    assert general.messages == []


async def test_a_503_surfaces_and_has_no_effect(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    rule = local.faults.answer(503, "POST", "/channels/*/messages")
    channel = text_channel(client, general)

    with pytest.raises(discord.DiscordServerError):
        await channel.send("lost")
    await channel.send("kept")

    assert [message.content for message in general.messages] == ["kept"]
    assert rule.hits == 1


async def test_an_answer_can_be_lost_after_the_effect(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    local.faults.drop("POST", f"/channels/{general.id}/messages", after_effect=True)

    with pytest.raises(aiohttp.ClientConnectionError):
        await text_channel(client, general).send("there all the same")

    assert [message.content for message in general.messages] == ["there all the same"]


async def test_a_request_can_be_lost_before_the_effect(
    local: LocalDiscord, client: BotClient, general: Channel
) -> None:
    local.faults.drop("POST", "/channels/*/messages", after_effect=False)

    with pytest.raises(aiohttp.ClientConnectionError):
        await text_channel(client, general).send("never there")

    assert general.messages == []


async def test_the_effect_can_come_long_before_the_answer(
    local: LocalDiscord, rest: Rest, general: Channel
) -> None:
    local.faults.delay(0.2, "POST", "/channels/*/messages", after_effect=True)
    asking = asyncio.create_task(rest("POST", f"/channels/{general.id}/messages", {"content": "x"}))

    await local.until(lambda: general.messages)

    assert not asking.done()
    assert (await asking).status == 200


async def test_a_rule_can_skip_stop_and_choose(
    local: LocalDiscord, rest: Rest, general: Channel
) -> None:
    local.faults.answer(500, "POST", skip=1, times=2, where=lambda body: "x" in str(body))
    path = f"/channels/{general.id}/messages"

    said = ["x", "y", "x", "x", "x"]
    statuses = [(await rest("POST", path, {"content": each})).status for each in said]

    assert statuses == [200, 200, 500, 500, 200]


async def test_chance_comes_from_the_seed() -> None:
    hits = []
    for _ in range(2):
        async with LocalDiscord(seed=7, rules=Rules(rate_limits=False)) as discord_:
            discord_.faults.answer(500, times=None, chance=0.5)
            guild = discord_.add_guild("Home")
            ada = discord_.add_person("Ada", guilds=[guild])
            hits.append(await _statuses(discord_, ada))

    assert hits[0] == hits[1]
    assert set(hits[0]) == {200, 500}


async def _statuses(local: LocalDiscord, ada: Person) -> list[int]:
    async with aiohttp.ClientSession() as session:
        rest = Rest(session, local)
        return [(await rest("GET", f"/users/{ada.id}")).status for _ in range(20)]
