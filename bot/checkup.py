"""Checkup: what is wrong with the set-up, and how to mend it; nothing is started."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.app import api_url, endpoint, named_models, price_list, unpriced_models
from bot.domain.errors import StoreBusy, StoreInUse, StoreUnusable
from bot.gateway.diagnosis import Finding, Level, diagnose
from bot.model import check_model
from bot.settings import Settings, SettingsWrong
from bot.store import open_store


async def check(read: Callable[[], Settings]) -> bool:
    """Print what is wrong with the set-up and how to mend it; return whether nothing is."""
    try:
        settings = read()
    except SettingsWrong as error:
        lines = str(error).splitlines()
        return _report([Finding(Level.FAIL, line, "See .env.example.") for line in lines])
    return _report(
        [
            await _check_store(settings.database_url),
            *[await _check_model(settings, *named) for named in named_models(settings).items()],
            *_check_prices(settings),
            *await diagnose(
                settings.discord_token.get_secret_value(),
                api_url=api_url(settings),
            ),
        ]
    )


async def _check_store(url: str) -> Finding:
    try:
        async with open_store(url) as store:
            await store.remember("checked", "yes")
    except StoreInUse as error:
        return Finding(Level.WARN, f"Database: {error}", "That is as it should be if it runs.")
    except (StoreUnusable, StoreBusy) as error:
        return Finding(Level.FAIL, f"Database: {error}", "See DATABASE_URL in .env.example.")
    return Finding(Level.OK, "Database: it can be written.")


async def _check_model(settings: Settings, model: str, setting: str) -> Finding:
    checkup = await check_model(endpoint(settings), model, setting=setting)
    return Finding(Level.OK if checkup.ok else Level.FAIL, f"Model: {checkup.words}")


def _check_prices(settings: Settings) -> list[Finding]:
    if not settings.limits:
        return []
    return [
        Finding(
            Level.FAIL,
            f"Budgets: the price of {model} is not known, so it is not asked.",
            "Set MODEL_PRICES, see .env.example.",
        )
        for model in unpriced_models(settings, price_list(settings))
    ]


def _report(findings: Sequence[Finding]) -> bool:
    for finding in findings:
        advice = f" → {finding.mend}" if finding.mend else ""
        print(f"{finding.level.upper():<5}{finding.what}{advice}")  # noqa: T201  # asked for
    return all(finding.level is not Level.FAIL for finding in findings)
