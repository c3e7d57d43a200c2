"""Extras: what only OpenAI itself is sent; compatible servers may refuse what they do not know."""

from __future__ import annotations

from hashlib import sha256

from bot.domain.context import Context
from bot.model.fields import Fields


def extras(context: Context, salt: str) -> Fields:
    """Return what names the prompt's prefix to the cache, and the speaker to nobody.

    The identifier is for OpenAI's abuse reports. It is the same in every request of a
    speaker and, by `salt`, unlike the one that any other program makes of the same id.
    """
    return {
        "prompt_cache_key": str(context.session_id),
        "safety_identifier": sha256(f"{salt}:{context.speaker_id}".encode()).hexdigest(),
    }
