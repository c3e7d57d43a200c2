"""Asking: what a request shows the model, whichever of the two APIs it came by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RESPONSES_PATH = "/v1/responses"
CHAT_PATH = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Said:
    """One message the model is shown."""

    role: str
    text: str


@dataclass(slots=True)
class Asked:
    """A request as it arrived, and what became of it. The key is not kept."""

    path: str
    body: Mapping[str, object]
    headers: Mapping[str, str]
    at: float  # seconds on the loop's clock
    number: int  # of this server's requests, from 1 on
    peer: str  # the client's end of the connection
    is_over: bool = False  # nothing more will be sent
    left_early: bool = False  # the client went away before that
    instructions: str = field(init=False)
    messages: tuple[Said, ...] = field(init=False)

    def __post_init__(self) -> None:
        said = _messages(self.body.get("input") or self.body.get("messages"))
        above = [message.text for message in said if message.role in {"system", "developer"}]
        given = self.body.get("instructions")
        self.instructions = "\n\n".join([given, *above] if isinstance(given, str) else above)
        self.messages = tuple(m for m in said if m.role not in {"system", "developer"})

    @property
    def is_chat(self) -> bool:
        """Whether it came by Chat Completions rather than Responses."""
        return self.path == CHAT_PATH

    @property
    def model(self) -> str:
        """The model asked for."""
        return str(self.body.get("model") or "")

    @property
    def streams(self) -> bool:
        """Whether the answer is to come piece by piece."""
        return self.body.get("stream") is True

    @property
    def cap(self) -> int | None:
        """The most tokens that the answer may have."""
        for name in ("max_output_tokens", "max_completion_tokens", "max_tokens"):
            value = self.body.get(name)
            if isinstance(value, int):
                return value
        return None

    @property
    def cache_key(self) -> str:
        """What the prompt's prefix is remembered under."""
        return str(self.body.get("prompt_cache_key") or "")

    def streaming(self, option: str) -> bool | None:
        """Return one of the options of the stream; None when it was not given."""
        options = self.body.get("stream_options")
        value = options.get(option) if isinstance(options, dict) else None
        return value if isinstance(value, bool) else None


def _messages(value: object) -> list[Said]:
    if isinstance(value, str):
        return [Said("user", value)]
    if not isinstance(value, list):
        return []
    return [
        Said(str(item.get("role")), _text(item.get("content")))
        for item in value
        if isinstance(item, dict)
    ]


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
