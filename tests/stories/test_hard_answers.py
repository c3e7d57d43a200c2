"""Answers that are long, hostile, or do not come at all."""

from __future__ import annotations

import pytest

from bot.playground.local_openai import (
    Drop,
    End,
    Fail,
    Garble,
    Pause,
    Refuse,
    Say,
    Script,
    Stop,
    in_turn,
)
from tests.stories.home import Home

HOSTILE = "@everyone @here <@{ada}> <@&{role}> "


def long_answer(ada: int, role: int) -> str:
    """Return 9,000 characters of code, tables, lists and cries for attention."""
    ping = HOSTILE.format(ada=ada, role=role)
    code = "\n".join(f"    total_{n} = compute({n}) + previous[{n}]" for n in range(60))
    table = "\n".join(f"| row {n} | {n * n} | {'x' * 20} |" for n in range(40))
    prose = " ".join(f"Sentence number {n} says little." for n in range(60))
    parts = [
        f"# Report\n{ping}",
        f"```python\ndef run():\n{code}\n```",
        f"| name | square | filler |\n|---|---|---|\n{table}",
        f"{prose} {ping}",
        f"~~~\n{code}\n~~~",
        "- " + "\n- ".join(f"item {n} with `inline code`" for n in range(40)),
    ]
    return "\n\n".join(parts)[:9000]


async def test_nine_thousand_hostile_characters_arrive_whole_and_ping_nobody(home: Home) -> None:
    role = home.discord.add_role(home.guild, "mods", mentionable=True)
    text = long_answer(home.ada.id, role.id)
    home.openai.answer = lambda _: [Say(text, size=40)]

    async with home.bot(max_output_tokens=8000):
        last = await home.ask(home.ada, home.general, "report please")

    pages = home.answers(home.general)
    assert len(text) == 9000
    assert pages[-1] is last
    assert 5 <= len(pages) <= 8
    for page in pages:
        assert len(page.content) <= 2000
        assert page.content.count("```") % 2 == 0
        assert not page.pings
    shown = "".join(page.content for page in pages)
    for line in text.splitlines():
        if line.strip():
            assert line.strip() in shown
    assert [page.labels for page in pages[:-1]] == [["continues below"]] * (len(pages) - 1)


async def test_a_very_long_answer_comes_as_a_file(home: Home) -> None:
    text = "All work and no play. " * 1000
    home.openai.answer = lambda _: [Say(text, size=500)]

    async with home.bot(max_output_tokens=20000):
        last = await home.ask(home.ada, home.general, "write")
        await home.discord.until(lambda: home.answers(home.general) == [last])

    (file,) = last.attachments
    assert file.filename == "answer.md"
    assert file.data.decode() == text
    assert "the whole answer is in the file" in last.content


FAULTS: list[tuple[str, Script, str]] = [
    ("rate limit", [Fail(429, "rate_limit_exceeded", headers={"Retry-After": "100"})], "limiting"),
    ("quota", [Fail(429, "insufficient_quota")], "no credit"),
    ("wrong key", [Fail(401, "invalid_api_key")], "API key"),
    ("unknown model", [Fail(404, "model_not_found")], "does not know the model"),
    ("overflow", [Fail(400, "context_length_exceeded")], "longer than the model can read"),
    ("policy", [Fail(400, "content_policy_violation")], "content policy"),
    ("bad request", [Fail(400, "invalid_value")], "did not understand"),
    ("refusal", [Refuse("I would rather not.")], "declined"),
    ("content filter", [Say("Well"), Stop("content_filter")], "content filter"),
    ("output cap", [Say("Half of"), Stop("length")], "length limit"),
    ("empty", [Stop("stop")], "empty answer"),
]


@pytest.mark.parametrize(("script", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_what_went_wrong_is_told_in_words_and_the_next_turn_works(
    home: Home, api: str, script: Script, words: str
) -> None:
    home.openai.answer = lambda asked: (
        [Say("Fine.")] if "again" in asked.messages[-1].text else script
    )

    async with home.bot(openai_api=api):
        told = await home.ask(home.ada, home.general, "hello")
        after = await home.ask(home.ada, home.general, "again")

    assert words in told.content
    assert after.content == "Fine."


PASSING: list[tuple[str, Script]] = [
    ("server error", [Fail(500)]),
    ("overloaded", [Fail(503)]),
    ("rate limit", [Fail(429, "rate_limit_exceeded", headers={"Retry-After": "0.1"})]),
    ("dropped before", [Drop()]),
    ("dropped within", [Say("Some words"), Drop()]),
    ("ended without its end", [Say("Some words"), End()]),
    ("garbled", [Say("Some words"), Garble()]),
    ("stalled", [Say("Some words"), Pause(30)]),
]


@pytest.mark.parametrize("script", [p[1] for p in PASSING], ids=[p[0] for p in PASSING])
@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_what_passes_is_tried_again_and_nobody_notices(
    home: Home, api: str, script: Script
) -> None:
    home.openai.answer = in_turn(script, [Say("Whole after all.")])

    async with home.bot(openai_api=api, stall_seconds=0.3):
        answer = await home.ask(home.ada, home.general, "hello")

    assert answer.content == "Whole after all."
    assert home.answers(home.general) == [answer]
    assert len(home.openai.requests) == 2
