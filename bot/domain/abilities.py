"""Abilities: what a model takes beside words, told by its name.

No API says it. A model that is told of what it does not have refuses the whole request, so
what is not known to be taken is left out.
https://developers.openai.com/api/docs/guides/reasoning
"""

from __future__ import annotations

import re

from bot.domain.manner import Effort

# Gateways put the provider's name before the model's: `openai/gpt-6-luna`.
_OPENAI_THINKER = re.compile(r"(?:gpt-(?:[5-9]|\d\d)(?!\w)(?!.*-chat)|o\d+(?!\w))")
_OPEN_THINKER = re.compile(r"gpt-oss(?!\w)")
# Of those that think, the families that can be told not to, or to hardly do so.
_DEEP_THINKER = re.compile(r".*-pro(?!\w)")
_FIRST_FIVE = re.compile(r"gpt-5(?![\w.])(?!.*-codex)")
_NEEDS_NO_THOUGHT = re.compile(r"gpt-(?:5\.\d|[6-9]|\d\d)(?!.*-codex)")
_VERBOSE = re.compile(r"gpt-(?:[5-9]|\d\d)(?!\w)(?!.*-chat)")


_SEER = re.compile(
    r"(?:chat)?gpt-(?:4o|4\.1|4-turbo|[5-9]|\d\d)(?!\w)|o[13](?!-mini|-preview|\w)|o4-mini"
)
_BLIND = re.compile(r"gpt-3\.5|gpt-4(?:-\d{4})?$|gpt-oss(?!\w)|o1-(?:mini|preview)|o3-mini|smollm")


def has_effort(model: str) -> bool:
    """Whether a model can be told how much to think."""
    name = _bare(model)
    return bool(_OPENAI_THINKER.match(name) or _OPEN_THINKER.match(name))


def least_effort(model: str) -> Effort | None:
    """Return the least that a model can be told to think; None where it cannot be told."""
    if not has_effort(model):
        return None
    name = _bare(model)
    if _DEEP_THINKER.match(name):
        return Effort.HIGH
    if _FIRST_FIVE.match(name):
        return Effort.MINIMAL
    return Effort.NONE if _NEEDS_NO_THOUGHT.match(name) else Effort.LOW


def has_temperature(model: str) -> bool:
    """Whether a model can be told how far to stray; those of OpenAI that think refuse it."""
    return not _OPENAI_THINKER.match(_bare(model))


def has_verbosity(model: str) -> bool:
    """Whether a model has a parameter for the length of its answers."""
    return bool(_VERBOSE.match(_bare(model)))


def sees_images(model: str) -> bool | None:
    """Whether a model looks at images; None where its name does not tell."""
    name = _bare(model)
    if _SEER.match(name):
        return True
    return False if _BLIND.match(name) else None


def _bare(model: str) -> str:
    return model.rpartition("/")[2].lower()


# What servers list beside models that answer in words, and snapshots of those by their date.
_NO_CHAT = re.compile(
    r"embed|whisper|tts|transcribe|realtime|audio|image|dall-e|sora|moderation|rerank|search"
    r"|research|computer-use|babbage|davinci|instruct$|-\d{4}-\d{2}-\d{2}$"
)


def is_chat_model(model: str) -> bool:
    """Whether a model that a server lists is worth being offered for conversations."""
    return not _NO_CHAT.search(_bare(model))
