"""Context: what the model is shown for one turn, and about what that costs.

Which messages stand in it is the window's to say; see there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.domain.manner import Effort, Length
from bot.domain.message import Message, Role, render
from bot.domain.session import SessionId
from bot.domain.turn import Turn

PER_MESSAGE = 4  # tokens a message costs beside its text
BYTES_PER_TOKEN = 3  # errs on the dear side for English, is fair for code, CJK and emoji
# An image is billed by patches of 32 by 32 pixels, and shown with at most 1024 by 1024:
# https://developers.openai.com/api/docs/guides/images-vision. What a model multiplies them by
# is known from the usage of the turn that showed it.
IMAGE_TOKENS = 1024
# In one context. A request may have 50 MB there, but it is made in one go, and nobody else is
# heard meanwhile: a tenth of a second for so many.
MOST_IMAGE_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Context:
    """Instructions, the newest whole turns that fit, and the prompts to be answered."""

    session_id: SessionId  # the same in every turn: names the prefix to the provider's cache
    speaker_id: int  # who is answered, for the provider's abuse reports; sent hashed
    model: str
    instructions: str
    messages: tuple[Message, ...]
    # Wishes about the answer; models that do not have one of them are not told of it.
    effort: Effort | None = None
    temperature: float | None = None
    length: Length = Length.NORMAL
    # The bytes of the images of its messages, by their hashes.
    images: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    most_tokens: int | None = None  # of the answer, where fewer than usual will do

    @property
    def digests(self) -> frozenset[str]:
        """The hashes of all images of its messages."""
        return frozenset(digest for message in self.messages for digest in message.digests)

    @property
    def size(self) -> int:
        """About how many tokens it costs to read."""
        return estimate(self.instructions) + size_of(self.messages)

    def cap(self, usual: int) -> int:
        """Return how many tokens the answer may have, reasoning included."""
        return usual if self.most_tokens is None else min(usual, self.most_tokens)


def estimate(text: str) -> int:
    """Return about how many tokens `text` costs as a message, without a tokenizer."""
    return -(-len(text.encode()) // BYTES_PER_TOKEN) + PER_MESSAGE


def cost_of(message: Message) -> int:
    """Return about how many tokens a message costs with its images."""
    return estimate(message.captioned) + IMAGE_TOKENS * len(message.pictures)


def size_of(messages: Iterable[Message]) -> int:
    """Return about how many tokens messages cost with their images."""
    return sum(map(cost_of, messages))


def said_in(turn: Turn, *, direct: bool, sees_images: bool = True) -> tuple[Message, ...]:
    """Return what was said in a turn: its prompts and, if the model spoke, its reply.

    Nothing where every prompt was taken back: the reply may say what they said.
    """
    prompts = tuple(render(prompt, direct=direct) for prompt in turn.kept_prompts)
    if not sees_images:
        prompts = tuple(prompt.without(prompt.digests) for prompt in prompts)
    if turn.is_withdrawn or turn.reply is None or turn.reply.is_notice:
        return prompts
    return (*prompts, Message(Role.ASSISTANT, turn.reply.text))
