"""What a bot says after its first answer: edits of it, and further messages.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from __future__ import annotations

from dataclasses import replace

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.rest.callbacks import note_of
from bot.playground.rest.drafts import change_of, draft_of
from bot.playground.wire.messages import message_json
from bot.playground.world import posting
from bot.playground.world.interaction import Callback, Interaction, Stage
from bot.playground.world.parts import USERS_ONLY, Change, Draft, MessageFlag
from bot.playground.world.places import Message
from bot.playground.world.refusal import Code, Refused

ORIGINAL = "@original"


def follow_up(call: Call) -> Answer:
    """Another message; the first one after a deferral takes the deferred one's place."""
    interaction = _answered(call)
    draft = draft_of(call, call.form, by_default=USERS_ONLY, ephemeral=True)
    loading = interaction.response
    if loading and loading.is_loading and not loading.deleted:
        _fill(call, loading, _as_change(draft))
        return Answer(message_json(call.world, loading))
    private = MessageFlag.EPHEMERAL in draft.flags
    draft = replace(
        draft,
        note=replace(note_of(interaction), original_response_id=loading.id if loading else None),
        webhook_id=call.bot.id,
        ephemeral_to=interaction.user if private else None,
    )
    message = posting.post(call.world, interaction.channel, call.bot, draft)
    interaction.followups.append(message)
    return Answer(message_json(call.world, message))


def get_answer(call: Call) -> Answer:
    """One of the answers."""
    return Answer(message_json(call.world, _message(call)))


def edit_answer(call: Call) -> Answer:
    """One of the answers says something else, or at last what was promised."""
    message = _message(call)
    change = change_of(call, call.form, message, by_default=USERS_ONLY)
    _fill(call, message, change)
    return Answer(message_json(call.world, message))


def delete_answer(call: Call) -> Answer:
    """One of the answers is gone."""
    posting.erase(call.world, _message(call))
    return NOTHING


def _answered(call: Call) -> Interaction:
    interaction = call.world.interactions.get(call.path["token"])
    if interaction is None or call.path["application_id"] != str(call.bot.id):
        raise Refused(Code.INVALID_WEBHOOK_TOKEN)
    if interaction.age() > call.world.rules.token_life:
        raise Refused(Code.INVALID_WEBHOOK_TOKEN)
    if interaction.stage is not Stage.ANSWERED:
        raise Refused(Code.UNKNOWN_WEBHOOK)
    if interaction.channel.deleted:
        raise Refused(Code.UNKNOWN_CHANNEL)
    return interaction


def _message(call: Call) -> Message:
    interaction = _answered(call)
    wanted = call.path["message_id"]
    original = interaction.response
    if interaction.callback in {Callback.CHOICES, Callback.MODAL}:
        raise Refused(Code.UNKNOWN_MESSAGE)
    known = [*([original] if original else []), *interaction.followups]
    if wanted == ORIGINAL:
        known, wanted = known[:1] if original else [], str(original.id if original else 0)
    for message in known:
        if str(message.id) == wanted and not message.deleted:
            return message
    raise Refused(Code.UNKNOWN_MESSAGE)


def _fill(call: Call, message: Message, change: Change) -> None:
    if message.is_loading:
        flags = change.flags if change.flags is not None else message.flags
        change = replace(change, flags=flags & ~MessageFlag.LOADING)
        message.flags &= ~MessageFlag.LOADING
    posting.edit(call.world, message, change)


def _as_change(draft: Draft) -> Change:
    return Change(
        content=draft.content,
        embeds=draft.embeds,
        components=draft.components,
        uploads=draft.uploads,
        allowed=draft.allowed,
    )
