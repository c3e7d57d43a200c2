"""One check, deny by default."""

from __future__ import annotations

import pytest

from bot.domain.access import Action, Actor, ActorKind, Denial, Denied, Right, demand, denial
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL, session

NOBODY = Actor(3, ActorKind.PERSON, frozenset())
READER = Actor(4, ActorKind.PERSON, frozenset({Right.VIEW}))
MAY = {
    "everything": set(Action),
    "write": set(Action)
    - {
        Action.DELETE_SHARED,
        Action.SEE_SERVER_USAGE,
        Action.CHOOSE_FOR_CHANNEL,
        Action.CHOOSE_FOR_SERVER,
        Action.CHANGE_PERSONAS,
        Action.CHANGE_BUDGETS,
    },
    "view": {Action.SEE, Action.SEE_CONTEXT, Action.SEE_USAGE, Action.HELP},
    "nothing": {Action.HELP},
}


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize(
    ("actor", "may"),
    [(ADA, "everything"), (BOB, "write"), (READER, "view"), (NOBODY, "nothing")],
)
def test_rights_decide(actor: Actor, may: str, action: Action) -> None:
    assert (denial(actor, action, CHANNEL) is None) == (action in MAY[may])


@pytest.mark.parametrize("kind", [ActorKind.BOT, ActorKind.WEBHOOK, ActorKind.SYSTEM])
@pytest.mark.parametrize("action", list(Action))
def test_only_people_are_heard(kind: ActorKind, action: Action) -> None:
    assert denial(Actor(9, kind, ADA.rights), action, CHANNEL) is Denial.NOT_A_PERSON


def test_a_uuid_is_an_address_and_not_a_key() -> None:
    elsewhere = session(OTHER_CHANNEL)

    assert denial(ADA, Action.RESUME, CHANNEL, elsewhere) is Denial.NOT_HERE
    assert denial(ADA, Action.RESUME, OTHER_CHANNEL, elsewhere) is None


def test_a_demand_that_is_denied_says_why() -> None:
    with pytest.raises(Denied) as caught:
        demand(BOB, Action.DELETE_SHARED, CHANNEL)

    assert caught.value.denial is Denial.CANNOT_MODERATE
