"""What a conversation is called, with the real bot over real sockets."""

from __future__ import annotations

from bot.domain.billing import Scope, ScopeKind
from bot.domain.session import Place
from bot.domain.titling import INSTRUCTIONS
from bot.playground import Thread
from bot.playground.local_openai import Asked, Say, Script
from tests.stories.home import Home


def answer(asked: Asked) -> Script:
    is_title = asked.instructions == INSTRUCTIONS
    return [Say('"Sleeping bees."' if is_title else "In a cell of the comb.")]


async def chat(home: Home, prompt: str) -> Thread:
    """Have Ada open a conversation, and return its thread."""
    await (await home.ada.slash(home.general, "chat", prompt=prompt)).answered()
    thread = home.general.messages[-1].thread
    assert thread is not None
    return thread


async def test_a_thread_is_called_after_the_question_and_then_after_what_it_is_about(
    home: Home,
) -> None:
    home.openai.answer = answer

    async with home.bot(title_model="", model_prices="some-model=1/1") as bot:
        thread = await chat(home, "How do bees sleep, and for how long?")
        at_first = thread.name
        await home.discord.until(lambda: thread.name != at_first)
        listed = (await (await home.bob.slash(thread, "session list")).answered()).content
        today = bot.clock.now().date()
        (spent,) = await bot.store.spending(
            Scope(ScopeKind.CHANNEL, thread.id, home.guild.id), since=today
        )

    assert (at_first, thread.name) == ("How do bees sleep, and for how long?", "Sleeping bees")
    assert "Sleeping bees" in listed
    assert thread.messages[-1].content == "Sleeping bees"  # Discord's own line about it
    assert spent.spending.calls == 2
    assert [asked.cap for asked in home.openai.requests] == [4096, 40]


async def test_a_thread_that_somebody_named_meanwhile_keeps_that_name(home: Home) -> None:
    def rename_and_answer(asked: Asked) -> Script:
        if asked.instructions == INSTRUCTIONS:
            (thread,) = home.guild.threads.values()
            thread.name = "Bees!"
        return answer(asked)

    home.openai.answer = rename_and_answer

    async with home.bot(title_model="another-model") as bot:
        thread = await chat(home, "How do bees sleep?")
        await home.discord.until(lambda: ("GET", f"/channels/{thread.id}") in asked_of(home))
        (session,) = [s.session for s in await bot.store.sessions_at(place_of(home, thread))]

    assert (thread.name, session.title) == ("Bees!", "Sleeping bees")
    assert home.openai.requests[-1].model == "another-model"
    assert ("PATCH", f"/channels/{thread.id}") not in asked_of(home)


def asked_of(home: Home) -> list[tuple[str, str]]:
    """Return what Discord was asked for."""
    return [(request.method, request.path) for request in home.discord.requests]


def place_of(home: Home, thread: Thread) -> Place:
    """Return a thread as the bot knows it."""
    return Place(thread.id, home.guild.id)
