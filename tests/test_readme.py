"""The README's lines for the shell do what they say."""

from __future__ import annotations

import re
import shlex
import signal
import tomllib
from pathlib import Path

import aiohttp
import pytest

from bot.playground.choosing import ModelChoice
from tests.stories.terminal import printed, started, typed

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def commands(mark: str) -> list[list[str]]:
    """Return the commands of the marked line, in words."""
    found = re.search(rf"<!-- {mark} -->\n```sh\n(.+)\n```", README)
    assert found is not None
    return [shlex.split(command) for command in found[1].split(" && ")]


@pytest.mark.parametrize("mark", ["run", "tests"])
def test_what_is_installed_is_this_with_an_extra_that_exists(mark: str) -> None:
    make, install, _ = commands(mark)
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]

    assert make == ["python3", "-m", "venv", ".venv"]
    assert install[:3] == [".venv/bin/pip", "install", "-q"]
    extra = re.fullmatch(r"\.\[(\w+)\]", install[-1])
    assert extra is not None
    assert extra[1] in extras


def test_every_event_it_names_is_one_that_the_bot_logs() -> None:
    code = "".join(file.read_text() for file in (ROOT / "bot").rglob("*.py"))

    named = set(re.findall(r"`event=(\w+)`", README))

    assert named == {"store_works_again", "disk_low", "store_refuses", "clock_wrong"}
    assert [event for event in named if f'"event={event} ' not in code] == []


async def test_the_run_line_ends_in_a_page_that_answers(tmp_path: Path) -> None:
    python, *words = commands("run")[-1]
    own = ("--model", "scripted", "--no-browser", "--port", "0", "--folder", str(tmp_path / "kept"))

    async with started(tmp_path, *words[2:], *own) as process:
        said = await printed(process, "Ctrl-C ends it")
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address is not None
        async with aiohttp.ClientSession() as session, session.get(address[0]) as page:
            title = re.search("<title>(.*)</title>", await page.text())
        process.send_signal(signal.SIGINT)
        _, complaints = await process.communicate()

    assert python == ".venv/bin/python"
    assert words == ["-m", "bot", "playground"]
    assert title is not None
    assert "Parley" in title[1]
    assert f"Conversations are kept in {tmp_path / 'kept'}." in said
    assert (process.returncode, complaints) == (0, b"")


async def test_the_say_line_prints_an_answer(tmp_path: Path) -> None:
    (line,) = commands("say")

    ran = await typed(tmp_path, *line[3:], "--model", "scripted")

    assert line[:3] == [".venv/bin/python", "-m", "bot"]
    assert (ran.code, ran.err) == (0, "")
    assert "Ada: What is the capital of France?\n\nParley: " in ran.out


def test_the_picture_is_there() -> None:
    (name,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)

    assert (ROOT / name).read_bytes().startswith(b"\x89PNG")


def test_every_model_that_can_be_chosen_is_explained() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ", README.partition("| `--model` |")[2], re.MULTILINE)

    assert sorted(rows[:3]) == sorted(ModelChoice)
