"""The engine as a whole: its parts, each made once and wired to the others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.domain.billing import ScopeKind
from bot.domain.budget import NO_BUDGETS, Limits, LimitsByKind
from bot.domain.rate import Rate
from bot.engine.amending import Amender
from bot.engine.answering import Answerer
from bot.engine.asking import Asker
from bot.engine.billing import Billing
from bot.engine.branching import Branches
from bot.engine.briefing import Briefing
from bot.engine.budgets import Budgets
from bot.engine.calling import Caller
from bot.engine.catching_up import CatchUp
from bot.engine.ceilings import AllCeilings
from bot.engine.checking import LateCheck, LateChecks
from bot.engine.completing import Completer
from bot.engine.contexts import Contexts
from bot.engine.delivering import Delivery
from bot.engine.downtime import Downtime
from bot.engine.fetching import Fetcher
from bot.engine.fitting import Fitter
from bot.engine.intake import Intake
from bot.engine.lanes import Lanes
from bot.engine.line import Line
from bot.engine.listenings import Listenings
from bot.engine.looking import Looking
from bot.engine.manners import Manners
from bot.engine.naming import Namer
from bot.engine.nods import Nods
from bot.engine.outages import Circuits
from bot.engine.own_budgets import OwnBudgets
from bot.engine.pacing import Governor
from bot.engine.personas import Personas
from bot.engine.rates import Rates
from bot.engine.room import Room
from bot.engine.screens import Screens
from bot.engine.sessions import Sessions
from bot.engine.summarising import Summariser
from bot.engine.titling import Titling
from bot.engine.usage import UsageReports
from bot.ports import Clock, Files, Guide, Messenger, Model, Past, Prices, Store


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms the operator has the bot answer; see the settings of the same names."""

    default_model: str
    fallback_models: tuple[str, ...] = ()
    context_tokens: int = 16000
    max_output_tokens: int = 4096
    long_answer_pages: int = 8
    concurrent_answers: int = 200
    catch_up_hours: float = 6.0
    limits: Mapping[ScopeKind, Limits] = field(default_factory=lambda: NO_BUDGETS)
    budget_model: str | None = None
    names_sessions: bool = True  # by a call of a model after the first answer
    title_model: str | None = None  # the one that answered, if none is set
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True, slots=True)
class Doors:
    """What the engine reaches the world through."""

    store: Store
    model: Model
    messenger: Messenger
    past: Past
    files: Files
    guide: Guide
    prices: Prices
    clock: Clock


@dataclass(frozen=True, slots=True)
class Makers:
    """Of what the parts are made that guard the promises; a test takes a safeguard away."""

    late_check: type[LateCheck] = LateCheck
    intake: type[Intake] = Intake
    catch_up: type[CatchUp] = CatchUp


@dataclass(frozen=True, slots=True)
class Engine:
    """What hears, answers and keeps, whatever stands behind its doors."""

    catch_up: CatchUp
    intake: Intake
    sessions: Sessions
    branches: Branches
    contexts: Contexts
    manners: Manners
    personas: Personas
    usage: UsageReports
    own_budgets: OwnBudgets
    nods: Nods
    titling: Titling
    room: Room
    lanes: Lanes

    async def run(self) -> None:
        """Take in what arrives, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for part in (self.intake, self.catch_up, self.nods, self.titling):
                group.create_task(part.run())

    async def finish(self) -> None:
        """Have all that arrived recorded, let answers under way end, and begin no other."""
        await self.intake.caught_up()
        self.room.close()
        await self.lanes.drain()
        await self.titling.finish()


@asynccontextmanager
async def open_engine(
    doors: Doors,
    terms: Terms,
    *,
    governor: Governor,
    listenings: Listenings,
    own_limits: Mapping[int, LimitsByKind],
    makers: Makers | None = None,
) -> AsyncIterator[Engine]:
    """Make an engine; leaving the block cancels what it is at, and what is owed stays owed.

    `listenings` and `own_limits` are what the store has of them.
    """
    makers = makers or Makers()
    store, clock, messenger = doors.store, doors.clock, doors.messenger
    mind = _mind(doors, terms, own_limits)
    room = Room(terms.concurrent_answers)
    billing = Billing(accounts=store, prices=doors.prices, clock=clock)
    titling = Titling(
        archive=store,
        namer=mind.namer,
        billing=billing,
        messenger=messenger,
        room=room,
        clock=clock,
    )
    screens = Screens(
        ledger=store,
        messenger=messenger,
        clock=clock,
        governor=governor,
        long_after=terms.long_answer_pages,
    )
    asker = Asker(
        fetcher=Fetcher(
            files=doors.files, attachments=store, clock=clock, budget=terms.context_tokens
        ),
        completer=mind.completer,
        screens=screens,
        ledger=store,
        clock=clock,
    )
    downtime = Downtime(circuits=mind.circuits, ledger=store, clock=clock)
    checks = LateChecks(
        ledger=store,
        messenger=messenger,
        clock=clock,
        long_after=terms.long_answer_pages,
        check=makers.late_check,
    )
    delivery = Delivery(
        ledger=store,
        billing=billing,
        downtime=downtime,
        checks=checks,
        clock=clock,
        long_after=terms.long_answer_pages,
    )
    answerer = Answerer(
        ledger=store,
        messenger=messenger,
        clock=clock,
        room=room,
        line=Line(room=room, screens=screens, delivery=delivery, ledger=store, clock=clock),
        downtime=downtime,
        screens=screens,
        asker=asker,
        delivery=delivery,
        checks=checks,
        billing=billing,
        rates=mind.rates,
        titling=titling,
    )
    nods = Nods(messenger=messenger, clock=clock)
    async with Lanes(answerer.step, clock=clock) as lanes:
        intake = makers.intake(
            inbox=store,
            ledger=store,
            messenger=messenger,
            lanes=lanes,
            answerer=answerer,
            screens=screens,
            nods=nods,
            clock=clock,
        )
        sessions = Sessions(
            archive=store, intake=intake, answerer=answerer, lanes=lanes, clock=clock
        )
        catch_up = makers.catch_up(
            attendance=store,
            amendments=store,
            messenger=messenger,
            past=doors.past,
            intake=intake,
            amender=Amender(
                amendments=store,
                intake=intake,
                clock=clock,
                break_off=sessions.break_off,
                begin_anew=asker.begin_anew,
                wake=lanes.wake,
            ),
            lanes=lanes,
            listenings=listenings,
            clock=clock,
            hours=terms.catch_up_hours,
        )
        yield Engine(
            catch_up,
            intake,
            sessions,
            Branches(archive=store, sessions=sessions, clock=clock),
            Contexts(
                ledger=store,
                archive=store,
                margin=store,
                briefing=mind.briefing,
                prices=doors.prices,
                fitter=mind.fitter,
            ),
            Manners(customs=store, listenings=listenings),
            Personas(customs=store),
            UsageReports(accounts=store, budgets=mind.budgets, clock=clock),
            OwnBudgets(accounts=store, ceilings=mind.ceilings, prices=doors.prices),
            nods,
            titling,
            room,
            lanes,
        )


@dataclass(frozen=True, slots=True)
class _Mind:
    """What decides whether a model is asked, which one and with what, and asks it."""

    ceilings: AllCeilings
    budgets: Budgets
    rates: Rates
    circuits: Circuits
    briefing: Briefing
    fitter: Fitter
    completer: Completer
    namer: Namer | None


def _mind(doors: Doors, terms: Terms, own_limits: Mapping[int, LimitsByKind]) -> _Mind:
    store, clock = doors.store, doors.clock
    ceilings = AllCeilings(terms.limits, own_limits)
    budgets = Budgets(
        accounts=store,
        prices=doors.prices,
        clock=clock,
        ceilings=ceilings,
        cheaper_model=terms.budget_model,
    )
    rates = Rates(accounts=store, clock=clock, rates=terms.rates)
    circuits = Circuits(clock)
    caller = Caller(model=Looking(doors.model, attachments=store, clock=clock), circuits=circuits)
    fitter = Fitter(
        ledger=store,
        summariser=Summariser(caller=caller, prices=doors.prices, clock=clock),
        circuits=circuits,
        prices=doors.prices,
        clock=clock,
        most_tokens=terms.context_tokens,
        max_output_tokens=terms.max_output_tokens,
    )
    briefing = Briefing(ledger=store, guide=doors.guide, default_model=terms.default_model)
    completer = Completer(
        briefing=briefing,
        fitter=fitter,
        caller=caller,
        budgets=budgets,
        rates=rates,
        circuits=circuits,
        clock=clock,
        fallback_models=terms.fallback_models,
    )
    namer = Namer(caller=caller, budgets=budgets, circuits=circuits, name=terms.title_model)
    return _Mind(
        ceilings,
        budgets,
        rates,
        circuits,
        briefing,
        fitter,
        completer,
        namer if terms.names_sessions else None,
    )
