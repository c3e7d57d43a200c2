"""The bot's first answer to an interaction.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.playground.rest.call import NOTHING, Answer, Call
from bot.playground.rest.drafts import change_of, draft_of
from bot.playground.rest.forms import Form
from bot.playground.rest.modals import modal_of
from bot.playground.wire.interactions import callback_json
from bot.playground.world import posting
from bot.playground.world.events import InteractionAnswered
from bot.playground.world.interaction import Callback, Interaction, InteractionKind, Stage
from bot.playground.world.parts import (
    FROM_MENU,
    TYPED,
    USERS_ONLY,
    Draft,
    InteractionNote,
    MessageFlag,
    MessageKind,
)
from bot.playground.world.refusal import Code, Refused

MOST_CHOICES, LONGEST_CHOICE = 25, 100
ANSWERABLE = {
    InteractionKind.COMMAND: frozenset({4, 5, 9}),
    InteractionKind.COMPONENT: frozenset({4, 5, 6, 7, 9}),
    InteractionKind.AUTOCOMPLETE: frozenset({8}),
    InteractionKind.MODAL: frozenset({4, 5, 6, 7}),
}


def answer_interaction(call: Call) -> Answer:
    """The interaction is answered, if it is not too late and has not been already."""
    interaction = _waiting(call)
    form = call.form
    kind = form.choice("type", ANSWERABLE[interaction.kind])
    call.complaints.settle()
    callback = Callback(kind or Callback.MESSAGE)
    data = form.inner("data") or Form({}, call.complaints, ("data",))
    ANSWERS[callback](call, interaction, data)
    interaction.settle(callback)
    call.world.emit(InteractionAnswered(interaction))
    if call.query.get("with_response") in {"1", "true", "True"}:
        return Answer(callback_json(call.world, interaction))
    return NOTHING


def note_of(interaction: Interaction) -> InteractionNote:
    """What a message tells of the interaction that it answers."""
    return InteractionNote(
        id=interaction.id,
        kind=int(interaction.kind),
        user=interaction.user,
        name=interaction.summary,
        target_message_id=interaction.message.id if interaction.message else None,
        command_type=FROM_MENU if interaction.data.get("type") == FROM_MENU else TYPED,
    )


def message_kind(interaction: Interaction) -> MessageKind:
    """The type of the message that answers first."""
    if interaction.kind is not InteractionKind.COMMAND:
        return MessageKind.DEFAULT
    return MessageKind.APP_COMMAND if "target_id" in interaction.data else MessageKind.SLASH_COMMAND


def _waiting(call: Call) -> Interaction:
    interaction = call.world.interactions.get(call.path["token"])
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise Refused(Code.UNKNOWN_INTERACTION)
    if interaction.stage is Stage.ANSWERED:
        raise Refused(Code.ALREADY_ACKNOWLEDGED)
    if interaction.stage is Stage.FAILED:
        raise Refused(Code.UNKNOWN_INTERACTION)
    if interaction.channel.deleted:
        raise Refused(Code.UNKNOWN_CHANNEL)
    return interaction


def _say(call: Call, interaction: Interaction, form: Form) -> None:
    draft = draft_of(call, form, by_default=USERS_ONLY, ephemeral=True)
    _post(call, interaction, draft)


def _promise(call: Call, interaction: Interaction, form: Form) -> None:
    flags = MessageFlag(form.integer("flags") or 0) & MessageFlag.EPHEMERAL
    _post(call, interaction, Draft(flags=flags | MessageFlag.LOADING))


def _post(call: Call, interaction: Interaction, draft: Draft) -> None:
    interaction.ephemeral = MessageFlag.EPHEMERAL in draft.flags
    draft = replace(
        draft,
        kind=message_kind(interaction),
        note=note_of(interaction),
        webhook_id=call.bot.id,
        ephemeral_to=interaction.user if interaction.ephemeral else None,
    )
    interaction.response = posting.post(call.world, interaction.channel, call.bot, draft)


def _defer_update(_call: Call, interaction: Interaction, _form: Form) -> None:
    interaction.response = interaction.message


def _update(call: Call, interaction: Interaction, form: Form) -> None:
    message = interaction.message
    if message is None or message.deleted:
        raise Refused(Code.UNKNOWN_MESSAGE)
    change = change_of(call, form, message, by_default=USERS_ONLY)
    posting.edit(call.world, message, change)
    interaction.response = message


def _choose(call: Call, interaction: Interaction, form: Form) -> None:
    choices = form.inners("choices", most=MOST_CHOICES)
    for choice in choices:
        choice.text("name", longest=LONGEST_CHOICE, shortest=1, required=True)
        if isinstance(choice.body.get("value"), str):
            choice.text("value", longest=LONGEST_CHOICE, shortest=1)
        elif choice.body.get("value") is None:
            choice.complain("value", "BASE_TYPE_REQUIRED", "This field is required")
    call.complaints.settle()
    interaction.choices = tuple(choice.body for choice in choices)


def _ask(call: Call, interaction: Interaction, form: Form) -> None:
    interaction.modal = modal_of(form)
    call.complaints.settle()


ANSWERS: dict[Callback, Callable[[Call, Interaction, Form], None]] = {
    Callback.MESSAGE: _say,
    Callback.DEFERRED_MESSAGE: _promise,
    Callback.DEFERRED_UPDATE: _defer_update,
    Callback.UPDATE: _update,
    Callback.CHOICES: _choose,
    Callback.MODAL: _ask,
}
