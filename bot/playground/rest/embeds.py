"""What an embed may hold.

https://docs.discord.com/developers/resources/message#embed-object-embed-limits
"""

from __future__ import annotations

from bot.playground.rest.forms import Form

MOST_EMBEDS, MOST_FIELDS, LONGEST_TOGETHER = 10, 25, 6000
LONGEST = {"title": 256, "description": 4096}
LONGEST_FOOTER, LONGEST_AUTHOR = 2048, 256
LONGEST_FIELD_NAME, LONGEST_FIELD_VALUE = 256, 1024


def embeds_of(form: Form) -> tuple[dict[str, object], ...]:
    """The form's embeds as they are kept; complains about what is too long."""
    embeds = form.inners("embeds", most=MOST_EMBEDS)
    together = sum(_measure(embed) for embed in embeds)
    if together > LONGEST_TOGETHER:
        message = f"Embed size exceeds maximum size of {LONGEST_TOGETHER}"
        form.complain("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)
    return tuple(_kept(embed) for embed in embeds)


def _kept(embed: Form) -> dict[str, object]:
    fields = [{"inline": False, **field.body} for field in embed.inners("fields")]
    kept: dict[str, object] = {"type": "rich", **embed.body}
    return kept | {"fields": fields} if fields else kept


def _measure(embed: Form) -> int:
    total = sum(len(embed.text(name, longest=most) or "") for name, most in LONGEST.items())
    if footer := embed.inner("footer"):
        total += len(footer.text("text", longest=LONGEST_FOOTER) or "")
    if author := embed.inner("author"):
        total += len(author.text("name", longest=LONGEST_AUTHOR) or "")
    for field in embed.inners("fields", most=MOST_FIELDS):
        name = field.text("name", longest=LONGEST_FIELD_NAME, shortest=1, required=True)
        value = field.text("value", longest=LONGEST_FIELD_VALUE, shortest=1, required=True)
        total += len(name or "") + len(value or "")
    return total
