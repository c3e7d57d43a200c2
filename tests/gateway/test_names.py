"""What Discord shows by name is read by name, once, and outside of code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.wording import speaker_name
from bot.gateway.names import by_name

NAMES = {("@", 1): "Bob", ("@", 9): "", ("@&", 2): "mods", ("#", 3): "general"}
PIECES = ["<@1>", "<@!9>", "<@&2>", "<#3>", "<@4>", "<:a_b:5>", "<t:0:R>", "</x y:6>", "`", "```",
          "\\", "<", ">", " ", "\n", "a"]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("<@1>, <@!1>, <@&2> and <#3>", "@Bob, @Bob, @mods and #general"),
        ("<@4>, <@&4> and <#4>", "@unknown, @unknown and #unknown"),
        ("<:blob:123> <a:wave:123>", ":blob: :wave:"),
        ("<t:0> <t:1767225600:R>", "1970-01-01 00:00Z 2026-01-01 00:00Z"),
        ("<t:-99999999999>", "some time"),
        ("</session list:123>", "/session list"),
        ("<@9> hi <@9> there", "hi there"),
        ("<@x> <#> <@1 <t:x> @everyone", "<@x> <#> <@1 <t:x> @everyone"),
    ],
)
def test_ids_are_read_by_name(said: str, read: str) -> None:
    assert by_name(said, NAMES) == read


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("`<@1>` <@1>", "`<@1>` @Bob"),
        ("`two\n<@1>` <@1>", "`two\n<@1>` @Bob"),
        ("``a ` <@1>`` <@1>", "``a ` <@1>`` @Bob"),
        ("```py\n<@1>\n``` <@1>", "```py\n<@1>\n``` @Bob"),
        ("`never closed <@1>", "`never closed @Bob"),
        ("``<@1>`", "``@Bob`"),
        ("\\<@1> \\\\<@1>", "\\<@1> \\\\@Bob"),
        ("\\`<@1>`", "\\`@Bob`"),
    ],
)
def test_code_and_what_is_escaped_stay_as_they_were_typed(said: str, read: str) -> None:
    assert by_name(said, NAMES) == read


@given(st.text())
def test_a_name_is_never_read_as_an_id(name: str) -> None:
    names = {("@", 1): name or "x", ("@", 2): "Mallory", ("#", 2): "secret"}

    assert by_name("<@1>", names) == f"@{speaker_name(name or 'x')}"


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_outside_of_code_no_id_is_left(text: str) -> None:
    said = by_name(text.replace("`", "").replace("\\", ""), NAMES)

    assert not any(whole in said for whole in ("<@1>", "<@&2>", "<#3>", "<@4>", "<t:0:R>"))


@pytest.mark.parametrize("piece", ["`", "``x", "```", "<@", "<a:", "</a", "\\", "`x``"], ids=repr)
def test_the_longest_message_takes_no_time(piece: str) -> None:
    text = (piece * 4000)[:4000]

    for _ in range(10):  # a pattern that tries every way would be at it for minutes
        assert by_name(text, NAMES) == text
