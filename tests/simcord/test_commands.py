"""Commands and who may use them, as a second and strict Discord sees it."""

from __future__ import annotations

import asyncio

import discord
import pytest
from simcord import BackendError, ChannelHandle, InteractionResult, UserHandle

from tests.simcord.house import PATIENCE, House, labels


def told(result: InteractionResult) -> str:
    """Return what the person alone reads, and make sure that it is so."""
    assert result.acknowledged
    assert result.ephemeral
    assert result.followups == []
    assert result.response is not None
    assert result.response.ephemeral
    return result.response.content


async def test_every_command_is_offered_in_servers_and_in_direct_messages(house: House) -> None:
    commands = {
        "chat",
        "new",
        "reset",
        "stop",
        "retry",
        "undo",
        "session info",
        "session list",
        "session resume",
        "session rename",
        "session delete",
        "persona list",
        "persona create",
        "persona edit",
        "persona delete",
        "settings",
        "context",
        "usage me",
        "usage channel",
        "usage server",
        "help",
    }

    assert set(house.ada.available_commands(house.general)) == commands
    assert set(house.ada.user.available_commands()) == commands


async def test_chat_opens_a_thread_and_answers_there(house: House) -> None:
    house.model.scripts[:] = [["Flour, water, salt."], ["An hour."]]

    result = await house.use(house.ada, house.general, "chat", prompt="How do I bake bread?")
    (thread,) = house.general.threads
    await house.bob.send(thread, "How long?")
    await house.quiet()

    (starter,) = house.answers(house.general)
    assert told(result) == f"💬 Over there: {thread.mention}"
    assert starter.content == "**Ada** asked:\n> How do I bake bread?"
    assert thread.id == starter.id
    assert thread.name == "How do I bake bread?"
    contents = [message.content for message in house.answers(thread)]
    assert contents == ["Flour, water, salt.", "An hour."]


async def test_a_private_chat_is_seen_by_the_person_and_by_nobody_else(house: House) -> None:
    house.model.scripts[:] = [["I tell nobody."]]

    result = await house.use(house.ada, house.general, "chat", prompt="psst", private=True)

    (thread,) = house.general.threads
    opening, answer = thread.history(viewer=house.ada)
    assert told(result) == f"💬 Over there: {thread.mention}"
    assert opening.content == "**Ada** asked:\n> psst"
    assert answer.content == "I tell nobody."
    assert house.answers(house.general) == []
    with pytest.raises(BackendError, match="Missing Access"):
        await house.bob.send(thread, "what is this?")


async def test_chat_in_a_direct_message_answers_right_there(house: House) -> None:
    house.model.scripts[:] = [["Here."]]
    ada: UserHandle = house.ada.user
    await ada.send_dm("hello")
    await house.quiet()

    result = await ada.slash("chat", prompt="where?")
    await house.quiet()

    opening, answer = house.answers(ada.dm_channel)[1:]
    assert told(result) == "💬 A fresh conversation, right here. The answer comes as a message."
    assert opening.content == "**Ada** asked:\n> where?"
    assert answer.content == "Here."


async def test_new_and_reset_tell_only_the_person_and_put_the_old_session_away(
    house: House,
) -> None:
    await house.ask(house.ada, house.general, "bees")
    first = house.open_at(house.general)

    new = await house.use(house.ada, house.general, "new", persona="brief")
    second = house.open_at(house.general)
    reset = await house.use(house.ada, house.general, "reset")
    third = house.open_at(house.general)

    assert told(new).startswith("🆕 A fresh conversation starts here (persona brief).")
    assert "“bees” was put away and kept" in told(new)
    assert told(reset).startswith("🆕 A fresh conversation with the same settings starts here.")
    assert first is not None
    assert second is not None
    assert third is not None
    assert len({first.id, second.id, third.id}) == 3
    assert third.persona == "brief"
    assert len(house.answers(house.general)) == 1


async def test_what_there_is_to_know_about_sessions_is_told_only_to_the_person(
    house: House,
) -> None:
    await house.ask(house.ada, house.general, "bees")
    await house.use(house.ada, house.general, "new")
    await house.ask(house.bob, house.general, "wasps")
    session = house.open_at(house.general)

    info = await house.use(house.ada, house.general, "session info")
    listed = await house.use(house.ada, house.general, "session list")
    choices = await house.ada.autocomplete(house.general, "session resume", "session", "bee")

    assert session is not None
    assert told(info).splitlines()[1] == f"Id: `{session.id}`"
    assert [line.rpartition(" · ")[0] for line in told(listed).splitlines()] == [
        "▶️ **wasps**",
        "• **bees**",
    ]
    assert [choice["name"] for choice in choices] == ["bees · 2026-01-01 · 1 turn"]


async def test_a_session_is_erased_by_a_second_press_and_then_it_is_gone(house: House) -> None:
    await house.ask(house.ada, house.general, "secrets")
    session = house.open_at(house.general)
    assert session is not None

    asked = await house.use(house.ada, house.general, "session delete", session=str(session.id))
    assert asked.response is not None
    pressed = await house.ada.click(asked.response, label="Erase it for good")
    await house.quiet()

    assert pressed.acknowledged
    assert told(asked) == "🗑️ “secrets” is erased from my memory. Discord's messages stay."
    assert labels(asked.response.message) == []
    assert session.id not in house.works.store.sessions


def without(house: House, **denied: bool) -> ChannelHandle:
    """Return a channel that takes some permissions from everybody but the bot."""
    us = house.guild.me
    assert us is not None
    return house.guild.create_text_channel(
        "rules",
        overwrites={
            house.guild.default_role: discord.PermissionOverwrite(**denied),
            us: discord.PermissionOverwrite(**dict.fromkeys(denied, True)),
        },
    )


@pytest.mark.parametrize("line", ["chat", "new", "reset", "stop", "retry", "undo"])
async def test_who_may_not_write_here_cannot_make_the_bot_do_anything_here(
    house: House, line: str
) -> None:
    quiet = without(house, send_messages=False)

    result = await house.use(house.bob, quiet, line)

    assert told(result).startswith("You may not write here, so you cannot make me do this here.")
    assert house.works.store.sessions == {}
    assert quiet.history(viewer=house.bob) == [result.response and result.response.message]


async def test_who_may_not_read_here_is_shown_nothing_of_it(house: House) -> None:
    closed = without(house, read_message_history=False)

    listed = await house.use(house.bob, closed, "session list")
    choices = await house.bob.autocomplete(closed, "session resume", "session", "")

    assert told(listed).startswith("You may not read what is said here")
    assert choices == []


async def test_who_may_not_write_here_cannot_press_what_others_were_answered(
    house: House,
) -> None:
    quiet = without(house, send_messages=False)
    owner = house.guild.add_member(house.guild.owner)
    answer = await house.ask(owner, quiet, "what is new?")

    pressed = await house.bob.click(answer, label="Retry")
    await house.quiet()

    assert told(pressed).startswith("You may not write here")
    assert len(house.model.seen) == 1


async def test_only_a_moderator_erases_what_others_took_part_in(house: House) -> None:
    await house.ask(house.ada, house.general, "ours")
    await house.ask(house.bob, house.general, "ours too")
    session = house.open_at(house.general)
    assert session is not None

    asked = await house.use(house.bob, house.general, "session delete", session=str(session.id))

    assert "Only somebody with the permission Manage Messages may delete it." in told(asked)
    assert session.id in house.works.store.sessions


async def test_where_the_bot_lacks_a_permission_it_names_it_and_leaves_nothing_behind(
    house: House,
) -> None:
    us = house.guild.me
    assert us is not None
    rule = discord.PermissionOverwrite(create_public_threads=False)
    bare = house.guild.create_text_channel("bare", overwrites={us: rule})

    result = await house.use(house.ada, bare, "chat", prompt="hello")

    assert told(result) == (
        "🔒 I lack a permission here: **Create Public Threads**. "
        "A moderator can grant it to my role."
    )
    assert house.answers(bare) == []
    assert house.works.store.sessions == {}


async def test_stop_ends_the_answer_in_progress(house: House) -> None:
    house.model.scripts[:] = [["Half ", asyncio.Event(), "and half."]]
    first_words = house.env.bot.wait_for("message", check=lambda m: m.author == house.env.bot.user)
    await house.ada.send(house.general, f"{house.mention} slowly")
    async with asyncio.timeout(PATIENCE):
        await first_words

    result = await house.use(house.bob, house.general, "stop")

    (answer,) = house.answers(house.general)
    assert told(result) == "⏹️ Stopping. What was said so far stays."
    assert answer.content == "Half\n-# ⏹️ Stopped."
    assert labels(answer) == [["Retry", "Branch"]]


async def test_the_panel_takes_picks_and_typed_values_of_a_conversation(house: House) -> None:
    await house.use(house.ada, house.general, "new")
    shown = await house.use(house.ada, house.general, "settings")
    assert shown.response is not None

    await house.ada.select(shown.response, ["model"], custom_id="set-trait:session:persona")
    await house.quiet()
    form = await house.ada.click(shown.response, custom_id="set-type:session:model")
    await house.ada.submit_modal(form, {"value": "gpt-x"})
    await house.quiet()

    session = house.open_at(house.general)
    assert session is not None
    assert session.model == "gpt-x"
    assert "Model: **gpt-x** · from this conversation" in told(shown)
