"""Every sentence about what models cost."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.billing import ScopeKind, Spending, money
from bot.domain.budget import Period, Share
from bot.engine.usage import Report

NO_SERVER = "There is no server here. `/usage me` shows what you used."
UNKNOWN_COST = "n/a"
_MOST_MODELS = 5
_LONGEST_NAME = 60  # characters of a model's name that are shown

_PERIODS: Mapping[Period, str] = {Period.DAY: "today", Period.MONTH: "this month"}
_WHERE: Mapping[ScopeKind, str] = {ScopeKind.MEMBER: " in this server"}
_WHOSE: Mapping[ScopeKind, str] = {
    ScopeKind.USER: "Your usage",
    ScopeKind.CHANNEL: "Usage in this channel",
    ScopeKind.SERVER: "Usage in this server",
}


def usage(report: Report) -> str:
    """Return the figures of a report."""
    head = f"**{_WHOSE[report.scope.kind]}, last {len(report.by_day())} days**"
    total = report.total
    if not total.calls:
        return "\n".join((head, "Nothing was asked of a model.", *_budgets(report)))
    return "\n".join(
        (
            head,
            _in_all(total),
            *_by_model(report),
            *_by_person(report),
            *_budgets(report),
            *_remarks(total),
        )
    )


def title_of_chart(report: Report) -> str:
    """Return what stands over the chart of a report."""
    counted = "Cost" if has_cost(report.total) else "Tokens"
    return f"{counted} per day, last {len(report.by_day())} days (UTC)"


def description_of_chart(report: Report) -> str:
    """Return the chart in words, for those who cannot see it."""
    days = report.by_day()
    dearest = max(days, key=lambda day: amount(report, days[day]))
    most = label(report, amount(report, days[dearest]))
    return f"{title_of_chart(report)}: the most was {most} on {dearest:%Y-%m-%d}."


def has_cost(spent: Spending) -> bool:
    """Whether anything is known of what it cost."""
    return spent.calls > spent.unpriced


def amount(report: Report, spent: Spending) -> int:
    """Return what the chart of a report shows: money, or tokens where no price is known."""
    if has_cost(report.total):
        return spent.cost
    return spent.usage.input_tokens + spent.usage.output_tokens


def label(report: Report, shown: int) -> str:
    """Return an amount of a report's chart."""
    return money(shown) if has_cost(report.total) else f"{shown:,}"


def cost_of(spent: Spending) -> str:
    """Return what something cost; what is not known is not nothing."""
    if not has_cost(spent):
        return UNKNOWN_COST
    return money(spent.cost) + (f" + {UNKNOWN_COST}" if spent.unpriced else "")


def _in_all(total: Spending) -> str:
    tokens = total.usage
    thought = f", {tokens.reasoning_tokens:,} of them to think" if tokens.reasoning_tokens else ""
    return (
        f"{cost_of(total)} · {_calls(total.calls)}\n"
        f"{tokens.input_tokens:,} tokens read, {tokens.cached_tokens:,} of them from the cache · "
        f"{tokens.output_tokens:,} written{thought}"
    )


def _by_model(report: Report) -> list[str]:
    models = report.by_model()
    lines = [
        f"• `{_harmless(model)}` {cost_of(spent)} · {_calls(spent.calls)}"
        for model, spent in models[:_MOST_MODELS]
    ]
    if len(models) > _MOST_MODELS:
        rest = sum((spent for _, spent in models[_MOST_MODELS:]), Spending())
        lines.append(f"• other models {cost_of(rest)} · {_calls(rest.calls)}")
    return lines


def _by_person(report: Report) -> list[str]:
    if not report.people:
        return []
    named = (
        f"• <@{user}> {cost_of(spent)} · {_calls(spent.calls)}" for user, spent in report.people
    )
    return ["Most was used by", *named]


def _budgets(report: Report) -> list[str]:
    return [_budget(share) for share in report.budgets]


def _budget(share: Share) -> str:
    used = f"{money(share.spent)} of {money(share.limit)} is used {_PERIODS[share.period]}"
    where = _WHERE.get(share.scope.kind, "")
    setter = " (set by this server)" if share.is_own else ""
    return f"🪙 {used}{where}{setter}; it begins anew <t:{int(share.opens_at.timestamp())}:f>"


def _remarks(total: Spending) -> list[str]:
    remarks = []
    if total.unpriced:
        remarks.append(
            f"-# {UNKNOWN_COST}: I know no price for {_calls(total.unpriced)}. "
            "The operator can set it (MODEL_PRICES)."
        )
    if total.estimated:
        remarks.append(
            f"-# {_calls(total.estimated)} broke off or told no tokens, which are estimated here."
        )
    return remarks


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def _harmless(model: str) -> str:
    return " ".join(model.replace("`", "").split())[:_LONGEST_NAME]
