"""Retracing: what a turn's context is made of, long after it was answered."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from bot.domain.session import TurnId
from bot.domain.turn import Owed
from bot.store.customs import layers_of
from bot.store.marks import marks_of
from bot.store.sessions import session_named
from bot.store.summaries import summary_before
from bot.store.turns import turn_numbered
from bot.store.versions import other_versions
from bot.store.ways import way_to


def retrace(db: sqlite3.Connection, turn_id: TurnId) -> Owed | None:
    """Return a turn as it would be taken up to be shown from the same floor; None without it."""
    turn = turn_numbered(db, turn_id)
    session = None if turn is None else session_named(db, turn.session_id)
    if turn is None or session is None:
        return None
    floor = session.floor if turn.floor is None else turn.floor
    history = way_to(db, turn.parent, floor)
    marks, pins = marks_of(db, replace(session, floor=floor), history)
    layers, others = layers_of(db, session.place, session), other_versions(db, turn)
    summary = summary_before(db, session.id, history[0] if history else turn)
    return Owed(turn, session, tuple(history), layers, others, marks, pins, summary)
