"""From a request to a message: reading drafts and changes, with Discord's limits.

https://docs.discord.com/developers/resources/message#create-message
"""

from __future__ import annotations

from dataclasses import replace

from bot.playground.rest.call import Call
from bot.playground.rest.components import components_of
from bot.playground.rest.embeds import embeds_of
from bot.playground.rest.forms import Form
from bot.playground.world.files import LARGEST_FILE, MOST_FILES
from bot.playground.world.parts import (
    ORDINARY,
    AllowedMentions,
    Change,
    Draft,
    MessageFlag,
    Reference,
    Upload,
)
from bot.playground.world.places import Message
from bot.playground.world.refusal import Code, Refused

LONGEST_CONTENT, LONGEST_NONCE = 2000, 25

SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.COMPONENTS_V2
    | MessageFlag.VOICE_MESSAGE
)
MENTIONABLE = frozenset({"users", "roles", "everyone"})
MOST_ALLOWED = 100


def draft_of(
    call: Call, form: Form, *, by_default: AllowedMentions, ephemeral: bool = False
) -> Draft:
    """The message that a form asks for; `ephemeral` says whether it may ask for that.

    Raises:
        Refused: if it breaks a limit or holds nothing.
    """
    settable = SETTABLE | MessageFlag.EPHEMERAL if ephemeral else SETTABLE
    flags = MessageFlag(form.integer("flags") or 0) & settable
    draft = Draft(
        content=_content(form),
        embeds=embeds_of(form),
        components=components_of(form, v2=MessageFlag.COMPONENTS_V2 in flags),
        uploads=uploads_of(call, form),
        allowed=_allowed(form, by_default),
        nonce=_nonce(form),
        flags=flags,
        tts=form.flag("tts"),
    )
    if MessageFlag.COMPONENTS_V2 in flags and (draft.content or draft.embeds):
        message = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        form.complain("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)
    call.complaints.settle()
    shown = draft.components if MessageFlag.COMPONENTS_V2 in flags else ()
    if not (draft.content or draft.embeds or draft.uploads or shown):
        raise Refused(Code.EMPTY_MESSAGE)
    return draft


def with_reference(call: Call, form: Form, draft: Draft) -> Draft:
    """The draft as a reply to what the form's `message_reference` names.

    Raises:
        Refused: if that is gone and the form does not say to go on without it.
    """
    asked = form.inner("message_reference")
    if asked is None:
        return draft
    channel = call.world.channel(call.id("channel_id"))
    target = channel.history.get(asked.snowflake("message_id") or 0)
    if target is None and not asked.flag("fail_if_not_exists", default=True):
        return draft
    if target is None:
        form.complain("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    elif target.kind not in ORDINARY:
        message = "Cannot reply to a system message"
        form.complain("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", message)
    call.complaints.settle()
    guild_id = channel.guild.id if channel.guild else None
    return replace(draft, reference=Reference(channel.id, target.id if target else None, guild_id))


def change_of(call: Call, form: Form, message: Message, *, by_default: AllowedMentions) -> Change:
    """The edit that a form asks for.

    Raises:
        Refused: if it breaks a limit or leaves nothing.
    """
    flags = _changed_flags(form, message)
    v2 = MessageFlag.COMPONENTS_V2 in (flags if flags is not None else message.flags)
    change = Change(
        content=_content(form) if "content" in form.body else None,
        embeds=embeds_of(form) if "embeds" in form.body else None,
        components=components_of(form, v2=v2) if "components" in form.body else None,
        kept=_kept(form),
        uploads=uploads_of(call, form),
        allowed=_allowed(form, by_default),
        flags=flags,
    )
    call.complaints.settle()
    if _leaves_nothing(message, change):
        raise Refused(Code.EMPTY_MESSAGE)
    return change


def uploads_of(call: Call, form: Form) -> tuple[Upload, ...]:
    """The files that came with the form, with the descriptions it gives them.

    Raises:
        Refused: if one is larger than Discord takes.
    """
    described = {each.text("id", longest=25): each for each in form.inners("attachments")}
    if len(call.files) > MOST_FILES:
        form.complain("files", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_FILES} or fewer in length.")
    uploads: list[Upload] = []
    for field, upload in call.files.items():
        if len(upload.data) > LARGEST_FILE:
            raise Refused(Code.REQUEST_TOO_LARGE)
        about = described.get(field.removeprefix("files[").removesuffix("]"))
        filename = about.text("filename", longest=1024) if about else None
        uploads.append(
            replace(
                upload,
                filename=filename or upload.filename,
                description=about.text("description", longest=1024) if about else None,
            )
        )
    return tuple(uploads)


def _content(form: Form) -> str:
    text = form.text("content") or ""
    stripped = text.strip()
    if len(stripped) > LONGEST_CONTENT:
        message = f"Must be {LONGEST_CONTENT} or fewer in length."
        form.complain("content", "BASE_TYPE_MAX_LENGTH", message)
    return stripped


def _nonce(form: Form) -> str | int | None:
    nonce = form.body.get("nonce")
    if isinstance(nonce, int):
        return nonce
    return form.text("nonce", longest=LONGEST_NONCE)


def _allowed(form: Form, by_default: AllowedMentions) -> AllowedMentions:
    asked = form.inner("allowed_mentions")
    if asked is None:
        return by_default
    parse = set(asked.strings("parse"))
    if parse - MENTIONABLE:
        asked.complain("parse", "BASE_TYPE_CHOICES", "Value must be one of everyone, roles, users")
    allowed = AllowedMentions(
        everyone="everyone" in parse,
        all_users="users" in parse,
        all_roles="roles" in parse,
        users=asked.snowflakes("users"),
        roles=asked.snowflakes("roles"),
        replied_user=asked.flag("replied_user"),
    )
    for name, ids in (("users", allowed.users), ("roles", allowed.roles)):
        if ids and name in parse:
            message = f"parse:[{name!r}] and {name}: [ids...] are mutually exclusive."
            form.complain("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len(ids) > MOST_ALLOWED:
            asked.complain(name, "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
    return allowed


def _kept(form: Form) -> frozenset[int] | None:
    if form.body.get("attachments") is None:
        return None
    return frozenset(
        kept for each in form.inners("attachments") if (kept := each.snowflake("id")) is not None
    )


def _changed_flags(form: Form, message: Message) -> MessageFlag | None:
    asked = form.integer("flags")
    if asked is None:
        return None
    own = message.flags & ~MessageFlag.SUPPRESS_EMBEDS
    return own | (MessageFlag(asked) & (MessageFlag.SUPPRESS_EMBEDS | MessageFlag.COMPONENTS_V2))


def _leaves_nothing(message: Message, change: Change) -> bool:
    content = message.content if change.content is None else change.content
    embeds = message.embeds if change.embeds is None else change.embeds
    components = message.components if change.components is None else change.components
    flags = message.flags if change.flags is None else change.flags
    shown = components if MessageFlag.COMPONENTS_V2 in flags else ()
    kept = change.kept
    files = [each for each in message.attachments if kept is None or each.id in kept]
    return not (content or embeds or shown or files or change.uploads)
