"""What `/usage` does: figures, and a chart of them."""

from __future__ import annotations

import asyncio
from functools import partial

from bot.engine.usage import Report, UsageReports
from bot.gateway import phrases_usage as phrases
from bot.gateway.chart import bar_chart
from bot.gateway.commands import USAGE_DAYS
from bot.gateway.entry_rules import Picture, Words
from bot.gateway.people import Request

USUAL_DAYS = 30


class UsageCommands:
    """Does what commands about usage ask for."""

    def __init__(self, reports: UsageReports) -> None:
        self._reports = reports

    async def mine(self, request: Request) -> Words:
        """Show what the person used, wherever it was."""
        return await _shown(
            await self._reports.mine(request.place, request.actor, days=_days_in(request))
        )

    async def channel(self, request: Request) -> Words:
        """Show what was used here, by all together."""
        return await _shown(
            await self._reports.channel(request.place, request.actor, days=_days_in(request))
        )

    async def server(self, request: Request) -> Words:
        """Show what was used in this server, and by whom most."""
        report = await self._reports.server(request.place, request.actor, days=_days_in(request))
        return Words(phrases.NO_SERVER) if report is None else await _shown(report)


def _days_in(request: Request) -> int:
    days = request.text("days")
    return int(days) if days in USAGE_DAYS else USUAL_DAYS


async def _shown(report: Report) -> Words:
    words = phrases.usage(report)
    if not report.total.calls:
        return Words(words)
    amounts = [(day, phrases.amount(report, spent)) for day, spent in report.by_day().items()]
    draw = partial(
        bar_chart, phrases.title_of_chart(report), amounts, label=partial(phrases.label, report)
    )
    # In a thread: meanwhile other people's answers go on.
    png = await asyncio.to_thread(draw)
    return Words(words, picture=Picture("usage.png", png, phrases.description_of_chart(report)))
