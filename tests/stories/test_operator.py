"""The command line as an operator lives it: real processes, and the words they print."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from bot import __version__
from bot.playground import Permission
from bot.playground.local_openai import Fail, Hold, LocalOpenAI, Say, in_turn
from bot.playground.world.permission import EVERYDAY
from tests.stories.home import Home, open_home
from tests.stories.local_model import needs_xllamacpp
from tests.stories.process import BotProcess
from tests.stories.terminal import Ran, complained, ended, printed, settings_at, started, typed

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.x.y"  # noqa: S105  # opens nothing; begins with a bot's id
TRACEBACK = "Traceback"
WRONG = {"DISCORD_TOKEN": "", "LOG_LEVEL": "LOUD", "CONTEXT_TOKENS": "-1", "DATABASE_URL": "mine"}
NAMES = ["DISCORD_TOKEN", "OPENAI_API_KEY", "DATABASE_URL", "CONTEXT_TOKENS", "LOG_LEVEL"]


async def together(*commands: Coroutine[Any, Any, Ran]) -> list[Ran]:
    """Run commands side by side."""
    return await asyncio.gather(*commands)


def offline(folder: Path) -> dict[str, str]:
    """Return settings of a machine that has fetched nothing, and can fetch nothing."""
    nothing = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": os.devnull}
    return {"HOME": str(folder), "XDG_CACHE_HOME": str(folder / "cache"), **nothing}


def left_in(folder: Path) -> list[Path]:
    """Return what lies in a folder."""
    return list(folder.iterdir())


def half_fetched_in(folder: Path) -> list[Path]:
    """Return what a fetching has left below a folder."""
    return list(folder.rglob("fetching-*"))


async def test_version_and_help_need_no_settings(tmp_path: Path) -> None:
    version, usage = await together(typed(tmp_path, "--version"), typed(tmp_path, "--help"))

    assert version == Ran(0, f"parley {__version__}\n", "")
    assert (usage.code, usage.err) == (0, "")
    for command in ("check", "invite", "playground"):
        assert f"    {command}" in usage.out


async def test_every_setting_that_is_missing_or_wrong_is_named_at_once(tmp_path: Path) -> None:
    run, check = await together(typed(tmp_path, **WRONG), typed(tmp_path, "check", **WRONG))

    said = run.err.splitlines()
    assert (run.code, run.out) == (2, "")
    assert [line.split(" ")[0] for line in said[:-1]] == NAMES
    assert said[-1] == "See .env.example."
    assert (check.code, check.err) == (1, "")
    assert [line.split()[:2] for line in check.out.splitlines()] == [["FAIL", n] for n in NAMES]


async def test_a_wrong_token_ends_it_with_words_and_not_in_a_loop(home: Home) -> None:
    ran = await typed(home.folder, **settings_at(home, DISCORD_TOKEN="wrong"))  # noqa: S106  # it is

    assert ran.code == 1
    assert "Discord does not accept DISCORD_TOKEN; reset the token and copy it anew." in ran.err
    assert TRACEBACK not in ran.err
    assert home.discord.limits.invalid_requests <= 2
    assert home.discord.gateway.identifies == 0


async def test_check_says_that_all_is_well_without_going_online(tmp_path: Path) -> None:
    async with open_home(tmp_path, LocalOpenAI(models=["some-model"])) as home:
        ran = await typed(tmp_path, "check", **settings_at(home))

        assert (ran.code, ran.err) == (0, "")
        assert ran.out.splitlines() == [
            "OK   Database: it can be written.",
            f"OK   Model: some-model is there, at {home.openai.url}",
            f"OK   The token is valid: this is Parley ({home.discord.bot.id}).",
            "OK   The message content intent is on.",
            "OK   Server “Home”: all permissions are there.",
        ]
        assert home.openai.requests == []
        assert home.discord.gateway.identifies == 0
        assert home.discord.unknown_routes == []


async def test_check_says_what_is_broken_and_how_to_mend_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    async with open_home(tmp_path, LocalOpenAI(models=["some-model"])) as home:
        settings = settings_at(
            home,
            DISCORD_TOKEN="wrong",  # noqa: S106  # it is
            OPENAI_MODEL="unheard-of",
            BUDGETS="all=1/-",
            DATABASE_URL=f"sqlite:///{file / 'bot.db'}",
        )
        ran = await typed(tmp_path, "check", **settings)

    database, model, budget, discord = ran.out.splitlines()
    assert (ran.code, ran.err) == (1, "")
    assert database.startswith("FAIL Database: ")
    assert str(file) in database
    assert database.endswith(" → See DATABASE_URL in .env.example.")
    assert model.startswith("FAIL Model: ")
    assert "has no model unheard-of" in model
    assert model.endswith("set OPENAI_MODEL to one it has: some-model")
    assert budget == (
        "FAIL Budgets: the price of unheard-of is not known, so it is not asked. → "
        "Set MODEL_PRICES, see .env.example."
    )
    assert discord == (
        "FAIL Discord does not accept the token. → Copy it anew from "
        "https://discord.com/developers/applications, Bot, Reset Token, into DISCORD_TOKEN."
    )


async def test_check_looks_for_every_model_that_the_settings_name(tmp_path: Path) -> None:
    async with open_home(tmp_path, LocalOpenAI(models=["some-model"])) as home:
        named = settings_at(
            home,
            OPENAI_FALLBACK_MODELS="some-model,second",
            BUDGET_MODEL="some-model",
            TITLE_MODEL="third",
        )
        ran = await typed(tmp_path, "check", **named)

    there, second, third = (line for line in ran.out.splitlines() if "Model: " in line)
    assert ran.code == 1
    assert there.startswith("OK   Model: some-model is there")
    assert second.endswith("; set OPENAI_FALLBACK_MODELS to one it has: some-model")
    assert third.startswith("FAIL Model: ")
    assert "has no model third" in third
    assert third.endswith("; set TITLE_MODEL to one it has: some-model")


async def test_check_finds_what_the_bot_may_not_do_on_discord(tmp_path: Path) -> None:
    openai = LocalOpenAI(lambda _: [Say("Yes.")], lists_models=False)
    async with open_home(tmp_path, openai, message_content=False) as home:
        bot = home.discord.bot.id
        home.discord.overwrite(home.general, home.discord.bot, deny=Permission.ATTACH_FILES)
        club = home.discord.add_guild("Club", bot_permissions=EVERYDAY ^ Permission.SEND_MESSAGES)
        club.everyone.permissions = 0
        home.discord.add_channel(club, "bar")

        ran = await typed(tmp_path, "check", **settings_at(home))

    intent, channel, server = ran.out.splitlines()[3:]
    assert (ran.code, ran.err) == (1, "")
    assert intent == (
        "FAIL The message content intent is off: in servers the bot cannot read messages that do "
        "not mention it, not even in its own threads. → Switch on Message Content Intent at "
        f"https://discord.com/developers/applications/{bot}/bot."
    )
    assert channel == (
        "WARN Server “Home”: missing in #general (Attach Files (to give very long answers as a "
        "file)). → Allow it for the bot's role in Edit Channel, Permissions, where the bot is to "
        "answer."
    )
    assert server == (
        "FAIL Server “Club”: Send Messages (to answer in channels, and to open forum posts) "
        "missing. → Grant it to the bot's role in Server Settings, Roles, or add it anew: "
        f"https://discord.com/oauth2/authorize?client_id={bot}"
        "&scope=bot+applications.commands&permissions=377957223488"
    )


async def test_invite_prints_a_link_with_the_permissions_it_needs_and_no_others(
    tmp_path: Path,
) -> None:
    link, refused = await together(
        typed(tmp_path, "invite", DISCORD_TOKEN=TOKEN),
        typed(tmp_path, "invite", DISCORD_TOKEN="wrong"),  # noqa: S106  # it is
    )

    needed = (
        Permission.ADD_REACTIONS
        | Permission.VIEW_CHANNEL
        | Permission.SEND_MESSAGES
        | Permission.SEND_MESSAGES_IN_THREADS
        | Permission.CREATE_PUBLIC_THREADS
        | Permission.CREATE_PRIVATE_THREADS
        | Permission.READ_MESSAGE_HISTORY
        | Permission.ATTACH_FILES
    )
    assert link == Ran(
        0,
        "https://discord.com/oauth2/authorize?client_id=123456789012345678"
        f"&scope=bot+applications.commands&permissions={int(needed)}\n",
        "",
    )
    assert refused == Ran(1, "", "DISCORD_TOKEN does not look like a bot's token; copy it anew.\n")


async def test_the_playground_prints_a_conversation_while_it_grows(tmp_path: Path) -> None:
    gate = asyncio.Event()
    answer = in_turn([Say("Well, "), Hold(gate), Say("here you are.")], [Say("Here again.")])
    async with (
        LocalOpenAI(answer) as openai,
        started(
            *(tmp_path, "playground", "--say", "once", "--say", "twice"),
            OPENAI_BASE_URL=openai.url,
            OPENAI_MODEL="some-model",
        ) as process,
    ):
        beginning = await printed(process, "Well,")
        gate.set()
        rest, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert "here" not in beginning
    assert (beginning + rest.decode()).splitlines() == [
        f"some-model answers, from {openai.url}.",
        "",
        "",
        "Ada: once",
        "",
        "Parley: Well, here you are.",
        "",
        "Ada: twice",
        "",
        "Parley: Here again.",
    ]
    assert left_in(tmp_path) == []


async def test_the_playground_needs_no_model_and_tells_when_one_fails(tmp_path: Path) -> None:
    refused = Fail(401, "invalid_api_key")
    async with LocalOpenAI(lambda _: [refused]) as openai:
        none, failing = await together(
            typed(tmp_path, "playground", "--say", "hello", **offline(tmp_path)),
            typed(tmp_path, "playground", "--say", "hello", OPENAI_BASE_URL=openai.url),
        )

    assert none.code == 0
    assert TRACEBACK not in none.err
    assert none.out.startswith(
        "A scripted stand-in answers: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, and the "
        "local model is not there: "
    )
    assert "Parley: **I am a scripted stand-in, not a model.**" in none.out
    assert failing.code == 1
    assert "API key" in failing.out
    assert TRACEBACK not in failing.err


async def test_the_playground_takes_what_discord_takes_and_prints_what_the_terminal_can(
    tmp_path: Path,
) -> None:
    scripted = ("playground", "--model", "scripted")
    longest, too_long, plain = await together(
        typed(tmp_path, *scripted, "--say", "x" * 4000),
        typed(tmp_path, *scripted, "--say", "x" * 4001),
        typed(tmp_path, *scripted, "--say", "grüß dich", PYTHONIOENCODING="ascii"),
    )

    assert longest.code == 0
    assert too_long.code == 2
    assert "Discord takes at most 4000 characters" in too_long.err
    assert (plain.code, plain.err) == (0, "")
    assert "Ada: gr?? dich" in plain.out


async def test_the_stand_in_can_be_chosen_and_the_local_model_is_not_replaced_by_it(
    tmp_path: Path,
) -> None:
    say = ("playground", "--say", "hello", "--model")
    scripted, local, unknown = await together(
        typed(tmp_path, *say, "scripted", OPENAI_API_KEY="sk-precious"),
        typed(tmp_path, *say, "local", **offline(tmp_path)),
        typed(tmp_path, *say, "psychic"),
    )

    assert (scripted.code, scripted.err) == (0, "")
    assert scripted.out.startswith("A scripted stand-in answers: it was chosen.\n")
    assert (local.code, local.out) == (1, "")
    assert local.err.splitlines()[-1].startswith("There is no local model: ")
    assert unknown.code == 2
    assert "'psychic' (choose from" in unknown.err


@needs_xllamacpp
async def test_interrupted_while_it_fetches_the_playground_leaves_nothing(tmp_path: Path) -> None:
    asked = asyncio.Event()

    async def keep_waiting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        while await reader.read(1000):
            pass
        writer.close()

    async with await asyncio.start_server(keep_waiting, "127.0.0.1") as index:
        port = index.sockets[0].getsockname()[1]
        settings = offline(tmp_path) | {
            "PIP_NO_INDEX": "0",
            "PIP_INDEX_URL": f"http://127.0.0.1:{port}/simple",
        }
        async with (
            asyncio.timeout(30),
            started(tmp_path, "playground", "--say", "hello", **settings) as process,
        ):
            await asked.wait()
            process.send_signal(signal.SIGINT)
            out, err = await process.communicate()

    assert (process.returncode, out) == (130, b"")
    assert err.decode().startswith("Fetching SmolLM2-135M-Instruct, once, 93 MB, into ")
    assert len(err.splitlines()) == 1
    assert half_fetched_in(tmp_path) == []


async def test_a_second_bot_on_the_same_database_is_refused_and_the_first_goes_on(
    home: Home,
) -> None:
    home.openai.answer = lambda _: [Say("Still here.")]
    first = BotProcess(home)
    await first.start()

    second = await typed(home.folder, **settings_at(home))
    answer = await home.ask(home.ada, home.general, "are you there?")
    code = await first.stop()

    assert second.code == 1
    assert f"bot.db is in use by another bot, process {first.pid}: stop that one" in second.err
    assert TRACEBACK not in second.err
    assert home.discord.gateway.identifies == 1
    assert answer.content == "Still here."
    assert code == 0
    assert first.log.read_text().splitlines()[-1].endswith("event=stopped")


async def test_asked_to_stop_while_discord_is_away_it_stops(home: Home) -> None:
    settings = settings_at(home, DISCORD_API_URL="http://127.0.0.1:9/api/v10")
    async with started(home.folder, **settings) as process:
        await complained(process, "event=disconnected")
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await ended(process) == 0


async def test_a_check_beside_the_running_bot_finds_nothing_broken(home: Home) -> None:
    settings = settings_at(home)
    async with started(home.folder, **settings) as process:
        await home.discord.bot_ready()
        check = await typed(home.folder, "check", **settings)
        process.send_signal(signal.SIGTERM)
        await ended(process)

    assert check.code == 0
    assert "in use by another bot" in check.out
