"""Every request of a story that uses everything, held against what Discord says of its API."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.playground import Channel, ChannelKind, LocalDiscord, Message, Permission, Thread
from bot.playground.local_openai import Asked, Hold, LocalOpenAI, Pause, Say, Script
from bot.playground.rest.door import RequestRecord
from tests.playground.openapi import DOCUMENT, Document, needs_document
from tests.stories.home import Home, open_home

pytestmark = pytest.mark.xdist_group("requests")  # they share one story

PAGES = "".join(f"Sentence number {n:03} of a longer answer.\n" for n in range(60))
BOOK = "All work and no play. " * 900
ANSWERS: Mapping[str, Script] = {
    "pages": [Pause(0.2), Say(PAGES, size=600, delay=0.4)],
    "book": [Say(BOOK[:15000], size=15000), Pause(0.4), Say(BOOK[15000:], size=5000)],
    "whole book": [Say(BOOK, size=len(BOOK))],
    "endless": [Say("Once upon "), Hold()],
    "interrupted": [Say("In the beginning "), Pause(0.3), Say("and in the end.")],
}

EXTRA: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "PATCH /channels/{channel_id}/messages/{message_id}": (("tts",),),
    "PATCH /webhooks/{application_id}/{token}/messages/{message_id}": (("tts",),),
    "POST /channels/{channel_id}/threads, with a first message": (("message", "tts"), ("type",)),
}
"""What discord.py 2.7.1 sends beyond the document, by route; Discord passes it over.

An edit cannot be read aloud, nor can a forum's post, and the forum knows what kind of
thread its posts are.
"""

# What was asked, and which part of the answer this is: anything random would not survive a crash.
NONCE = re.compile(r"[0-9a-f]{10,16}(\.[0-9a-z]{1,3}){1,2}")
CREATE = re.compile(r"POST /channels/\d+/messages")
SPEAKS = re.compile(
    r"POST /channels/\d+/messages"
    r"|PATCH /channels/\d+/messages/\d+"
    r"|POST /webhooks/\d+/[^/]+"
    r"|PATCH /webhooks/\d+/[^/]+/messages/@original"
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalDiscord]:
    """Return the local Discord after a long life of the bot in it."""
    openai = LocalOpenAI(_answer)
    async with open_home(tmp_path_factory.mktemp("home"), openai) as home:
        async with home.bot(max_output_tokens=16000):
            await _talk(home)
            await _chat(home)
            await _keep_house(home)
            await _fall_foul(home)
        await _come_back(home)
        yield home.discord


def _answer(asked: Asked) -> Script:
    said = asked.messages[-1].text.rpartition("]\n")[2]
    return ANSWERS.get(said, [Say(f"You said: {said}")])


async def _talk(home: Home) -> None:
    """Ask for pages, for files and in a direct message; press and stop."""
    for text in ("pages", "book", "whole book"):
        await home.ask(home.ada, _channel(home), text)
    stage = _channel(home)
    said = await home.ada.say(stage, f"{home.mention} endless")
    growing = await _first_post_after(home, stage, said)
    await home.bob.press(growing, label="Stop")
    await home.answer_after(stage, said)
    await home.ada.press(growing, label="Retry")
    await home.discord.until(lambda: "Stop" in growing.labels)
    await (await home.ada.slash(stage, "stop")).answered()
    await home.discord.until(lambda: "Retry" in growing.labels)
    busy = _channel(home)
    growing = await _first_post_after(
        home, busy, await home.ada.say(busy, f"{home.mention} endless")
    )
    waiting = await home.bob.say(busy, f"{home.mention} me too")
    await home.discord.until(lambda: waiting.reactions)
    await home.bob.press(growing, label="Stop")
    await home.answer_after(busy, waiting)
    direct = home.discord.dm(home.bob)
    await home.answer_after(direct, await home.bob.say(direct, "just us two"))


async def _chat(home: Home) -> None:
    """Open conversations wherever one can be opened."""
    for prompt in ({"prompt": "bread"}, {"prompt": "psst", "private": True}, {}):
        before = set(home.guild.threads)
        await (await home.ada.slash(home.general, "chat", **prompt)).answered()
        (number,) = set(home.guild.threads) - before
        thread = home.guild.threads[number]
        if prompt:
            await _whole_answer_in(home, thread)
        await home.answer_after(thread, await home.ada.say(thread, "and now?"))
    forum = home.discord.add_channel(home.guild, "forum", ChannelKind.FORUM)
    post = await home.bob.open_forum_post(forum, "Help", f"{home.mention} please")
    await _whole_answer_in(home, post)
    await (await home.bob.slash(post, "chat", prompt="another post")).answered()
    direct = home.discord.dm(home.ada)
    await (await home.ada.slash(direct, "chat", prompt="here")).answered()
    await _whole_answer_in(home, direct)


async def _keep_house(home: Home) -> None:
    """Use every command about sessions."""
    ada, general = home.ada, _channel(home)
    answer = await home.ask(ada, general, "bees")
    for app in ("Continue from here", "Pin to context"):
        await (await ada.use_on(answer, app)).answered()
    for line in ("help", "context", "session info", "session list", "usage me", "retry", "undo"):
        await (await ada.slash(general, line)).answered()
    await home.answer_after(general, await ada.say(general, f"{home.mention} wasps"))
    await ada.autocomplete(general, "new", option="model", typed="gpt")
    await (await ada.slash(general, "new", persona="brief", model="gpt-x")).answered()
    await (await ada.slash(general, "reset")).answered()
    panel = await (await ada.slash(general, "settings")).answered()
    await ada.select(panel, "model", custom_id="set-trait:session:persona")
    await home.discord.until(lambda: "Type it" in panel.labels)
    form = await ada.press(panel, label="Type it")
    await ada.submit(form, value="gpt-y")
    await home.discord.until(lambda: "gpt-y" in panel.content)
    home.discord.overwrite(general, ada, allow=Permission.MANAGE_GUILD)
    await ada.select(panel, "server", custom_id="set-level:session:model")
    await home.discord.until(lambda: "Budgets…" in panel.labels)
    await ada.submit(await ada.press(panel, label="Budgets…"), server="five|€" * 3)
    await home.discord.until(lambda: "Correct it" in panel.labels)
    await ada.submit(await ada.press(panel, label="Correct it"), server="5/100")
    await home.discord.until(lambda: "**$5.00 a day" in panel.content)
    choices = await ada.autocomplete(general, "session resume", option="session", typed="bees")
    session = choices[0].value
    await (await ada.slash(general, "session resume", session=session)).answered()
    await (await ada.slash(general, "session rename", session=session, title="Insects")).answered()
    asked = await (await ada.slash(general, "session delete", session=session)).answered()
    pressed = await ada.press(asked, label="Erase it for good")
    await home.discord.until(lambda: "Erase it for good" not in asked.labels)
    assert not pressed.failed


async def _fall_foul(home: Home) -> None:
    """Ask for what may not be, and let Discord refuse what may."""
    other = _channel(home)
    old = await home.ask(home.ada, other, "first")
    await home.ask(home.ada, other, "second")
    pressed = await home.ada.press(old, label="Retry")
    await home.discord.until(lambda: pressed.followups)
    silent = _channel(home)
    home.discord.overwrite(silent, home.bob, deny=Permission.SEND_MESSAGES)
    await (await home.bob.slash(silent, "new")).answered()
    home.discord.faults.answer(403, "POST", "/channels/*/messages/*/threads", code=50013)
    await (await home.ada.slash(silent, "chat", prompt="no thread for you")).answered()
    await home.discord.until(lambda: not home.answers(silent))
    home.discord.faults.answer(404, "PATCH", "/webhooks/*/*/messages/*", code=10015)
    await home.ada.slash(silent, "new")
    await home.discord.until(lambda: home.answers(silent))


async def _come_back(home: Home) -> None:
    """Be stopped in the midst of an answer, and finish it in another life."""
    channel = _channel(home)
    await _is_down()
    async with home.bot():
        said = await home.ada.say(channel, f"{home.mention} interrupted")
        await _first_post_after(home, channel, said)
    await _is_down()
    async with home.bot():
        await home.answer_after(channel, said)


async def _is_down() -> None:
    """Let the second pass that a process takes to start, for here all live in one process.

    Without it Discord counts what two of them ask for as of one second.
    """
    await asyncio.sleep(1.0)


def _channel(home: Home) -> Channel:
    """Return a channel of its own, for Discord limits how much is said in one."""
    return home.discord.add_channel(home.guild, "another")


async def _first_post_after(home: Home, channel: Channel, said: Message) -> Message:
    posts = await home.discord.until(lambda: [m for m in home.answers(channel) if m.id > said.id])
    return posts[0]


async def _whole_answer_in(home: Home, place: Channel | Thread) -> None:
    await home.discord.until(lambda: any("Retry" in m.labels for m in home.answers(place)))


def _name(record: RequestRecord) -> str:
    return f"{record.method} {record.path}"


def _messages_in(records: Sequence[RequestRecord]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield every message that was sent or changed, by the request that did it."""
    for record in records:
        body = record.body if isinstance(record.body, dict) else {}
        within = body.get("message") if record.path.endswith("/threads") else body.get("data")
        if SPEAKS.fullmatch(_name(record)):
            yield _name(record), body
        elif isinstance(within, dict) and "content" in within:
            yield _name(record), within


@needs_document
def test_every_request_is_as_discord_describes_it(discord: LocalDiscord, tmp_path: Path) -> None:
    closed = tmp_path / "closed.json"
    closed.write_text(json.dumps(_closed(json.loads(DOCUMENT.read_text()))))
    document = Document(closed)

    complaints = [
        complaint
        for record in discord.requests
        for complaint in document.complaints_about_request(_as_documented(record))
    ]

    assert complaints == []


def _closed(schema: object) -> object:
    """Return a document in which an object has no fields but those that are named."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: _closed(part) for name, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        return {"additionalProperties": False, **inside}
    return inside


def _as_documented(record: RequestRecord) -> RequestRecord:
    """Return a request without the known differences between discord.py and the document."""
    body = _with_ids_as_text(record.body)
    opens_post = isinstance(body, dict) and "message" in body
    kind = f"{record.method} {record.route}" + ", with a first message" * opens_post
    for *way, name in EXTRA.get(kind, ()):
        inner = body
        for step in way:
            inner = inner[step] if isinstance(inner, dict) else None
        assert isinstance(inner, dict)
        del inner[name]  # an error once discord.py does not send it any more
    return replace(record, body=body)


def _with_ids_as_text(value: object) -> object:
    """Return JSON in which ids are text.

    discord.py writes some as numbers, in the reference of a reply and for attachments; the
    document and Discord's own answers have text. Discord takes both.
    """
    if isinstance(value, list):
        return [_with_ids_as_text(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        name: str(part)
        if isinstance(part, int) and (name == "id" or name.endswith("_id"))
        else _with_ids_as_text(part)
        for name, part in value.items()
    }


def test_the_story_uses_every_kind_of_request_that_the_bot_can_make(discord: LocalDiscord) -> None:
    assert {f"{record.method} {record.route}" for record in discord.requests} == {
        "GET /gateway/bot",
        "GET /users/@me",
        "GET /oauth2/applications/@me",
        "PUT /applications/{application_id}/commands",
        "GET /channels/{channel_id}/messages",
        "POST /channels/{channel_id}/messages",
        "PATCH /channels/{channel_id}/messages/{message_id}",
        "DELETE /channels/{channel_id}/messages/{message_id}",
        "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me",
        "POST /channels/{channel_id}/typing",
        "POST /channels/{channel_id}/threads",
        "POST /channels/{channel_id}/messages/{message_id}/threads",
        "PUT /channels/{channel_id}/thread-members/{user_id}",
        "POST /interactions/{interaction_id}/{token}/callback",
        "POST /webhooks/{application_id}/{token}",
        "PATCH /webhooks/{application_id}/{token}/messages/{message_id}",
    }
    assert discord.unknown_routes == []


def test_no_message_can_ping_anybody(discord: LocalDiscord) -> None:
    messages = list(_messages_in(discord.requests))

    can_ping = [
        name for name, message in messages if message.get("allowed_mentions") != {"parse": []}
    ]
    assert len(messages) > 60
    assert can_ping == []


def test_every_message_is_created_under_a_nonce_of_its_own(discord: LocalDiscord) -> None:
    created = [
        record.body
        for record in discord.requests
        if CREATE.fullmatch(_name(record)) and record.status == 200
    ]

    nonces = [str(body["nonce"]) for body in created if isinstance(body, dict)]
    assert len(nonces) == len(created) > 20
    assert all(isinstance(body, dict) and body["enforce_nonce"] is True for body in created)
    assert all(NONCE.fullmatch(nonce) and len(nonce) <= 25 for nonce in nonces)
    assert len(set(nonces)) == len(nonces)


def test_discord_is_hardly_ever_asked_too_often(discord: LocalDiscord) -> None:
    assert discord.too_many_requests <= 3


def test_nobody_was_left_without_an_acknowledgement(discord: LocalDiscord) -> None:
    statuses = [record.status for record in discord.requests if record.path.endswith("/callback")]

    assert set(statuses) == {200}
    assert len(statuses) > 20
