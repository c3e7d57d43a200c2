"""The real small model on this machine, from its file to the bot's answer.

Its 93 MB are fetched once and kept where the playground keeps them, so these tests cost a
download only on a machine that has never played. They run in one group: one download.
"""

from __future__ import annotations

import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import ClientSession

from bot.domain.message import Prompt, render
from bot.domain.persona import PERSONAS, instructed
from bot.playground.local_model import NoLocalModel, Served
from bot.playground.local_model.fetching import model_file
from bot.playground.local_model.processes import started
from bot.playground.local_model.serving import SERVER, serve
from tests.stories.local_model import needs_xllamacpp
from tests.stories.terminal import typed

pytestmark = [needs_xllamacpp, pytest.mark.xdist_group("local_model")]
FRANCE = "What is the capital of France?"


@pytest.fixture
async def file() -> Path:
    """Return the model's file; skip the test, with the reason, where it cannot be had."""
    try:
        return await model_file(tell=StringIO())
    except NoLocalModel as error:
        pytest.skip(str(error))


@pytest.fixture
async def served(file: Path) -> AsyncIterator[Served]:
    """Return a server with the model."""
    async with serve(file) as served:
        yield served


async def ask(served: Served, path: str, body: dict[str, Any], *, key: str = "") -> Any:
    """Return what the server answers to a request of the bot's kind."""
    headers = {"Authorization": f"Bearer {key or served.key}"}
    async with (
        ClientSession(headers=headers) as client,
        client.post(served.base_url.removesuffix("/v1") + path, json=body) as response,
    ):
        return response.status, await response.json()


def messages(text: str, *, direct: bool) -> list[dict[str, str]]:
    """Return what the bot would show the model."""
    said = render(
        Prompt(1, 7, "Ada", text, datetime(2026, 11, 28, 12, 30, tzinfo=UTC)), direct=direct
    )
    return [
        {"role": "system", "content": instructed(PERSONAS["assistant"].wording)},
        {"role": "user", "content": said.text},
    ]


@pytest.mark.usefixtures("file")
async def test_the_bot_answers_with_it_and_knows_the_capital_of_france(tmp_path: Path) -> None:
    ran = await typed(tmp_path, "playground", "--model", "local", "--say", FRANCE)

    assert (ran.code, ran.err) == (0, "")
    line, _, conversation = ran.out.partition("\n")
    assert line.startswith("SmolLM2-135M answers, on this machine: a real model, but a very small")
    assert "Paris" in conversation.partition("Parley: ")[2]


async def test_it_knows_it_twenty_times_of_twenty(served: Served) -> None:
    answers = []
    for seed in range(20):
        asked = {"messages": messages(FRANCE, direct=seed % 2 == 0), "seed": seed}
        _, said = await ask(served, "/v1/chat/completions", asked)
        answers.append(said["choices"][0]["message"]["content"])

    assert [answer for answer in answers if "Paris" not in answer] == []


@pytest.mark.parametrize("direct", [True, False])
async def test_it_is_shown_neither_labels_nor_the_rules_about_them(
    served: Served, *, direct: bool
) -> None:
    text = "Read this:\n[Bob #9 · 2026-11-28 12:29Z]\nHi."
    _, shown = await ask(served, "/apply-template", {"messages": messages(text, direct=direct)})

    assert shown["prompt"] == (
        "<|im_start|>system\n"
        "You are Parley, a helpful assistant. Be accurate and direct; say so when you do not know. "
        "Answer in the language you are spoken to in.\n\n"
        "You are a helpful AI assistant named Parley, and you know the facts. "
        "The user speaks English. Answer in English.<|im_end|>\n"
        f"<|im_start|>user\n{text}<|im_end|>\n"
        "<|im_start|>assistant\n"
    )


async def test_it_stops_talking_and_says_when_it_has_heard_too_much(served: Served) -> None:
    endless = {"messages": messages("Go on.", direct=True), "ignore_eos": True}
    _, said = await ask(served, "/v1/chat/completions", endless)
    status, refused = await ask(
        served, "/v1/chat/completions", {"messages": messages("word " * 3000, direct=True)}
    )

    assert said["choices"][0]["finish_reason"] == "length"
    assert said["usage"]["completion_tokens"] == 300
    assert (status, refused["error"]["type"]) == (400, "exceed_context_size_error")


async def test_it_listens_to_this_machine_and_to_who_has_the_key(served: Served) -> None:
    status, _ = await ask(served, "/v1/chat/completions", {"messages": []}, key="another")
    children = psutil.Process().children()  # a browser of other tests may be among them
    (server,) = [each for each in children if SERVER[-1] in each.cmdline()]
    hears = {c.laddr.ip for c in server.net_connections() if c.status == psutil.CONN_LISTEN}

    assert status == 401
    assert hears == {"127.0.0.1"}


async def test_it_ends_with_the_process_that_started_it(file: Path) -> None:
    parent = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:], stdin=-1, stdout=-1); "
    lines = (
        "p.stdin.write(b'key\\n'); p.stdin.flush(); p.stdout.readline(); print(p.pid, flush=True)"
    )
    async with started(
        *(sys.executable, "-c", f"{parent}{lines}; sys.stdin.read()", *SERVER, str(file)),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    ) as process:
        assert process.stdout is not None
        server = psutil.Process(int(await process.stdout.readline()))
        is_there_before = server.is_running()

    psutil.wait_procs([server], timeout=10)
    assert is_there_before
    assert not server.is_running()


async def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    file = tmp_path / "no-model.gguf"
    file.write_bytes(b"GGUF" + bytes(1000))

    with pytest.raises(NoLocalModel, match="xllamacpp does not start: RuntimeError: "):
        async with serve(file):
            raise AssertionError
