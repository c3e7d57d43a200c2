"""What came with a message of Discord's, in the words of the domain."""

from __future__ import annotations

import discord
import yarl

from bot.domain.attachment import Attachment
from bot.domain.wording import file_name, speaker_name, storable

UNKNOWN_KIND = "unknown kind"

CDN, MEDIA = "cdn.discordapp.com", "media.discordapp.net"
# What models look at; others, and the first picture of an animation, are asked for as WebP.
_LOOKED_AT = frozenset({"image/png", "image/jpeg", "image/webp"})
# Pixels. A photograph as it came would cost ten times the tokens, and megabytes each time that
# the conversation is shown again; screenshots can be read all the same.
LONGEST_SIDE = 1024


def attachments_of(message: discord.Message) -> tuple[Attachment, ...]:
    """Return what came with a message; nothing of it was fetched."""
    return tuple(
        Attachment(
            id=each.id,
            name=file_name(each.filename),
            kind=_kind(each),
            size=max(each.size, 0),
            url=_address(each),
        )
        for each in message.attachments
    )


def _kind(file: discord.Attachment) -> str:
    kind = (file.content_type or "").partition(";")[0].lower()
    return speaker_name(kind or UNKNOWN_KIND)


def _address(file: discord.Attachment) -> str:
    """Return where a file is fetched: of a large image, a smaller rendering that Discord makes.

    So no image is decoded here. Only Discord's own host makes them.
    """
    renderer = _renderer(file)
    if renderer is None or not file.width or not file.height:
        return storable(file.url)
    scale = min(1.0, LONGEST_SIDE / max(file.width, file.height))
    if scale == 1.0 and _kind(file) in _LOOKED_AT:
        return storable(file.url)
    wanted = {
        "format": "webp",
        "width": str(max(1, round(file.width * scale))),
        "height": str(max(1, round(file.height * scale))),
    }
    return str(renderer.update_query(wanted))


def _renderer(file: discord.Attachment) -> yarl.URL | None:
    """Return where an image is to be had in other sizes."""
    if not (file.content_type or "").startswith("image/"):
        return None
    try:
        address = yarl.URL(storable(file.proxy_url), encoded=True)
    except ValueError:
        return None
    return address if address.host == MEDIA else None
