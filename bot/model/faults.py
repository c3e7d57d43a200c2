"""Faults: what goes wrong on the way to the model, in the words of the domain.

Sorted by class, status and the codes of the far side, never by the text of a message:
that may be in any language, and it may quote the prompt. For the same reason no message
reaches a ModelError, whose reason stands in the log.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType

import aiohttp
import httpx2
import openai

from bot.domain.completion import Usage
from bot.domain.errors import Fault, ModelBusy, ModelError, ModelRefused
from bot.model.fields import fields, text

_WORTH_ANOTHER_TRY = frozenset(
    {Fault.RATE, Fault.SERVER, Fault.TIMEOUT, Fault.CONNECTION, Fault.TRUNCATED}
)

# https://developers.openai.com/api/docs/guides/error-codes, the error codes of a response in
# https://developers.openai.com/api/reference/resources/responses, and what was seen of
# llama.cpp, vLLM, LiteLLM, https://openrouter.ai/docs/api/reference/errors-and-debugging.
_CODES: Mapping[Fault, tuple[str, ...]] = {
    Fault.RATE: ("rate_limit_exceeded", "rate_limit_error", "slow_down"),
    Fault.QUOTA: (
        "insufficient_quota",
        "insufficient_balance",
        "billing_hard_limit_reached",
        "billing_not_active",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "project_spend_limit_exceeded",
    ),
    Fault.AUTH: (
        "invalid_api_key",
        "account_deactivated",
        "authentication_error",
        "permission_error",
        "ip_not_authorized",
        "unsupported_country_region_territory",
    ),
    Fault.MODEL: ("model_not_found", "invalid_model", "unsupported_model"),
    Fault.CONTEXT: (
        "context_length_exceeded",
        "exceed_context_size_error",
        "request_too_large",
        "string_above_max_length",
    ),
    Fault.CONTENT: (
        "content_filter",
        "content_policy_violation",
        "invalid_prompt",
        "moderation_blocked",
        "bio_policy",
        "cyber_policy",
        "misalignment_policy_violation",
    ),
    Fault.SERVER: (
        "server_error",
        "internal_error",
        "internal_server_error",
        "overloaded_error",
        "provider_unavailable",
        "server_is_overloaded",
        "service_unavailable",
    ),
}
_FAULT_OF_CODE = MappingProxyType(
    {code: fault for fault, codes in _CODES.items() for code in codes}
)
_TOO_LONG = "input_tokens"  # the parameter vLLM names when a prompt is too long; it has no code

_FAULT_OF_STATUS = MappingProxyType(
    {
        401: Fault.AUTH,
        402: Fault.QUOTA,
        403: Fault.AUTH,
        404: Fault.MODEL,
        408: Fault.TIMEOUT,
        409: Fault.SERVER,
        413: Fault.CONTEXT,
        429: Fault.RATE,
    }
)
_STATUS = re.compile(r"[1-5]\d\d", re.ASCII)
_PLAIN_WORD = re.compile(r"[\w.:-]{1,64}", re.ASCII)


@contextmanager
def translated() -> Iterator[None]:
    """Turn what the library raises inside the block into ModelBusy or ModelRefused."""
    try:
        yield
    except openai.APIStatusError as error:
        raise _answered(error) from error
    except openai.APIConnectionError as error:
        raise _unreachable(error) from error
    except openai.APIError as error:  # an error told in the middle of a stream
        raise told(error.body) from error
    except aiohttp.ClientError as error:  # the few that the library lets through untouched
        raise ModelBusy(Fault.CONNECTION, type(error).__name__) from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelBusy(Fault.TRUNCATED, "a piece of the stream was malformed") from error


def told(body: object, *, usage: Usage | None = None) -> ModelError:
    """Return the error that the far side describes in `body`, told without a status.

    A number in place of a code is a status, as OpenRouter and vLLM use it.
    """
    number = _code(body)
    return _error(int(number) if _STATUS.fullmatch(number) else None, body, usage=usage)


def _answered(error: openai.APIStatusError) -> ModelError:
    headers = error.response.headers
    return _error(
        error.status_code, error.body, request_id=error.request_id, after=_retry_after(headers)
    )


def _error(
    status: int | None,
    body: object,
    *,
    request_id: str | None = None,
    after: float | None = None,
    usage: Usage | None = None,
) -> ModelError:
    fault = _fault(status, body)
    said = {"status": status, "code": _code(body), "type": fields(body).get("type")}
    words = {name: _plain(value) for name, value in {**said, "request": request_id}.items()}
    reason = " ".join(f"{name}={word}" for name, word in words.items() if word) or "no details"
    if fault in _WORTH_ANOTHER_TRY:
        return ModelBusy(fault, reason, after=after, usage=usage)
    return ModelRefused(fault, reason, usage=usage)


def _fault(status: int | None, body: object) -> Fault:
    details = fields(body)
    kind = fields(details.get("metadata")).get("error_type")  # where OpenRouter keeps its codes
    for code in (_code(body), details.get("type"), kind):
        if fault := _FAULT_OF_CODE.get(text(code).lower()):
            return fault
    if details.get("param") == _TOO_LONG:
        return Fault.CONTEXT
    if status is None:
        return Fault.SERVER
    is_ours = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return _FAULT_OF_STATUS.get(status, Fault.REQUEST if is_ours else Fault.SERVER)


def _code(body: object) -> str:
    code = fields(body).get("code")
    return str(code) if isinstance(code, int) else text(code)


def _unreachable(error: openai.APIConnectionError) -> ModelBusy:
    """Tell silence from a broken line.

    Over aiohttp the library calls every failure to connect a time-out; only a ReadTimeout
    underneath means that the far side was there and fell silent.
    """
    cause = error.__cause__
    root = cause.__cause__ if cause and cause.__cause__ else cause
    silent = isinstance(cause, httpx2.ReadTimeout)
    return ModelBusy(Fault.TIMEOUT if silent else Fault.CONNECTION, type(root or error).__name__)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds the far side wants us to wait, if it says so intelligibly."""
    for name, per_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        try:
            seconds = float(headers.get(name, "")) / per_second
        except ValueError:
            continue
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    try:  # a date; both dates are the far side's, so that a wrong clock here does no harm
        until, now = (parsedate_to_datetime(headers[name]) for name in ("retry-after", "date"))
        return max((until - now).total_seconds(), 0.0)
    except (KeyError, ValueError, TypeError):
        return None


def _plain(value: object) -> str:
    """Return a code fit for the log; whatever else a server may put there is not repeated."""
    word = "" if value is None else str(value)
    return word if not word or _PLAIN_WORD.fullmatch(word) else "unreadable"
