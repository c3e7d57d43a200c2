"""The operator's settings: few, and every wrong one named at once."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from bot.domain.billing import ModelPrice, ScopeKind
from bot.domain.budget import Limits
from bot.domain.rate import Rate, Span
from bot.settings import Settings, SettingsWrong, has_model, read_discord_settings, read_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Return an environment in which none of our settings is set."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_a_token_and_a_key_are_enough(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token")
    environ.setenv("OPENAI_API_KEY", "a-key")

    settings = read_settings(tmp_path / "none")

    assert settings.context_tokens == 16000
    assert settings.long_answer_pages == 8
    assert settings.database_url == "sqlite:///parley.db"


def test_a_server_of_ones_own_needs_no_key(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token")
    environ.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1")

    assert read_settings(tmp_path / "none").openai_api_key is None


def test_every_wrong_setting_is_named_at_once(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("CONTEXT_TOKENS", "many")
    environ.setenv("LOG_LEVEL", "loud")
    environ.setenv("DATABASE_URL", "mysql://root@localhost/bot")
    environ.setenv("OPENAI_API", "telepathy")

    with pytest.raises(SettingsWrong) as caught:
        read_settings(tmp_path / "none")

    named = [line.split()[0] for line in str(caught.value).splitlines()]
    assert sorted(named) == [
        "CONTEXT_TOKENS",
        "DATABASE_URL",
        "DISCORD_TOKEN",
        "LOG_LEVEL",
        "OPENAI_API",
        "OPENAI_API_KEY",
    ]


def test_a_wrong_setting_does_not_show_its_value(
    environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token")
    environ.setenv("OPENAI_BASE_URL", "hunter2")

    with pytest.raises(SettingsWrong) as caught:
        read_settings(tmp_path / "none")

    assert "OPENAI_BASE_URL" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_address_holds_no_password(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token")
    environ.setenv("DISCORD_API_URL", "http://127.0.0.1:8080/api/v10")
    environ.setenv("OPENAI_BASE_URL", "http://me:hunter2@127.0.0.1:8080/v1")

    with pytest.raises(SettingsWrong) as caught:
        read_settings(tmp_path / "none")

    assert str(caught.value) == (
        "OPENAI_BASE_URL is wrong: leave out the user and the password "
        "(another OpenAI-compatible server, such as http://127.0.0.1:8080/v1)"
    )


def test_white_space_around_a_setting_is_none_of_it(
    environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token\r")
    environ.setenv("OPENAI_API_KEY", " a-key\n")

    assert read_settings(tmp_path / "none").secrets == ("a-token", "a-key")


def test_a_file_that_cannot_be_read_is_told_in_words(
    environ: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environ.setenv("DISCORD_TOKEN", "a-token")
    file = tmp_path / ".env"
    file.write_bytes("OPENAI_API_KEY=schlüssel".encode("latin-1"))

    for read in (read_settings, read_discord_settings, has_model):
        with pytest.raises(SettingsWrong) as caught:
            read(file)
        assert str(caught.value) == (
            f"{file} cannot be read (UnicodeDecodeError): save it as UTF-8 text that the bot may "
            "read"
        )


def test_the_environment_wins_over_the_file(environ: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=from-file\nOPENAI_API_KEY=k\nOPENAI_MODEL=file\nOTHER=1\n")
    environ.setenv("OPENAI_MODEL", "environment")

    settings = read_settings(file)

    assert settings.openai_model == "environment"
    assert settings.discord_token.get_secret_value() == "from-file"


@pytest.mark.parametrize(
    ("names", "models"), [(None, ()), ("one", ("one",)), (" one, two,,one ,", ("one", "two"))]
)
def test_fallback_models_are_separated_by_commas(
    environ: pytest.MonkeyPatch, tmp_path: Path, names: str | None, models: tuple[str, ...]
) -> None:
    environ.setenv("DISCORD_TOKEN", "t")
    environ.setenv("OPENAI_API_KEY", "k")
    if names is not None:
        environ.setenv("OPENAI_FALLBACK_MODELS", names)

    assert read_settings(tmp_path / "no.env").fallback_models == models


def _with(environ: pytest.MonkeyPatch, name: str, value: str) -> Settings:
    environ.setenv("DISCORD_TOKEN", "t")
    environ.setenv("OPENAI_API_KEY", "k")
    environ.setenv(name, value)
    return read_settings(Path("no.env"))


def test_prices_are_dollars_for_a_million_tokens(environ: pytest.MonkeyPatch) -> None:
    settings = _with(environ, "MODEL_PRICES", " qwen3:0.6b=0/0, a/b=1.5/ 10/0.15 ,")

    assert settings.own_prices == {
        "qwen3:0.6b": ModelPrice(Decimal(0), Decimal(0), Decimal(0)),
        "a/b": ModelPrice(Decimal("1.5"), Decimal(10), Decimal("0.15")),
    }


@pytest.mark.parametrize(
    "prices", ["x", "x=1", "=1/2", "x=1/2/3/4", "x=-1/2", "x=a/b", "x=1e9/1", "x=nan/1", "x=1,5/2"]
)
def test_what_is_no_price_is_said_so(environ: pytest.MonkeyPatch, prices: str) -> None:
    with pytest.raises(SettingsWrong) as caught:
        _with(environ, "MODEL_PRICES", prices)

    assert str(caught.value) == (
        "MODEL_PRICES is wrong (what models cost, such as `name=0.10/0.50/0.01`: dollars for a "
        "million tokens read, written and (if it differs) read from a cache; separated by commas)"
    )


def test_budgets_are_dollars_a_day_and_a_month(environ: pytest.MonkeyPatch) -> None:
    budgets = "all=5/100, server = -/2,user=0.5/-,channel=-/-,"
    settings = _with(environ, "BUDGETS", budgets)

    assert settings.limits == {
        ScopeKind.ALL: Limits(5_000_000_000, 100_000_000_000),
        ScopeKind.SERVER: Limits(None, 2_000_000_000),
        ScopeKind.USER: Limits(500_000_000, None),
    }


@pytest.mark.parametrize(
    "budgets", ["5/100", "all=5", "all=5/6/7", "us=1/2", "all=-1/2", "all=/", "all=1/2,all=3/4"]
)
def test_what_is_no_budget_is_said_so(environ: pytest.MonkeyPatch, budgets: str) -> None:
    with pytest.raises(SettingsWrong) as caught:
        _with(environ, "BUDGETS", budgets)

    assert str(caught.value) == (
        "BUDGETS is wrong (dollars a day / a month, such as `all=5/100, server=2/-, "
        "user=0.50/10`: for `all` together, each `server`, `channel`, `user`, and `member` "
        "(a user in one server))"
    )


@pytest.mark.parametrize(
    ("set_to", "names", "model"),
    [(None, True, ""), ("Off", False, "Off"), ("gpt-6-luna", True, "gpt-6-luna")],
)
def test_titles_can_be_had_from_another_model_or_from_none(
    environ: pytest.MonkeyPatch, set_to: str | None, *, names: bool, model: str
) -> None:
    settings = _with(environ, "TITLE_MODEL", set_to or "")

    assert (settings.names_sessions, settings.title_model) == (names, model)


def test_rates_are_answers_in_a_while(environ: pytest.MonkeyPatch) -> None:
    settings = _with(environ, "RATE_LIMIT", " 10/minute, 60 / hour,1/day,")

    assert settings.rates == (Rate(10, Span.MINUTE), Rate(60, Span.HOUR), Rate(1, Span.DAY))


@pytest.mark.parametrize(
    "rates", ["10", "10/week", "0/hour", "-1/day", "1/2/day", "/day", "many/day", "9999999/day"]
)
def test_what_is_no_rate_is_said_so(environ: pytest.MonkeyPatch, rates: str) -> None:
    with pytest.raises(SettingsWrong) as caught:
        _with(environ, "RATE_LIMIT", rates)

    assert str(caught.value) == (
        "RATE_LIMIT is wrong (how many answers each person may have, such as "
        "`10/minute, 60/hour` (or a `day`))"
    )


def test_the_example_names_every_setting_and_no_other() -> None:
    named = [
        line.lstrip("# ").split("=")[0]
        for line in (ROOT / ".env.example").read_text().splitlines()
        if "=" in line
    ]

    assert named == [name.upper() for name in Settings.model_fields]


def test_the_readme_names_every_setting_with_its_default() -> None:
    rows = [
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in (ROOT / "README.md").read_text().splitlines()
        if line.startswith("| `") and line[3].isupper()
    ]

    assert rows == [
        (f"`{name.upper()}`", f"`{field.default}`" if has_default(field) else "")
        for name, field in Settings.model_fields.items()
    ]


def has_default(field: FieldInfo) -> bool:
    return not field.is_required() and field.default not in {None, ""}
