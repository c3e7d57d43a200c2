"""Allowance: how much of a file is worth fetching, and what is made of its bytes.

Nothing is decoded but UTF-8: an image goes to the model as it came, and what a file is its
first bytes say and not its name, so that a bomb has nobody to go off at.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass, replace

from bot.domain.attachment import Attachment, Excerpt, Image, Shown, Unshown
from bot.domain.context import BYTES_PER_TOKEN, IMAGE_TOKENS, MOST_IMAGE_BYTES

LARGEST_IMAGE = 4 * 2**20  # bytes; Discord's smaller renderings have a tenth of that
MOST_TOKENS = 16_000  # that the files of one turn may take up, however large the budget is

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
_IMAGE_NAME = re.compile(r"\.(?:png|jpe?g|gif|webp)$", re.IGNORECASE)
# Discord calls few of them texts; what is none shows when it is read.
_TEXT_NAME = re.compile(
    r"\.(?:txt|md|rst|tex|log|csv|tsv|jsonl?|ndjson|ya?ml|toml|ini|cfg|conf|env|properties"
    r"|xml|svg|html?|css|scss|less|[cm]?js|tsx?|jsx|vue|svelte|pyi?|ipynb|rb|php|pl|lua|r|jl"
    r"|[mchs]|cc|[ch]pp|cs|java|kts?|scala|go|rs|swift|zig|nim|dart|exs?|erl|hs|ml|clj|lisp|el"
    r"|sql|graphql|proto|sh|bash|zsh|fish|ps1|bat|cmd|diff|patch|mk|cmake|gradle|srt|vtt|ics"
    r"|tf|nix|asm)$",
    re.IGNORECASE,
)
_TEXT_KINDS = ("application/json", "application/xml", "application/javascript")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the files of one turn may still take up in a context."""

    tokens: int
    image_bytes: int = MOST_IMAGE_BYTES // 2  # so that a turn fits after a hop, too

    def after(self, shown: Shown) -> Allowance:
        """Return what is left when a file is shown so."""
        match shown:
            case Image(size=size):
                left = self.image_bytes - size
                return Allowance(self.tokens - IMAGE_TOKENS, left)
            case Excerpt(text=text):
                spent = -(-len(text.encode()) // BYTES_PER_TOKEN)
                return replace(self, tokens=self.tokens - spent)
            case Unshown():
                return self


def allowance(budget: int) -> Allowance:
    """Return what the files of a turn may take up where contexts have such a budget."""
    return Allowance(min(budget // 2, MOST_TOKENS))


def appetite(attachment: Attachment, left: Allowance) -> int | Unshown:
    """Return how many bytes of a file decide how it is shown, or that it is not shown at all."""
    is_image, is_text = _may_be_image(attachment), _may_be_text(attachment)
    if not is_image and not is_text:
        return Unshown.KIND
    if left.tokens <= 0 or (is_image and left.image_bytes <= 0):
        return Unshown.ROOM
    return 1 + (LARGEST_IMAGE if is_image else left.tokens * BYTES_PER_TOKEN)


def taken_in(attachment: Attachment, content: bytes, left: Allowance) -> Shown:
    """Return how a file is shown of which so many bytes were fetched as `appetite` says."""
    if not _may_be_image(attachment):
        return _excerpt(content, most=left.tokens * BYTES_PER_TOKEN)
    kind = _image_kind(content)
    if kind is None:
        return Unshown.KIND
    if len(content) > LARGEST_IMAGE:
        return Unshown.SIZE
    if len(content) > left.image_bytes:
        return Unshown.ROOM
    return Image(hashlib.sha256(content).hexdigest(), kind, len(content))


def _may_be_image(attachment: Attachment) -> bool:
    is_called = attachment.kind.startswith("image/") or _IMAGE_NAME.search(attachment.name)
    return bool(is_called) and not _may_be_text(attachment)


def _may_be_text(attachment: Attachment) -> bool:
    kind = attachment.kind
    return (
        kind.startswith("text/")
        or kind in _TEXT_KINDS
        or kind.endswith(("+json", "+xml"))
        or _TEXT_NAME.search(attachment.name) is not None
    )


def _image_kind(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNATURES.items() if content.startswith(sign)), None)


def _excerpt(content: bytes, *, most: int) -> Excerpt | Unshown:
    is_whole = len(content) <= most
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:  # where it is cut the last character may be half of one
        text = decoder.decode(content[:most], final=is_whole)
    except UnicodeDecodeError:
        return Unshown.NOT_TEXT
    if "\0" in text:
        return Unshown.NOT_TEXT
    return Excerpt(text.replace("\r\n", "\n"), is_whole)
