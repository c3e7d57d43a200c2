"""The README's lines for the shell do what they say."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from bot.playground.choosing import ModelChoice
from tests.stories.terminal import typed

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


async def test_the_bot_answers_what_the_run_line_says(tmp_path: Path) -> None:
    python, *words = commands("run")[-1]

    ran = await typed(tmp_path, *words[2:], "--model", "scripted")

    assert python == ".venv/bin/python"
    assert words[:2] == ["-m", "bot"]
    assert (ran.code, ran.err) == (0, "")
    assert "Ada: Hello! Who are you?\n\nParley: " in ran.out


def test_every_model_that_can_be_chosen_is_explained() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ", README.partition("Which model")[2], re.MULTILINE)

    assert sorted(rows[:3]) == sorted(ModelChoice)
