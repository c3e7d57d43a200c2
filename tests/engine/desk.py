"""What asks the model for one turn, over the prices of the tests."""

from __future__ import annotations

from bot.engine.briefing import Briefing
from bot.engine.budgets import Budgets
from bot.engine.calling import Caller
from bot.engine.ceilings import AllCeilings
from bot.engine.completing import Completer
from bot.engine.fitting import Fitter
from bot.engine.outages import Circuits
from bot.engine.rates import Rates
from bot.engine.summarising import Summariser
from bot.ports import Clock, Model, Store
from tests.fakes.prices import FixedPrices
from tests.fakes.signs import Signs


def completer_over(
    store: Store,
    model: Model,
    clock: Clock,
    *,
    budget: int,
    name: str = "some-model",
) -> Completer:
    """Return a completer that asks `model` under a name, with a budget for its contexts."""
    prices, circuits = FixedPrices(), Circuits(clock)
    caller = Caller(model=model, circuits=circuits)
    return Completer(
        briefing=Briefing(ledger=store, guide=Signs(), default_model=name),
        fitter=Fitter(
            ledger=store,
            summariser=Summariser(caller=caller, prices=prices, clock=clock),
            circuits=circuits,
            prices=prices,
            clock=clock,
            most_tokens=budget,
            max_output_tokens=4096,
        ),
        caller=caller,
        rates=Rates(accounts=store, clock=clock),
        budgets=Budgets(ceilings=AllCeilings(), accounts=store, prices=prices, clock=clock),
        circuits=circuits,
        clock=clock,
        fallback_models=(),
    )
