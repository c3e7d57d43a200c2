"""Choosing: which model answers in the playground, and how the bot is set up for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.playground.local_model import NoLocalModel, Served, open_local_model
from bot.playground.local_openai import LocalOpenAI
from bot.settings import Settings, has_model, read_settings

OpenLocal = Callable[[], AbstractAsyncContextManager[Served]]

STAND_IN = "stand-in"
SMALL_MODEL = "SmolLM2-135M"
# Together less than the model's window, for the bot only estimates what it sends.
SMALL_CONTEXT = 1600  # tokens
SMALL_ANSWER = 300  # tokens
ANY_KEY = "local-key"  # a key the operator has set is for its own server, and stays here


class ModelChoice(StrEnum):
    """What can answer."""

    SCRIPTED = "scripted"
    LOCAL = "local"
    OPENAI = "openai"


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model that answers, while the block of `choose_model` lasts."""

    sentence: str | None = None  # who answers; None: the model that the operator has set
    given: Mapping[str, str] = field(default_factory=dict)
    at_most: Mapping[str, int] = field(default_factory=dict)

    def settings(self, **given: Any) -> Settings:
        """Return the operator's settings with this model, and with what is given.

        Raises:
            SettingsWrong: as `read_settings`.
        """
        settings = read_settings(**given, **self.given)
        fitting = {name: min(getattr(settings, name), most) for name, most in self.at_most.items()}
        return settings.model_copy(update=fitting)

    def words(self, settings: Settings) -> str:
        """Return the line that says who answers."""
        named = f"{settings.openai_model} answers, from {settings.openai_base_url or 'OpenAI'}."
        return self.sentence or named


@asynccontextmanager
async def choose_model(
    choice: ModelChoice | None = None, *, open_local: OpenLocal = open_local_model
) -> AsyncIterator[ChosenModel]:
    """Yield the model of that choice.

    Without one it is the model that the operator has set, else the local one, else the
    stand-in, which says why.

    Raises:
        NoLocalModel: the local one was chosen and cannot be had.
    """
    async with AsyncExitStack() as stack:
        match choice:
            case None if not has_model():
                yield await _best_without_key(stack, open_local)
            case None | ModelChoice.OPENAI:
                yield ChosenModel()
            case ModelChoice.LOCAL:
                yield await _local(stack, open_local)
            case ModelChoice.SCRIPTED:
                yield await _scripted(stack, "it was chosen")


async def _best_without_key(stack: AsyncExitStack, open_local: OpenLocal) -> ChosenModel:
    try:
        return await _local(stack, open_local)
    except NoLocalModel as error:
        unset = "neither OPENAI_API_KEY nor OPENAI_BASE_URL is set"
        return await _scripted(stack, f"{unset}, and the local model is not there: {error.reason}")


async def _local(stack: AsyncExitStack, open_local: OpenLocal) -> ChosenModel:
    served = await stack.enter_async_context(open_local())
    return ChosenModel(
        f"{SMALL_MODEL} answers, on this machine: a real model, but a very small one. "
        "It shows how the bot behaves, not how clever a model can be.",
        {**_at(served.base_url, SMALL_MODEL, served.key), "openai_api": "chat"},
        {"context_tokens": SMALL_CONTEXT, "max_output_tokens": SMALL_ANSWER},
    )


async def _scripted(stack: AsyncExitStack, reason: str) -> ChosenModel:
    openai = await stack.enter_async_context(LocalOpenAI())
    return ChosenModel(
        f"A scripted stand-in answers: {reason}.", _at(openai.url, STAND_IN, ANY_KEY)
    )


def _at(base_url: str, name: str, key: str) -> dict[str, str]:
    """Return the settings for a model that is to talk, and cannot name what it talks about."""
    return {
        "openai_base_url": base_url,
        "openai_model": name,
        "openai_api_key": key,
        "title_model": "off",
    }
