"""Entry: the one door for slash commands, buttons and autocompletes.

What may be asked for stands in one table, `rules`. Whatever is not in it is refused, and
before anything in it is done the person is asked whether they may: no handler can forget.
"""

from __future__ import annotations

import asyncio
import logging
from types import MappingProxyType

import discord

from bot.domain.access import Action, Denial, Denied, demand
from bot.domain.reply import Controls
from bot.engine.engine import Engine
from bot.engine.offers import Offers
from bot.gateway import (
    budget_form,
    commands_persona,
    panel,
    panel_context,
    phrases,
    phrases_manner,
)
from bot.gateway.address import ANSWER, BRANCH, LEAVE, SHOW
from bot.gateway.buttons import Buttons
from bot.gateway.commands import CONTINUE, LEAVE_OUT, PIN
from bot.gateway.commands_branch import BranchCommand
from bot.gateway.commands_budgets import BudgetsForm
from bot.gateway.commands_chat import ChatCommand
from bot.gateway.commands_context import ContextCommand
from bot.gateway.commands_persona import PersonaCommands
from bot.gateway.commands_session import SessionCommands
from bot.gateway.commands_settings import SettingsCommand
from bot.gateway.commands_usage import UsageCommands
from bot.gateway.confirming import DELETE
from bot.gateway.entry_failures import EXPECTED, words_for
from bot.gateway.entry_rules import Outcome, Rule, Rules, Way, Words
from bot.gateway.entry_telling import Telling
from bot.gateway.entry_unheard import Unheard
from bot.gateway.people import Kind, Request, request_from
from bot.gateway.sync import CommandSync
from bot.gateway.threads import Threads
from bot.ports import Clock

log = logging.getLogger(__name__)

# Discord waits 3 seconds for choices, the way to and fro included; a person less:
# https://discord.com/developers/docs/interactions/receiving-and-responding
CHOICES_WITHIN = 0.8  # seconds
SLOW_AFTER = 6.0  # seconds of “thinking” after which a person wants to know


class Entry:
    """Takes what people press and type beyond messages, and sees it through."""

    def __init__(
        self,
        engine: Engine,
        *,
        sync: CommandSync,
        offers: Offers,
        clock: Clock,
        default_model: str,
        slow_after: float = SLOW_AFTER,
    ) -> None:
        self.rules = _rules(engine, offers=offers, clock=clock, default_model=default_model)
        self._telling = Telling(clock=clock)
        self._unheard = Unheard()
        self._sync = sync
        self._slow_after = slow_after

    async def connected(self, client: discord.Client) -> None:
        """Have Discord told of our commands soon, now that `client` is logged in."""
        self._sync.offer(client)

    async def miss(self, message: discord.Message) -> None:
        """Say why a message is not answered whose words Discord keeps from us."""
        await self._unheard.tell(message, phrases.WITHHELD)

    async def turn_away(self, message: discord.Message) -> None:
        """Say why a message is not answered where nothing but commands is."""
        await self._unheard.tell(message, phrases.SHUT_OUT)

    async def interact(self, interaction: discord.Interaction) -> None:
        """Answer an interaction: first the acknowledgement, then whatever takes time."""
        request = request_from(interaction)
        if request is None:
            log.warning("interaction=%d event=not_understood", interaction.id)
            await self._telling.refuse(interaction, phrases.UNKNOWN_PLACE)
            return
        try:
            rule = self._allowed(request)
        except Denied as error:
            log.info(
                "interaction=%d event=denied name=%s why=%s",
                request.id,
                request.name,
                error.denial,
            )
            await self._refuse(request, phrases.denied(error.denial))
            return
        if rule.way is Way.CHOICES:
            await self._complete(request, rule)
        elif rule.way is Way.ASKING:
            await self._ask(request, rule)
        elif await self._telling.acknowledge(request, rule.way):
            log.info("interaction=%d event=%s name=%s", request.id, request.kind, request.name)
            outcome = await self._patiently(request, rule)
            if isinstance(outcome, Words):
                await self._telling.tell(request, rule.way, outcome)
            if rule.way is Way.TAKING_AWAY and not _is_kept(outcome):
                await self._telling.take_away(request)

    def _allowed(self, request: Request) -> Rule:
        """Return the rule for a request.

        Raises:
            Denied: there is none, or the person may not do it here.
        """
        rule = self.rules.get((request.kind, request.name))
        if rule is None or not _is_ours(request, rule):
            raise Denied(Denial.NO_RULE)
        demand(request.actor, rule.action, request.place)
        return rule

    async def _refuse(self, request: Request, text: str) -> None:
        if request.kind is Kind.AUTOCOMPLETE:
            await self._telling.offer(request, ())
        else:
            await self._telling.refuse(request.interaction, text)

    async def _complete(self, request: Request, rule: Rule) -> None:
        """Offer choices in time; none when the store has no answer for us by then."""
        outcome: Outcome = ()
        try:
            async with asyncio.timeout(CHOICES_WITHIN):
                outcome = await self._outcome(request, rule)
        except TimeoutError:
            log.warning("interaction=%d event=choices_late name=%s", request.id, request.name)
        await self._telling.offer(request, outcome if isinstance(outcome, tuple) else ())

    async def _ask(self, request: Request, rule: Rule) -> None:
        """Put a form before the person in time, or say why there is none."""
        outcome: Outcome = None
        try:
            async with asyncio.timeout(CHOICES_WITHIN):
                outcome = await self._outcome(request, rule)
        except TimeoutError:
            log.warning("interaction=%d event=form_late name=%s", request.id, request.name)
        if isinstance(outcome, discord.ui.Modal):
            await self._telling.ask(request, outcome)
        else:
            text = outcome.text if isinstance(outcome, Words) else phrases_manner.SLOW
            await self._telling.refuse(request.interaction, text)

    async def _patiently(self, request: Request, rule: Rule) -> Outcome:
        """Do what is asked for, and say so in between when it takes its time."""
        async with asyncio.TaskGroup() as group:
            doing = group.create_task(self._outcome(request, rule))
            await asyncio.wait({doing}, timeout=self._slow_after)
            if not doing.done() and rule.way is Way.THINKING:
                await self._telling.tell(request, rule.way, Words(phrases.STILL_AT_IT))
        return doing.result()

    async def _outcome(self, request: Request, rule: Rule) -> Outcome:
        """Do what is asked for; whatever fails, return words."""
        try:
            return await rule.handler(request)
        except EXPECTED as error:
            return Words(words_for(error, request))
        except Exception:
            log.exception("interaction=%d event=entry_failed name=%s", request.id, request.name)
            return Words(phrases.bug(request.id))


def _is_ours(request: Request, rule: Rule) -> bool:
    """Whether it hangs below a message of ours; what we replace only one person may see."""
    if request.kind is Kind.FORM and rule.way is Way.THINKING:
        return True  # a command put it before the person, and Discord remembers that
    if request.kind not in {Kind.BUTTON, Kind.FORM}:
        return True
    message, us = request.interaction.message, request.interaction.client.user
    if message is None or us is None or message.author.id != us.id:
        return False
    return message.flags.ephemeral or rule.way is not Way.IN_PLACE


def _is_kept(outcome: Outcome) -> bool:
    return isinstance(outcome, Words) and outcome.keeps_button


def _rules(engine: Engine, *, offers: Offers, clock: Clock, default_model: str) -> Rules:
    threads = Threads(clock=clock)
    chat = ChatCommand(engine.sessions, engine.personas, threads)
    branches = BranchCommand(engine.branches, threads)
    sessions = SessionCommands(
        engine.sessions, engine.manners, engine.personas, offers, default_model=default_model
    )
    settings = SettingsCommand(
        engine.manners, engine.personas, offers, engine.own_budgets, default_model=default_model
    )
    budgets = BudgetsForm(engine.own_budgets, settings)
    personas = PersonaCommands(engine.personas)
    contexts = ContextCommand(engine.contexts)
    usage = UsageCommands(engine.usage)
    buttons = Buttons(engine.sessions, engine.catch_up)

    thinking, quietly, choices = Way.THINKING, Way.QUIETLY, Way.CHOICES
    in_place = Way.IN_PLACE
    command, complete, button = Kind.COMMAND, Kind.AUTOCOMPLETE, Kind.BUTTON
    form, govern = Kind.FORM, Action.CHANGE_PERSONAS

    async def manner_like(request: Request) -> Outcome:
        """Offer what can be chosen for a fresh session."""
        is_persona = request.focused_on == "persona"
        return await (personas.personas_like if is_persona else sessions.models_like)(request)

    return MappingProxyType(
        {
            (command, "chat"): Rule(Action.CHAT, thinking, chat.chat),
            (command, "new"): Rule(Action.START, thinking, sessions.new),
            (command, "reset"): Rule(Action.START, thinking, sessions.reset),
            (command, "stop"): Rule(Action.STOP, thinking, sessions.stop),
            (command, "retry"): Rule(Action.RETRY, thinking, sessions.retry),
            (command, "undo"): Rule(Action.UNDO, thinking, sessions.undo),
            (command, "session info"): Rule(Action.SEE, thinking, sessions.info),
            (command, "session list"): Rule(Action.SEE, thinking, sessions.list),
            (command, "session resume"): Rule(Action.RESUME, thinking, sessions.resume),
            (command, "session rename"): Rule(Action.RENAME, thinking, sessions.rename),
            (command, "session delete"): Rule(Action.DELETE, thinking, sessions.ask_to_delete),
            (command, "persona list"): Rule(Action.SEE, thinking, personas.list),
            (command, "persona create"): Rule(govern, Way.ASKING, personas.create),
            (command, "persona edit"): Rule(govern, Way.ASKING, personas.edit),
            (command, "persona delete"): Rule(govern, thinking, personas.delete),
            (command, "settings"): Rule(Action.SEE, thinking, settings.settings),
            (command, "usage me"): Rule(Action.SEE_USAGE, thinking, usage.mine),
            (command, "usage channel"): Rule(Action.SEE_USAGE, thinking, usage.channel),
            (command, "usage server"): Rule(Action.SEE_SERVER_USAGE, thinking, usage.server),
            (command, "context"): Rule(Action.SEE_CONTEXT, thinking, contexts.context),
            (command, "help"): Rule(Action.HELP, thinking, sessions.help),
            (complete, "chat"): Rule(Action.CHAT, choices, manner_like),
            (complete, "new"): Rule(Action.START, choices, manner_like),
            (complete, "persona edit"): Rule(govern, choices, personas.own_like),
            (complete, "persona delete"): Rule(govern, choices, personas.own_like),
            (complete, "session resume"): Rule(Action.RESUME, choices, sessions.sessions_like),
            (complete, "session rename"): Rule(Action.RENAME, choices, sessions.sessions_like),
            (complete, "session delete"): Rule(Action.DELETE, choices, sessions.sessions_like),
            (button, Controls.STOP.value): Rule(Action.STOP, quietly, buttons.stop),
            (button, Controls.RETRY.value): Rule(Action.RETRY, quietly, buttons.retry),
            (button, SHOW): Rule(Action.VERSION, quietly, buttons.show_version),
            (button, BRANCH): Rule(Action.BRANCH, quietly, branches.button),
            (Kind.APP, CONTINUE): Rule(Action.BRANCH, thinking, branches.app),
            (Kind.APP, PIN): Rule(Action.MARK, thinking, contexts.pin_app),
            (Kind.APP, LEAVE_OUT): Rule(Action.MARK, thinking, contexts.leave_out_app),
            (button, ANSWER): Rule(Action.CATCH_UP, Way.TAKING_AWAY, buttons.answer_missed),
            (button, LEAVE): Rule(Action.CATCH_UP, Way.TAKING_AWAY, buttons.leave_missed),
            (button, DELETE): Rule(Action.DELETE, in_place, buttons.delete),
            (button, panel_context.PAGE): Rule(Action.SEE_CONTEXT, in_place, contexts.page),
            (button, panel_context.LOOK): Rule(Action.SEE_CONTEXT, in_place, contexts.look),
            (button, panel_context.PIN): Rule(Action.MARK, in_place, contexts.pin),
            (button, panel_context.LEAVE_OUT): Rule(Action.MARK, in_place, contexts.leave_out),
            (button, panel_context.CLEAR): Rule(Action.MARK, in_place, contexts.clear),
            # What it takes to choose depends on the level: the engine asks for it.
            (button, panel.LEVEL): Rule(Action.SEE, in_place, settings.pick_level),
            (button, panel.TRAIT): Rule(Action.SEE, in_place, settings.pick_trait),
            (button, panel.VALUE): Rule(Action.SEE, in_place, settings.pick_value),
            (button, panel.INHERIT): Rule(Action.SEE, in_place, settings.inherit),
            (button, panel.TYPE): Rule(Action.SEE, Way.ASKING, settings.type),
            (button, budget_form.ASK): Rule(Action.CHANGE_BUDGETS, Way.ASKING, budgets.ask),
            (form, budget_form.TYPED): Rule(Action.CHANGE_BUDGETS, in_place, budgets.typed),
            (form, commands_persona.ADD): Rule(govern, thinking, personas.add),
            (form, commands_persona.CHANGE): Rule(govern, thinking, personas.change),
            (form, panel.TYPED): Rule(Action.SEE, in_place, settings.typed),
        }
    )
