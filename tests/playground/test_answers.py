from __future__ import annotations

import discord
import pytest

from bot.playground import (
    Channel,
    DidNotRespond,
    LocalDiscord,
    Person,
    Rules,
)
from tests.playground.conftest import BotClient, Rest, text_channel


@pytest.mark.usefixtures("synced")
async def test_a_deferred_answer_replaces_the_promise(general: Channel, ada: Person) -> None:
    outcome = await ada.slash(general, "think")

    answer = await outcome.answered()

    assert outcome.deferred
    assert answer.content == "thought"
    assert general.messages == [answer]


async def test_an_ephemeral_answer_is_in_no_history(
    synced: BotClient, general: Channel, ada: Person
) -> None:
    outcome = await ada.slash(general, "secret")

    assert outcome.ephemeral
    assert outcome.answer is not None
    assert outcome.answer.content == "only for you"
    assert outcome.answer.ephemeral_to is ada.user
    assert general.messages == []
    assert [m async for m in text_channel(synced, general).history()] == []


async def test_nobody_is_told_of_an_ephemeral_answer_over_the_gateway(
    synced: BotClient, general: Channel, ada: Person
) -> None:
    asking = ada.start_slash(general, "sleep")
    await synced.until(lambda: synced.interactions)
    interaction = synced.interactions[0]
    await interaction.response.send_message("one", ephemeral=True)
    await interaction.edit_original_response(content="two")
    await interaction.delete_original_response()

    await ada.say(general, "next")

    await synced.until(lambda: synced.heard)
    assert asking.answer is not None
    assert asking.answer.content == "two"
    assert [name for name in synced.names if name.startswith("MESSAGE_")] == ["MESSAGE_CREATE"]


class TestWithLittleTime:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, respond_within=0.1, token_life=0.2)

    async def test_who_does_not_answer_in_time_has_failed(
        self, synced: BotClient, general: Channel, ada: Person
    ) -> None:
        outcome = await ada.slash(general, "sleep")

        assert outcome.failed
        assert outcome.answer is None
        with pytest.raises(discord.NotFound) as refusal:
            await synced.interactions[0].response.send_message("too late")
        assert refusal.value.code == 10062
        with pytest.raises(DidNotRespond):
            await outcome.answered()


class TestWithDeadTokens:
    @pytest.fixture
    def rules(self) -> Rules:
        return Rules(identify_every=0.0, token_life=0.0)

    async def test_an_answer_can_no_longer_be_changed(
        self, synced: BotClient, general: Channel, ada: Person
    ) -> None:
        outcome = await ada.slash(general, "hello", name="you")

        with pytest.raises(discord.HTTPException) as refusal:
            await synced.interactions[0].edit_original_response(content="too late")

        assert refusal.value.status == 401
        assert refusal.value.code == 50027
        assert outcome.answer is not None
        assert outcome.answer.content == "hello you"


@pytest.mark.usefixtures("synced")
async def test_nobody_there_is_a_failure_too(
    local: LocalDiscord, general: Channel, ada: Person
) -> None:
    local.gateway.go_silent()
    outcome = ada.start_slash(general, "hello", name="you")

    assert not outcome.failed
    assert outcome.acknowledged_after is None
    with pytest.raises(TimeoutError):
        await outcome.answered(timeout=0.05)


@pytest.mark.usefixtures("synced")
async def test_an_interaction_is_answered_once(rest: Rest, general: Channel, ada: Person) -> None:
    outcome = await ada.slash(general, "hello", name="you")
    interaction = outcome.interaction
    path = f"/interactions/{interaction.id}/{interaction.token}/callback"

    again = await rest("POST", path, {"type": 4, "data": {"content": "again"}})

    assert (again.status, again.code) == (400, 40060)


async def test_a_follow_up_takes_the_place_of_a_promise(
    synced: BotClient, general: Channel, ada: Person
) -> None:
    asking = ada.start_slash(general, "sleep")
    await synced.until(lambda: synced.interactions)
    interaction = synced.interactions[0]

    await interaction.response.defer(thinking=True)
    await interaction.followup.send("first")
    await interaction.followup.send("second")
    await interaction.followup.send("for you", ephemeral=True)

    assert [message.content for message in general.messages] == ["first", "second"]
    assert [message.content for message in asking.followups] == ["second", "for you"]


async def test_the_original_is_read_changed_and_deleted(
    synced: BotClient, general: Channel, ada: Person
) -> None:
    asking = ada.start_slash(general, "sleep")
    await synced.until(lambda: synced.interactions)
    interaction = synced.interactions[0]
    await interaction.response.send_message("one")

    original = await interaction.original_response()
    await interaction.edit_original_response(content="two")
    two = asking.answer
    await interaction.delete_original_response()

    assert original.content == "one"
    assert two is not None
    assert two.content == "two"
    assert two.deleted
    assert general.messages == []


async def test_an_answer_without_a_first_answer_is_refused(
    synced: BotClient, rest: Rest, local: LocalDiscord, general: Channel, ada: Person
) -> None:
    local.faults.delay(0.05, "POST", "/interactions/*")
    asking = ada.start_slash(general, "hello", name="you")
    path = f"/webhooks/{local.bot.id}/{asking.interaction.token}"

    early = await rest("POST", path, {"content": "too early"})

    assert (early.status, early.code) == (404, 10015)
    assert (await asking.answered()).content == "hello you"
    assert synced.interactions
