"""Staying connected: what is tried again, what ends it, and what the operator reads."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import NoReturn

import aiohttp
import discord
import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.domain.errors import MessengerBusy
from bot.domain.session import Place
from bot.gateway.client import SILENT_AFTER
from bot.gateway.connection import Unwelcome, point_at
from bot.playground import LocalDiscord, Rules
from bot.playground.gateway.session import encode
from tests.gateway.commands_house import pointed_at
from tests.gateway.listeners import Ears, Hands, connection_to, listening


class Patience:
    """A clock on which nobody waits, and which ends the story after so many waits."""

    def __init__(self, waits: int, *, connected_for: float = 0.0) -> None:
        self.waited: list[float] = []
        self._waits = waits
        self._seconds = 0.0
        self._connected_for = connected_for

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        self._seconds += self._connected_for
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == self._waits:
            raise Unwelcome("the story is over")


async def ending(local: LocalDiscord, *, token: str | None = None) -> Unwelcome:
    """Return what a connection ends with."""
    connection = connection_to(local.api_url, SystemClock(), token or local.token)
    async with asyncio.timeout(10):
        with pytest.raises(Unwelcome) as caught:
            await connection.run(Ears(), Hands())
    return caught.value


async def test_messages_are_heard_in_the_order_in_which_they_came(local: LocalDiscord) -> None:
    guild = local.add_guild("Home")
    general, ada = local.add_channel(guild, "general"), local.add_person("Ada", guilds=[guild])
    ears = Ears()

    async with listening(local, ears):
        await local.bot_ready()
        for number in range(50):
            await ada.say(general, f"{number}")
        await ears.have_heard(50)

    assert ears.heard == [f"{number}" for number in range(50)]


async def test_the_gateway_is_where_discord_says_it_is(local: LocalDiscord) -> None:
    async with listening(local, Ears()):
        await local.bot_ready()

    assert local.requests[0].route == "/gateway/bot"
    assert local.requests[0].status == 200


async def test_a_bug_in_a_handler_costs_one_message(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    guild = local.add_guild("Home")
    general, ada = local.add_channel(guild, "general"), local.add_person("Ada", guilds=[guild])
    ears = Ears()

    async with listening(local, ears):
        await local.bot_ready()
        await ada.say(general, "a bug")
        await ada.say(general, "after it")
        await ears.have_heard(1)

    assert ears.heard == ["after it"]
    assert "event=handler_failed handler=on_message" in caplog.text
    assert "ValueError" in caplog.text
    assert local.gateway.identifies == 1


class TardyHands(Hands):
    """Hands that come to Discord only after the client was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_over = asyncio.Event()
        self.have_tried = asyncio.Event()

    async def interact(self, interaction: discord.Interaction) -> NoReturn:
        await self.is_over.wait()
        self.have_tried.set()
        await self.clients[0].http.get_bot_gateway()
        raise AssertionError(interaction)


async def test_a_handler_whose_client_was_closed_is_no_bug(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    hands = TardyHands()

    async with listening(local, Ears(), hands):
        await local.bot_ready()
        hands.clients[0].dispatch("interaction", None)
        await asyncio.sleep(0)
    hands.is_over.set()
    await hands.have_tried.wait()
    await asyncio.sleep(0)

    assert "event=handler_cut_short handler=on_interaction" in caplog.text
    assert "Session is closed" in caplog.text
    assert "event=handler_failed" not in caplog.text


async def test_what_is_owed_is_taken_up_at_every_login_and_the_messenger_stays(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    general = local.add_channel(local.add_guild("Home"), "general")
    ears, hands = Ears(), Hands(failures=1)

    async with listening(local, ears, hands) as connection:
        messenger = connection.messenger
        with pytest.raises(MessengerBusy):
            await messenger.read(Place(general.id, 1), 5)
        await local.bot_ready()
        assert await messenger.read(Place(general.id, 1), 5) is None

    assert "LookupError: a bug of ours" in caplog.text
    assert len(hands.clients) == 2
    assert hands.clients[0].is_closed()
    assert ears.resumed == 1


async def test_an_event_that_discord_py_cannot_read_ends_one_client_only(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    hands = Hands()

    async with listening(local, Ears(), hands):
        await local.bot_ready()
        (connection,) = local.gateway.connections
        connection.send(encode({"op": 0, "t": "MESSAGE_CREATE", "s": 99, "d": {}}))
        await local.until(lambda: local.gateway.identifies == 2)

    assert len(hands.clients) == 2
    assert "event=disconnected" in caplog.text
    assert "KeyError" in caplog.text


async def test_a_discord_that_is_not_there_yet_is_waited_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with LocalDiscord() as before:
        port = int(before.base_url.rpartition(":")[2])
    later = LocalDiscord(port=port, token=before.token)

    with pointed_at(before):
        async with listening(before, Ears()) as connection:
            with pytest.raises(MessengerBusy):
                await connection.messenger.read(Place(7, 70), 1)
            async with later:
                await later.bot_ready()

    assert "event=disconnected" in caplog.text
    assert "ClientConnectorError" in caplog.text


async def test_who_wants_to_stop_need_not_wait_for_discord() -> None:
    async with LocalDiscord() as gone:
        pass

    with pointed_at(gone):
        async with asyncio.timeout(2), listening(gone, Ears()):
            pass


async def test_the_waits_grow_and_spare_the_sessions_that_a_day_has() -> None:
    async with LocalDiscord() as gone:
        pass
    clock = Patience(10)

    with pointed_at(gone), pytest.raises(Unwelcome):
        await connection_to(gone.api_url, clock, "token").run(Ears(), Hands())

    assert clock.waited == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 90.0, 90.0, 90.0]


async def test_after_a_long_connection_the_next_trouble_is_a_new_one() -> None:
    async with LocalDiscord() as gone:
        pass
    clock = Patience(3, connected_for=601.0)

    with pointed_at(gone), pytest.raises(Unwelcome):
        await connection_to(gone.api_url, clock, "token").run(Ears(), Hands())

    assert clock.waited == [0.5, 0.5, 0.5]


async def test_what_is_said_while_the_line_is_down_is_heard_when_it_is_up(
    local: LocalDiscord,
) -> None:
    guild = local.add_guild("Home")
    general, ada = local.add_channel(guild, "general"), local.add_person("Ada", guilds=[guild])
    ears, hands = Ears(), Hands()

    async with listening(local, ears, hands):
        await local.bot_ready()
        local.gateway.drop()
        await ada.say(general, "is anybody there?")
        await ears.have_heard(1)

    assert (local.gateway.identifies, local.gateway.resumes) == (1, 1)
    assert len(hands.clients) == 1


async def test_a_wrong_token_is_tried_once(local: LocalDiscord) -> None:
    error = await ending(local, token="wrong")  # noqa: S106  # it is

    assert "DISCORD_TOKEN" in str(error)
    assert local.limits.invalid_requests == 1


async def test_a_token_that_discord_refuses_at_login_is_tried_once(local: LocalDiscord) -> None:
    local.faults.answer(401, "GET", "/users/@me", times=None)

    error = await ending(local)

    assert "DISCORD_TOKEN" in str(error)
    assert [request.status for request in local.requests] == [200, 401]


@pytest.mark.parametrize(
    ("code", "words"),
    [(4004, "DISCORD_TOKEN"), (4011, "more servers"), (4012, "update it"), (4013, "intents")],
)
async def test_what_the_gateway_says_for_good_is_not_tried_again(
    local: LocalDiscord, code: int, words: str
) -> None:
    async with asyncio.TaskGroup() as group:
        end = group.create_task(ending(local))
        await local.bot_ready()
        local.gateway.drop(code=code)

    assert words in str(end.result())
    assert local.gateway.identifies == 1


async def test_without_the_intent_it_goes_on_and_says_once_how_to_get_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with LocalDiscord(rules=Rules(identify_every=0.0, message_content=False)) as local:
        guild = local.add_guild("Home")
        general = local.add_channel(guild, "general")
        ada = local.add_person("Ada", guilds=[guild])
        ears = Ears()
        with pointed_at(local):
            async with listening(local, ears):
                await local.bot_ready()
                await ada.say(general, "what nobody hears")
                await ada.say(general, "<@bot> and this")
                await ada.say(local.dm(ada), "and that")
                await ears.have_heard(2)

    assert ears.heard == ["and this", "and that"]
    assert caplog.text.count("enable it at https://discord.com/developers/applications") == 1


async def test_a_gateway_that_refuses_the_first_connection_is_tried_again(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    local.gateway.refuse(0.3)

    async with listening(local, Ears()):
        await local.bot_ready()

    assert "the gateway refused the connection" in caplog.text


@pytest.mark.parametrize(
    ("body", "words"), [('["welcome"]', "names no gateway"), ("{wel", "answers with no JSON")]
)
async def test_an_answer_that_names_no_gateway_is_no_discord(body: str, words: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(text=body)

    app = web.Application()
    app.router.add_get("/gateway", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    async with LocalDiscord() as local:
        with pointed_at(local):
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            port = runner.addresses[0][1]

            with pytest.raises(aiohttp.ClientError, match=words):
                await point_at(f"http://127.0.0.1:{port}/")
    await runner.cleanup()


async def test_a_gateway_that_looks_alive_but_is_dead_is_left_for_another() -> None:
    async with LocalDiscord(rules=Rules(identify_every=0.0, heartbeat_interval=0.3)) as local:
        with pointed_at(local):
            guild = local.add_guild("Home")
            general = local.add_channel(guild, "general")
            ada, ears = local.add_person("Ada", guilds=[guild]), Ears()

            async with listening(local, ears, silent_after=1.0):
                await local.bot_ready()
                (connection,) = local.gateway.connections
                local.gateway.go_silent()
                await ada.say(general, "is anybody there?")
                await ears.have_heard(1)

    assert ears.heard == ["is anybody there?"]
    assert connection not in local.gateway.connections


def test_a_dead_gateway_is_noticed_within_a_minute_and_a_quiet_one_is_left_alone() -> None:
    assert 41.25 < SILENT_AFTER < 60


async def test_a_token_that_is_refused_by_mistake_costs_one_session(
    local: LocalDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    general = local.add_channel(local.add_guild("Home"), "general")
    hands = Hands()

    async with listening(local, Ears(), hands) as connection:
        await local.bot_ready()
        local.faults.answer(401, "GET", "/channels/*")
        with pytest.raises(MessengerBusy):
            await connection.messenger.read(Place(general.id, 1), 5)
        await local.until(lambda: local.gateway.identifies == 2)
        await local.bot_ready()
        assert await connection.messenger.read(Place(general.id, 1), 5) is None

    assert len(hands.clients) == 2
    assert caplog.text.count("event=token_refused") == 1
