"""Opening: a thread for a conversation, beside where it was asked for, if threads are there."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.domain.access import Action, demand
from bot.domain.session import Place
from bot.gateway import phrases
from bot.gateway.commands_session import Unfit
from bot.gateway.people import Request, actor_in_channel
from bot.gateway.threads import FORUM_POST, PRIVATE, PUBLIC, Threads, demand_permissions


@dataclass(frozen=True, slots=True)
class Opening:
    """What a thread is to be opened for, and with which words."""

    request: Request
    action: Action  # what people must be allowed to do where the thread is going to be seen
    name: str
    words: str
    nonce: str  # the name under which Discord creates the first message once
    is_private: bool


async def open_thread(threads: Threads, opening: Opening) -> Place | None:
    """Return the place of a thread that was opened, or None where there are no threads.

    Raises:
        Denied: the person may not write where the thread is going to be seen.
        LacksPermissions: the bot may not open it.
        Unfit: it cannot be opened there, or not so.
    """
    match opening.request.interaction.channel:
        case discord.Thread(parent=discord.ForumChannel() as forum) as post:
            thread_id = await _open_post(threads, opening, forum, post)
        case discord.Thread(parent=discord.TextChannel() as parent):
            thread_id = await _open_beside(threads, opening, parent)
        case discord.TextChannel() as parent:
            thread_id = await _open_beside(threads, opening, parent)
        case discord.Thread():
            raise Unfit(phrases.PARENT_UNKNOWN)
        case _:
            return None
    place = opening.request.place
    return Place(thread_id, place.guild_id, place.channel)


async def greet(threads: Threads, request: Request, place: Place, words: str) -> None:
    """Say in a thread that was opened for a request that it waits for its first message."""
    thread = request.interaction.client.get_partial_messageable(place.channel_id)
    await threads.say(thread, words, nonce=f"{request.id:x}.g")


async def _open_beside(threads: Threads, opening: Opening, parent: discord.TextChannel) -> int:
    _demand(opening, parent)
    interaction = opening.request.interaction
    if not opening.is_private:
        demand_permissions(interaction.app_permissions, PUBLIC)
        return await threads.open_public(
            parent, name=opening.name, opening=opening.words, nonce=opening.nonce
        )
    if parent.is_news():
        raise Unfit(phrases.PRIVATE_IMPOSSIBLE)
    demand_permissions(interaction.app_permissions, PRIVATE)
    return await threads.open_private(
        parent,
        name=opening.name,
        opening=opening.words,
        nonce=opening.nonce,
        person=interaction.user,
    )


async def _open_post(
    threads: Threads, opening: Opening, forum: discord.ForumChannel, post: discord.Thread
) -> int:
    if opening.is_private:
        raise Unfit(phrases.PRIVATE_IMPOSSIBLE)
    _demand(opening, forum)
    demand_permissions(opening.request.interaction.app_permissions, FORUM_POST)
    return await threads.open_post(forum, name=opening.name, opening=opening.words, like=post)


def _demand(opening: Opening, parent: discord.TextChannel | discord.ForumChannel) -> None:
    """Return only when the person may write where the thread is going to be seen.

    Raises:
        Denied: they may not.
    """
    place = Place(parent.id, parent.guild.id)
    demand(actor_in_channel(opening.request), opening.action, place)
