"""The server behind the page, over real sockets: what it shows, does and refuses."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from bot.playground import ChannelKind, Upload
from bot.playground.local_openai import LocalOpenAI, Say
from bot.playground.playing import Playground
from bot.playground.world.places import Channel
from tests.page.town import OURS, Frame, Looker, ends_answer, looking, open_town

MISSING_ACCESS = {"error": "Missing Access", "code": 50001}


def named(town: Playground, name: str) -> Channel:
    """Return a channel of the server by its name."""
    (guild,) = town.discord.world.guilds.values()
    return next(channel for channel in guild.channels.values() if channel.name == name)


def commands_are_known(frame: Frame) -> bool:
    return bool(frame["t"] == "COMMANDS")


async def test_the_page_is_told_who_one_is_and_where_one_may_go(ada: Looker, bob: Looker) -> None:
    (home,) = ada.ready["places"]["guilds"]

    assert ada.ready["me"]["global_name"] == "Ada"
    assert bob.ready["me"]["global_name"] == "Bob"
    assert [one["global_name"] for one in ada.ready["people"]] == ["Ada", "Bob"]
    assert ada.ready["bot_up"] is True
    assert ada.ready["model"] == "A script answers."
    assert home["name"] == "Home"
    assert [c["name"] for c in home["channels"]] == [
        "welcome",
        "general",
        "questions",
        "news",
        "lounge",
    ]
    assert {c["may_send"] for c in home["channels"]} == {True}
    assert [one["username"] for one in ada.ready["places"]["dms"][0]["recipients"]] == [
        "ada",
        "Parley",
    ]


@pytest.mark.parametrize("name", ["", "?as=", "?as=1", "?as=Ada"])
async def test_whoever_does_not_say_who_they_are_is_the_first(town: Playground, name: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{town.discord.base_url}/page/feed{name}") as feed,
    ):
        ready = await feed.receive_json()

    assert ready["d"]["me"]["global_name"] == "Ada"


async def test_an_answer_arrives_while_it_grows(ada: Looker, openai: LocalOpenAI) -> None:
    openai.answer = lambda _: [Say("One two three.", delay=0.6)]

    await ada.do("say", channel=ada.dm, text="Count!")
    frames = await ada.until(ends_answer)

    texts = [f["d"]["content"] for f in frames if f["t"].startswith("MESSAGE_")]
    assert texts[0] == "Count!"
    assert texts[-1] == "One two three."
    assert len(texts) > 2


async def test_what_one_says_is_seen_by_the_other_and_a_private_thread_is_not(
    town: Playground, ada: Looker, bob: Looker
) -> None:
    general = named(town, "general")
    secret = (await ada.do("thread", channel=general.id, name="Secret", private=True))["id"]

    await ada.do("say", channel=secret, text="Only for me.")
    await ada.do("say", channel=general.id, text="For all.")
    frames = await bob.until(lambda f: f["t"] == "MESSAGE_CREATE")

    assert frames[-1]["d"]["content"] == "For all."
    assert await bob.tried("say", channel=secret, text="Let me in") == MISSING_ACCESS
    assert await bob.asked("messages", channel=secret) == MISSING_ACCESS


async def test_a_command_is_answered_for_its_user_alone(ada: Looker, bob: Looker) -> None:
    general = next(
        c["id"] for c in ada.ready["places"]["guilds"][0]["channels"] if c["name"] == "general"
    )
    if not ada.ready["commands"]:
        await ada.until(commands_are_known)

    began = await ada.do("command", channel=general, name="session list")
    frames = await ada.until(lambda f: f["t"] == "MESSAGE_UPDATE")
    answer = frames[-1]["d"]
    await bob.do("say", channel=general, text="Anything?")
    seen = await bob.until(lambda f: f["t"] == "MESSAGE_CREATE")

    states = [f["d"]["state"] for f in frames if f["t"] == "INTERACTION"]
    assert states == ["waiting", "answered"]
    assert {f["d"]["id"] for f in frames if f["t"] == "INTERACTION"} == {began["interaction"]}
    assert answer["flags"] == 64
    assert answer["interaction_metadata"]["user"]["global_name"] == "Ada"
    assert seen[-1]["d"]["content"] == "Anything?"
    assert answer["interaction_metadata"]["command_type"] == 1
    assert (await bob.tried("delete", channel=general, message=answer["id"]))["code"] == 10008
    assert await ada.do("delete", channel=general, message=answer["id"]) == {}


async def test_a_session_is_resumed_by_what_autocomplete_offers(ada: Looker) -> None:
    dm = ada.dm
    await ada.do("say", channel=dm, text="The first topic")
    await ada.until(ends_answer)
    if not ada.ready["commands"]:
        ada.ready["commands"] = True

    offered = await ada.do(
        "autocomplete", channel=dm, name="session resume", option="session", typed="first"
    )
    (choice,) = offered["choices"]
    await ada.do("command", channel=dm, name="session resume", options={"session": choice["value"]})
    answer = (await ada.until(lambda f: f["t"] == "MESSAGE_UPDATE"))[-1]["d"]

    assert choice["name"].startswith("The first topic")
    assert "The first topic" in answer["content"]


async def test_buttons_work_and_only_those_that_are_there(ada: Looker) -> None:
    dm = ada.dm
    await ada.do("say", channel=dm, text="Hello")
    whole = (await ada.until(ends_answer))[-1]["d"]
    retry = whole["components"][0]["components"][0]["custom_id"]

    await ada.do("press", channel=dm, message=whole["id"], custom_id=retry)
    again = await ada.until(ends_answer)
    refused = await ada.tried("press", channel=dm, message=whole["id"], custom_id="none")

    assert again[-1]["d"]["id"] == whole["id"]
    assert refused.keys() == {"error"}


async def test_a_file_goes_up_comes_down_and_runs_nowhere(ada: Looker) -> None:
    page = b"<script>alert(1)</script>"

    await ada.do("say", channel=ada.dm, text="", files=[Upload("a page.html", page)])
    (attachment,) = (await ada.until(lambda f: f["t"] == "MESSAGE_CREATE"))[-1]["d"]["attachments"]

    async with aiohttp.ClientSession() as session, session.get(attachment["url"]) as answer:
        assert await answer.read() == page
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert attachment["filename"] == "a_page.html"


async def test_what_cannot_be_done_is_said_in_words(ada: Looker, bob: Looker) -> None:
    dm = ada.dm
    said = await ada.do("say", channel=dm, text="Mine")

    assert (await ada.tried("say", channel=dm, text="x" * 4001))["code"] == 50035
    assert await ada.tried("say", channel=dm, text="  ") == {
        "error": "Cannot send an empty message",
        "code": 50006,
    }
    assert await ada.tried("say", channel=1, text="Where?") == {
        "error": "Unknown Channel",
        "code": 10003,
    }
    assert await bob.tried("edit", channel=dm, message=said["id"], text="Yours") == MISSING_ACCESS
    for verb in ("dance", "say"):
        assert (await ada.tried(verb, step=1)).keys() == {"error"}
    assert (await ada.tried("command", channel=dm, name="frobnicate")).keys() == {"error"}
    assert (await ada.tried("submit", interaction=1, values={}))["code"] == 10062


async def test_a_file_larger_than_discord_takes_is_refused(ada: Looker) -> None:
    large = Upload("large.bin", b"0" * (10 * 1024 * 1024 + 1))

    refused = await ada.tried("say", channel=ada.dm, text="", files=[large])

    assert refused == {"error": "Request entity too large", "code": 40005}


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"as": ' * 100_000,
        b'{"as": "1", "do": "say", "channel": "1", "text": "\\ud800"}',
        b'{"as": 1' + b"0" * 5000 + b"}",
    ],
)
async def test_what_is_no_json_is_refused_in_words(town: Playground, sent: bytes) -> None:
    url = f"{town.discord.base_url}/page/do"
    async with aiohttp.ClientSession() as session, session.post(url, data=sent, headers=OURS) as it:
        assert (await it.json())["code"] == 50109


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("multipart/form-data", b"without a boundary"),
        ("multipart/form-data; boundary=X", b""),
        ("multipart/form-data; boundary=X", b"--X\r\nContent-Disposition: form-data"),
        ("multipart/form-data; boundary=X", b"--X\r\n\r\nwithout an end"),
    ],
)
async def test_what_is_no_form_is_refused(town: Playground, kind: str, sent: bytes) -> None:
    headers = OURS | {"Content-Type": kind}
    url = f"{town.discord.base_url}/page/do"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=sent, headers=headers) as answer,
    ):
        assert answer.status == 400


async def test_a_number_that_is_too_long_is_none(ada: Looker) -> None:
    refused = await ada.asked("messages", channel=ada.dm, limit="9" * 5000)

    assert refused == {"error": "limit must be a number", "code": 50035}


async def test_what_a_file_is_called_does_no_harm(ada: Looker, town: Playground) -> None:
    form = (
        b'--X\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n'
        b'{"as": "%d", "do": "say", "channel": "%s"}\r\n'
        b'--X\r\nContent-Disposition: form-data; name="files[0]"; filename="../\xff.none"\r\n'
        b"Content-Type: text/\xff\r\n\r\n<script>\r\n--X--\r\n"
    ) % (ada.person.id, ada.dm.encode())
    headers = OURS | {"Content-Type": "multipart/form-data; boundary=X"}
    async with aiohttp.ClientSession() as session:
        sent = await session.post(f"{town.discord.base_url}/page/do", data=form, headers=headers)
        assert "id" in await sent.json()
        (attachment,) = (await ada.until(lambda f: f["t"] == "MESSAGE_CREATE"))[-1]["d"][
            "attachments"
        ]
        answer = await session.get(attachment["url"])

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"


async def test_requests_of_long_ago_are_forgotten(town: Playground) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(201):
            await session.get(f"{town.discord.api_url}/gateway")

    assert len(town.discord.requests) == 200


async def test_other_hosts_origins_and_pages_are_refused(town: Playground) -> None:
    async with aiohttp.ClientSession() as session:
        refused = [
            await session.get(f"{town.discord.base_url}{path}", headers=headers)
            for path in ("/", "/page/messages", "/api/v10/users/@me", "/attachments/1/2/x")
            for headers in (
                {"Host": "evil.example"},
                {"Host": f"evil.example:{town.discord.base_url.rpartition(':')[2]}"},
                {"Origin": "http://evil.example"},
                {"Origin": "null"},
                {"Sec-Fetch-Site": "cross-site"},
            )
        ]
        unasked = await session.post(f"{town.discord.base_url}/page/do", json={"do": "say"})

    assert {answer.status for answer in refused} == {403}
    assert unasked.status == 403


async def test_the_page_itself_may_load_nothing_from_elsewhere(town: Playground) -> None:
    async with aiohttp.ClientSession() as session, session.get(town.discord.base_url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        body = await answer.text()

    assert answer.status == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "http://" not in body
    assert "https://" not in body


async def test_the_history_comes_in_pages_newest_first(ada: Looker, town: Playground) -> None:
    general = named(town, "general")
    for number in range(7):
        await ada.person.say(general, f"Number {number}")

    newest = await ada.asked("messages", channel=general.id, limit=3)
    oldest = await ada.asked(
        "messages", channel=general.id, limit=5, before=newest["messages"][0]["id"]
    )

    assert [m["content"] for m in newest["messages"]] == ["Number 4", "Number 5", "Number 6"]
    assert newest["more"] is True
    assert [m["content"] for m in oldest["messages"]] == [f"Number {n}" for n in range(4)]
    assert oldest["more"] is False


async def test_a_forum_post_is_opened_with_its_first_message(ada: Looker, town: Playground) -> None:
    forum = named(town, "questions")

    post = await ada.do("post", channel=forum.id, title="How?", text="Tell me how.")
    history = await ada.asked("messages", channel=post["id"])

    assert forum.kind is ChannelKind.FORUM
    assert [m["content"] for m in history["messages"]] == ["Tell me how."]
    assert history["messages"][0]["id"] == post["id"]


async def test_the_inspector_shows_the_very_context_that_was_sent(
    tmp_path: Path, openai: LocalOpenAI
) -> None:
    async with open_town(tmp_path, openai) as town, looking(town, town.town.owner) as (ada,):
        dm = ada.dm
        for text in ("First", "Second" + "\nand more" * 200):
            await ada.do("say", channel=dm, text=text)
            await ada.until(ends_answer)
        await ada.do("say", channel=dm, text="Third")
        answer = (await ada.until(ends_answer))[-1]["d"]
        assert town.lodger.bot is not None
        await town.lodger.bot.engine.lanes.drained()
        before = await ada.asked("inspect", channel=dm, message=answer["id"])
    async with (
        open_town(tmp_path, openai, given={"context_tokens": "500"}) as town,
        looking(town, town.town.owner) as (ada,),
    ):
        after = await ada.asked("inspect", channel=dm, message=answer["id"])
        nothing = await ada.asked("inspect", channel=dm, message=1)

    sent = openai.requests[-1]
    shown = before["context"]
    assert [(m["role"], m["text"]) for m in shown["messages"]] == [
        (said.role, said.text) for said in sent.messages
    ]
    assert shown["instructions"] == sent.instructions
    assert (shown["tokens_are"], shown["tokens"]) == ("billed", before["usage"]["input"])
    assert before["turn"].pop("state") in {"answered", "delivered"}
    assert before["turn"]["depth"] == 2
    assert before["session"]["title"] == "First"
    assert after["turn"].pop("state") in {"answered", "posted", "delivered"}
    assert after == before
    assert before["session"]["turns"] == 3
    assert nothing["code"] == 10008
