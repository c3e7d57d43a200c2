"""What the engine hears of a message."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.access import Actor, ActorKind, Right
from bot.domain.attachment import Attachment
from bot.domain.hearing import Utterance
from bot.domain.message import Prompt, render
from bot.domain.session import Place
from bot.gateway.translate import translate
from tests.gateway.payloads import (
    ADA,
    BOB,
    DIRECT,
    GENERAL,
    GUILD,
    MEMBER,
    MODS,
    OUR_ROLE,
    OUR_THREAD,
    PARLEY,
    SENT,
    THEIR_THREAD,
    US,
    Library,
    mention,
    message,
    user,
)

LIBRARY = Library()
OURS = message("an answer", id="5", author=PARLEY)
REPLY = {"message_id": "5", "channel_id": str(GENERAL), "guild_id": str(GUILD), "type": 0}
SNAPSHOT = {"message": {"type": 0, "content": "elsewhere", "embeds": [], "attachments": [],
                        "timestamp": "2026-11-23T19:40:00+00:00", "edited_timestamp": None,
                        "flags": 0, "mentions": []}}  # fmt: skip
POLL = {"question": {"text": "Tea?"}, "answers": [], "expiry": "2026-11-24T19:46:45+00:00",
        "allow_multiselect": False, "layout_type": 1}  # fmt: skip


def heard(payload: dict[str, Any]) -> Utterance:
    return translate(LIBRARY.received(payload), LIBRARY.us)


def read(payload: dict[str, Any]) -> str:
    return heard(payload).prompt.text


def test_a_message_says_where_who_what_and_when() -> None:
    assert heard(message("hello")) == Utterance(
        place=Place(GENERAL, GUILD),
        prompt=Prompt(SENT, ADA, "Ada", "hello", datetime(2026, 11, 23, 19, 46, 44, 989000, UTC)),
        actor=Actor(ADA, ActorKind.PERSON, frozenset({Right.VIEW, Right.WRITE})),
    )


def test_a_message_of_the_history_reads_like_one_that_arrives() -> None:
    payload = message(f"<@{US}> see <#{GENERAL}>", mentions=[mention(US, "Parley")])

    assert translate(LIBRARY.fetched(payload), LIBRARY.us) == heard(payload)


def test_the_speaker_has_the_name_that_the_server_knows() -> None:
    assert heard(message(member=MEMBER | {"nick": "Countess"})).prompt.author_name == "Countess"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, ActorKind.PERSON),
        ({"type": 19}, ActorKind.PERSON),  # a reply
        ({"author": user(5, "Other", bot=True)}, ActorKind.BOT),
        ({"author": PARLEY}, ActorKind.BOT),
        ({"webhook_id": "6", "member": None}, ActorKind.WEBHOOK),
        ({"type": 7}, ActorKind.SYSTEM),  # somebody joined
        ({"type": 20}, ActorKind.SYSTEM),  # a command was used
        ({"type": 21}, ActorKind.SYSTEM),  # a thread begins
    ],
)
def test_only_people_who_speak_are_people(changes: dict[str, Any], kind: ActorKind) -> None:
    assert heard(message(**changes)).actor.kind is kind


@pytest.mark.parametrize(
    ("changes", "mentions_us"),
    [
        ({"mentions": [mention(US, "Parley")]}, True),
        ({"mention_roles": [str(OUR_ROLE)]}, True),
        ({"mentions": [mention(BOB, "Bob")]}, False),
        ({"mention_roles": [str(MODS)]}, False),
        ({"mention_everyone": True, "content": "@everyone"}, False),
        ({"content": f"<@{US}>"}, False),  # in code, say: Discord decides what is a mention
        ({"content": f"`<@&{OUR_ROLE}>`"}, False),
    ],
)
def test_we_are_mentioned_by_name_or_role_and_not_with_everyone(
    *, changes: dict[str, Any], mentions_us: bool
) -> None:
    assert heard(message(**changes)).mentions_us is mentions_us


@pytest.mark.parametrize(
    ("changes", "replies_to_us"),
    [
        ({"type": 19, "message_reference": REPLY, "referenced_message": OURS}, True),
        ({"type": 19, "message_reference": REPLY, "referenced_message": message()}, False),
        ({"type": 19, "message_reference": REPLY}, False),  # Discord did not look it up
        ({"type": 0, "message_reference": REPLY | {"type": 1}, "message_snapshots": [SNAPSHOT],
          "referenced_message": OURS}, False),
    ],
)  # fmt: skip
def test_a_reply_to_us_is_one_and_a_forward_of_ours_is_none(
    *, changes: dict[str, Any], replies_to_us: bool
) -> None:
    assert heard(message(**changes)).replies_to_us is replies_to_us


def test_a_reply_to_what_was_deleted_is_no_reply_to_us() -> None:
    payload = message(type=19, message_reference=REPLY) | {"referenced_message": None}

    assert not heard(payload).replies_to_us


@pytest.mark.parametrize(
    ("channel", "is_ours"), [(OUR_THREAD, True), (THEIR_THREAD, False), (GENERAL, False)]
)
def test_a_thread_is_ours_when_we_opened_it(*, channel: int, is_ours: bool) -> None:
    said = heard(message(channel_id=str(channel)))

    assert said.in_thread_of_ours is is_ours
    assert said.place == Place(channel, GUILD)


def test_a_direct_message_has_no_server() -> None:
    said = heard(message(channel_id=str(DIRECT), guild_id=None, member=None))

    assert said.place == Place(DIRECT)


@pytest.mark.parametrize(("guild", "channel"), [(77, 777), (GUILD, 777)])
def test_a_place_we_were_not_told_of_is_no_direct_message(guild: int, channel: int) -> None:
    said = heard(message(guild_id=str(guild), channel_id=str(channel)))

    assert said.place == Place(channel, guild)
    assert not said.in_thread_of_ours


def test_names_are_those_of_the_server() -> None:
    text = f"<@{US}> ask <@{BOB}>, <@!{BOB}>, <@&{MODS}> or <#{OUR_THREAD}>, not <@&{OUR_ROLE}>"
    people = [mention(US, "Parley"), mention(BOB, "Bob", nick="Bobby")]

    assert read(message(text, mentions=people)) == "ask @Bobby, @Bobby, @mods or #a thread, not"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"sticker_items": [{"id": "1", "name": "Wave", "format_type": 1}]},
         "[sticker not shown to you: Wave]"),
        ({"poll": POLL}, "[poll not shown to you: Tea?]"),
        ({"embeds": [{"type": "article", "title": "News"}, {"type": "image"}]},
         "[link preview not shown to you]"),
        ({"message_reference": REPLY | {"type": 1}, "message_snapshots": [SNAPSHOT]},
         "[forwarded message not shown to you]"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_said_in_one_line(changes: dict[str, Any], line: str) -> None:
    assert read(message("look", **changes)) == f"look\n{line}"
    assert read(message("", **changes)) == line


def file(name: str, kind: str | None = None, **more: Any) -> dict[str, Any]:
    """Return an attachment as Discord sends one."""
    sent = {"id": "7", "filename": name, "size": 900, "content_type": kind, "url": LINK,
            "proxy_url": LINK.replace(CDN, MEDIA)}  # fmt: skip
    return {field: value for field, value in (sent | more).items() if value is not None}


CDN, MEDIA = "cdn.discordapp.com", "media.discordapp.net"
LINK = f"https://{CDN}/attachments/1/7/a%20b.png?ex=66&is=65&hm=ab12&"


@pytest.mark.parametrize(
    ("sent", "name", "kind"),
    [
        (file("cat.png", "image/png"), "cat.png", "image/png"),
        (file("notes.txt", "text/plain; charset=utf-8"), "notes.txt", "text/plain"),
        (file("a]\n[b", "X]\n[y"), "a b", "x y"),
        (file("notes"), "notes", "unknown kind"),
    ],
)
def test_what_came_with_a_message_is_heard_with_it(
    sent: dict[str, Any], name: str, kind: str
) -> None:
    said = heard(message("look", attachments=[sent])).prompt

    assert said.text == "look"
    assert said.attachments == (Attachment(7, name, kind, 900, LINK),)
    assert heard(message("", attachments=[sent])).prompt.text == ""


@pytest.mark.parametrize(
    ("kind", "width", "height", "query"),
    [
        ("image/png", 1024, 600, None),
        ("image/png", None, None, None),
        ("text/plain", 4000, 3000, None),
        ("image/jpeg", 4000, 3000, "format=webp&width=1024&height=768"),
        ("image/png", 20, 40_000, "format=webp&width=1&height=1024"),
        ("image/gif", 300, 200, "format=webp&width=300&height=200"),
        ("image/heic", 4000, 1000, "format=webp&width=1024&height=256"),
    ],
)
def test_of_a_large_image_discord_is_asked_for_a_smaller_rendering(
    kind: str, width: int | None, height: int | None, query: str | None
) -> None:
    sent = file("a b.png", kind, width=width, height=height)

    (image,) = heard(message("look", attachments=[sent])).prompt.attachments

    smaller = f"https://{MEDIA}/attachments/1/7/a%20b.png?ex=66&is=65&hm=ab12&{query}"
    assert image.url == (smaller if query else LINK)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1/7", "https://[", "", "\ud800"])
def test_nobody_else_is_asked_for_a_rendering(proxy: str) -> None:
    sent = file("cat.jpg", "image/jpeg", width=4000, height=3000, proxy_url=proxy)

    (image,) = heard(message("look", attachments=[sent])).prompt.attachments

    assert image.url == LINK


@pytest.mark.parametrize("text", ["", f"<@{US}>", f"  <@{US}> <@&{OUR_ROLE}> "])
def test_who_says_nothing_is_told_to_the_model(text: str) -> None:
    assert read(message(text)) == "[says nothing]"


def test_what_cannot_be_stored_is_not_heard() -> None:
    assert read(message("a\0b\ud800")) == "ab\ufffd"


@given(name=st.text(), text=st.text(), called=st.text(min_size=1))
def test_nobody_can_forge_who_speaks(name: str, text: str, called: str) -> None:
    payload = message(
        text,
        member=MEMBER | {"nick": name},
        attachments=[file(called, called)],
    )

    shown = render(heard(payload).prompt, direct=False).text

    label = shown.split("\n")[0]
    assert re.fullmatch(r"\[[^\[\]\n#]+ #1 · 2026-11-23 19:46Z\]", label)
    assert shown.encode()
    assert len(shown.splitlines()) <= 2 + len(text.splitlines())
