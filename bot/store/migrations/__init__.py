"""Every step the schema ever took: numbered from 1, only added to, never edited once released.

Moments are whole microseconds since 1970, UTC. Ids of Discord are 64-bit integers. What the
code believes stands here once more as constraints: a bug must not become data.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.store.migrations.steps_01_to_06 import (
    AMENDMENTS,
    EDITIONS,
    MANNERS,
    MODELS,
    SESSIONS_AND_TURNS,
    WATERMARKS,
)
from bot.store.migrations.steps_07_to_13 import (
    BUDGETS,
    CALLS,
    INHERITED,
    OWN_BUDGETS,
    RATES,
    TITLES,
    UNDONE,
)
from bot.store.migrations.steps_14_on import (
    ATTACHMENTS,
    MARKS,
    OUTDATED,
    RETRACTED,
    SUMMARIES,
)


@dataclass(frozen=True, slots=True)
class Migration:
    """A step of the schema; its `sql` runs in one transaction with its record."""

    number: int
    name: str
    sql: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(1, "sessions and turns", SESSIONS_AND_TURNS),
    Migration(2, "watermarks", WATERMARKS),
    Migration(3, "models", MODELS),
    Migration(4, "amendments", AMENDMENTS),
    Migration(5, "manners", MANNERS),
    Migration(6, "editions", EDITIONS),
    Migration(7, "calls", CALLS),
    Migration(8, "budgets", BUDGETS),
    Migration(9, "undone turns", UNDONE),
    Migration(10, "inherited turns", INHERITED),
    Migration(11, "titles", TITLES),
    Migration(12, "own budgets", OWN_BUDGETS),
    Migration(13, "rates", RATES),
    Migration(14, "marks", MARKS),
    Migration(15, "attachments", ATTACHMENTS),
    Migration(16, "outdated turns", OUTDATED),
    Migration(17, "retracted answers", RETRACTED),
    Migration(18, "summaries", SUMMARIES),
)
