"""Parts: what a message consists of, in the words of each API.

A message without images is sent as it always was: a plain string, which every server takes.
Images go along as they are, in the request: an address of Discord's would have ended by the
time at which the conversation is shown again, and be fetched by a stranger.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from bot.domain.context import Context
from bot.domain.message import Message
from bot.model.fields import Fields

# Said and not left to the model: `auto` is the dearest there is with newer ones. `low` shows
# 512 pixels, at which no screenshot can be read. What bounds the bill is the size of the images
# (`bot.gateway.attachments`): https://developers.openai.com/api/docs/guides/images-vision
DETAIL = "high"


def content_for_responses(message: Message, context: Context) -> str | list[Fields]:
    """Return a message's content as `POST /responses` takes it."""
    images: list[Fields] = [
        {"type": "input_image", "image_url": url, "detail": DETAIL}
        for url in _images(message, context)
    ]
    return [{"type": "input_text", "text": message.captioned}, *images] if images else message.text


def content_for_chat(message: Message, context: Context) -> str | list[Fields]:
    """Return a message's content as `POST /chat/completions` takes it."""
    images: list[Fields] = [
        {"type": "image_url", "image_url": {"url": url, "detail": DETAIL}}
        for url in _images(message, context)
    ]
    return [{"type": "text", "text": message.captioned}, *images] if images else message.text


def _images(message: Message, context: Context) -> Iterator[str]:
    """Yield the images that came with a message, each as a data URL."""
    for picture in message.pictures:
        data = base64.b64encode(context.images[picture.image.digest]).decode()
        yield f"data:{picture.image.kind};base64,{data}"
