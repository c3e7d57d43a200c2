"""The link that adds the bot to a server."""

from __future__ import annotations

import pytest

from bot.gateway.invite import application_id_from, invite_url


def test_the_link_asks_for_what_is_used_and_no_more() -> None:
    # View Channel 1<<10, Send Messages 1<<11, Attach Files 1<<15, Read Message History 1<<16,
    # Create Public Threads 1<<35, Create Private Threads 1<<36, Send Messages in Threads 1<<38
    assert invite_url(42) == (
        "https://discord.com/oauth2/authorize?client_id=42"
        "&scope=bot+applications.commands&permissions=377957223488"
    )


@pytest.mark.parametrize(
    ("token", "application_id"),
    [
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.secret", 123456789012345678),
        (" MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.secret\n", 123456789012345678),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc.Gabcde.secret", 12345678901234567),
        ("local-token", None),
        ("", None),
        ("aGVsbG8.x.y", None),
        ("ÄÖÜ.x.y", None),
    ],
)
def test_a_token_tells_whose_it_is(token: str, application_id: int | None) -> None:
    assert application_id_from(token) == application_id
