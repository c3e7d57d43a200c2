"""Checking: can the model be reached, and is it there? For the operator, in words."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import httpx2
from openai import AsyncOpenAI

from bot.domain.context import Context
from bot.domain.errors import Fault, ModelError, ModelRefused
from bot.domain.message import Message, Role
from bot.domain.session import SessionId
from bot.model.connecting import Endpoint, open_client
from bot.model.listing import listed_models
from bot.model.remote import RemoteModel

CHECK_SECONDS = 30.0  # a local server may have to load the model first
ENOUGH_TOKENS = 16  # the least that OpenAI takes as a cap
MANY = 5  # models named at most


@dataclass(frozen=True, slots=True)
class Checkup:
    """What came of a check: whether all is well, and a sentence for the operator."""

    ok: bool
    words: str


async def check_model(
    endpoint: Endpoint,
    model: str,
    *,
    setting: str = "OPENAI_MODEL",
    transport: httpx2.AsyncBaseTransport | None = None,
) -> Checkup:
    """Say whether `model` would answer at `endpoint`, and what to mend if not.

    The `setting` is the one that names it.

    The list of models decides where there is one and the model stands in it; that costs
    nothing. Otherwise a server that is not OpenAI is asked for one short answer, because
    some list no models and some answer to any name. `transport` takes the network's place.
    """
    async with open_client(endpoint, stall_seconds=CHECK_SECONDS, transport=transport) as client:
        try:
            return await _check(client, endpoint, model, setting)
        except ModelError as error:
            return Checkup(ok=False, words=_mend(error, endpoint, model))


async def _check(client: AsyncOpenAI, endpoint: Endpoint, model: str, setting: str) -> Checkup:
    known = await listed_models(client)
    if model in known:
        return Checkup(ok=True, words=f"{model} is there, at {endpoint.url}")
    if endpoint.is_openai:
        return Checkup(ok=False, words=f"this key has no model {model}; {_choice(known, setting)}")
    try:
        await _ask(client, endpoint, model)
    except ModelRefused as error:
        if error.fault is not Fault.MODEL:
            raise
        words = f"{_mend(error, endpoint, model)}; {_choice(known, setting)}"
        return Checkup(ok=False, words=words)
    return Checkup(ok=True, words=f"{model} answers, at {endpoint.url}")


async def _ask(client: AsyncOpenAI, endpoint: Endpoint, model: str) -> None:
    dialect = endpoint.dialect(max_output_tokens=ENOUGH_TOKENS, salt="")
    hello = (Message(Role.USER, "Say hello."),)
    context = Context(SessionId(UUID(int=0)), 0, model, "Be brief.", hello)
    async with RemoteModel(client, dialect).complete(context) as events:
        async for _ in events:
            pass


def _choice(known: list[str], setting: str) -> str:
    if not known:
        return f"set {setting} to one that the server has"
    more = f" and {len(known) - MANY} more" if len(known) > MANY else ""
    return f"set {setting} to one it has: {', '.join(sorted(known)[:MANY])}{more}"


def _mend(error: ModelError, endpoint: Endpoint, model: str) -> str:
    match error.fault:
        case Fault.AUTH:
            return f"{endpoint.url} does not accept the key: correct OPENAI_API_KEY ({error})"
        case Fault.QUOTA:
            return f"the account has no credit left: top it up ({error})"
        case Fault.CONNECTION | Fault.TIMEOUT:
            return f"{endpoint.url} cannot be reached: check OPENAI_BASE_URL and the net ({error})"
        case Fault.MODEL:
            return f"{endpoint.url} has no model {model}, or is not where the API is ({error})"
        case _:
            return f"{endpoint.url} did not answer as it should: {error}"
