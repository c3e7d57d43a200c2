"""Which model answers in the playground."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot.playground.choosing import ModelChoice, choose_model
from bot.playground.local_model import NoLocalModel, Served
from bot.settings import Settings, SettingsWrong

DISCORD = {"discord_token": "a-token"}
OpenLocal = Callable[[], AbstractAsyncContextManager[Served]]


@asynccontextmanager
async def is_there() -> AsyncIterator[Served]:
    """Have a local model."""
    yield Served("http://127.0.0.1:9/v1", "its-key")


@asynccontextmanager
async def is_not_there() -> AsyncIterator[Served]:
    """Have none."""
    raise NoLocalModel("the dog ate it")
    yield Served("", "")


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Return an environment in which none of our settings is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    return monkeypatch


async def who(choice: ModelChoice | None, open_local: OpenLocal = is_there) -> tuple[str, Settings]:
    """Return the line that says who answers, and the bot's settings."""
    async with choose_model(choice, open_local=open_local) as chosen:
        settings = chosen.settings(**DISCORD)
        return chosen.words(settings), settings


STAND_IN = "A scripted stand-in answers: "
SMALL = "SmolLM2-135M answers, on this machine: "
OPENAI = "gpt-6-luna answers, from OpenAI."
OWN = "gpt-6-luna answers, from http://127.0.0.1:8/v1."


@pytest.mark.parametrize(
    ("choice", "environment", "begins"),
    [
        (None, {}, SMALL),
        (None, {"OPENAI_API_KEY": "k"}, OPENAI),
        (None, {"OPENAI_BASE_URL": "http://127.0.0.1:8/v1"}, OWN),
        (ModelChoice.LOCAL, {}, SMALL),
        (ModelChoice.LOCAL, {"OPENAI_API_KEY": "k"}, SMALL),
        (ModelChoice.SCRIPTED, {}, f"{STAND_IN}it was chosen."),
        (ModelChoice.SCRIPTED, {"OPENAI_API_KEY": "k"}, STAND_IN),
        (ModelChoice.OPENAI, {"OPENAI_API_KEY": "k"}, OPENAI),
        (ModelChoice.OPENAI, {"OPENAI_BASE_URL": "http://127.0.0.1:8/v1"}, OWN),
    ],
)
async def test_who_answers(
    environ: pytest.MonkeyPatch,
    choice: ModelChoice | None,
    environment: dict[str, str],
    begins: str,
) -> None:
    for name, value in environment.items():
        environ.setenv(name, value)

    words, _ = await who(choice)

    assert words.startswith(begins)


async def test_the_stand_in_says_why_it_answers(environ: pytest.MonkeyPatch) -> None:
    environ.delenv("OPENAI_API_KEY", raising=False)

    words, settings = await who(None, is_not_there)

    assert words == (
        "A scripted stand-in answers: neither OPENAI_API_KEY nor OPENAI_BASE_URL is set, and the "
        "local model is not there: the dog ate it."
    )
    assert settings.openai_model == "stand-in"


async def test_a_local_model_that_was_chosen_and_is_not_there_is_not_replaced(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("OPENAI_API_KEY", "k")

    with pytest.raises(NoLocalModel, match="There is no local model: the dog ate it"):
        await who(ModelChoice.LOCAL, is_not_there)


async def test_openai_chosen_without_a_key_names_the_setting(environ: pytest.MonkeyPatch) -> None:
    environ.setenv("OPENAI_MODEL", "some-model")

    with pytest.raises(SettingsWrong, match="OPENAI_API_KEY is not set"):
        await who(ModelChoice.OPENAI)


@pytest.mark.parametrize("choice", [ModelChoice.LOCAL, ModelChoice.SCRIPTED])
async def test_the_operators_key_goes_to_no_other_model(
    environ: pytest.MonkeyPatch, choice: ModelChoice
) -> None:
    environ.setenv("OPENAI_API_KEY", "sk-precious")

    _, settings = await who(choice)

    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() != "sk-precious"


async def test_the_local_model_is_asked_for_no_more_than_it_can(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("OPENAI_API", "responses")
    environ.setenv("OPENAI_MODEL", "gpt-6-luna")

    _, settings = await who(ModelChoice.LOCAL)

    assert str(settings.openai_base_url) == "http://127.0.0.1:9/v1"
    assert settings.openai_model == "SmolLM2-135M"
    assert settings.openai_api == "chat"
    assert (settings.context_tokens, settings.max_output_tokens) == (1600, 300)


async def test_the_operators_limits_hold_where_they_are_lower(
    environ: pytest.MonkeyPatch,
) -> None:
    environ.setenv("CONTEXT_TOKENS", "900")
    environ.setenv("MAX_OUTPUT_TOKENS", "50")

    _, settings = await who(ModelChoice.LOCAL)

    assert (settings.context_tokens, settings.max_output_tokens) == (900, 50)


@pytest.mark.parametrize(
    ("choice", "names"),
    [(ModelChoice.LOCAL, False), (ModelChoice.SCRIPTED, False), (ModelChoice.OPENAI, True)],
)
async def test_only_a_model_that_can_is_asked_for_titles(
    environ: pytest.MonkeyPatch, choice: ModelChoice, *, names: bool
) -> None:
    environ.setenv("OPENAI_API_KEY", "k")
    environ.setenv("TITLE_MODEL", "gpt-6-luna")

    _, settings = await who(choice)

    assert settings.names_sessions is names
