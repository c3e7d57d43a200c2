"""Settings, read once from the environment and from `.env`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.billing import ModelPrice, ScopeKind, dollars
from bot.domain.budget import NO_LIMITS, Limits, limits_from
from bot.domain.rate import Rate, rate_from

ENV_FILE = Path(".env")

Positive = Annotated[int, Field(gt=0)]


def _holds_no_secret(url: HttpUrl) -> HttpUrl:
    """Refuse a user and a password, which would meet the token or the key on the way."""
    if url.username or url.password:
        raise PydanticCustomError("credentials", "leave out the user and the password")
    return url


Address = Annotated[HttpUrl, AfterValidator(_holds_no_secret)]


class SettingsWrong(Exception):
    """One line for each setting that is missing or wrong, with what it should be."""


_CONFIG = SettingsConfigDict(
    env_file_encoding="utf-8",
    env_ignore_empty=True,
    str_strip_whitespace=True,  # a line end of Windows, say
    extra="ignore",
    frozen=True,
)


class DiscordSettings(BaseSettings):
    """Where the bot lives, for commands that need no model."""

    model_config = _CONFIG

    discord_token: SecretStr = Field(description="the bot's token, from Discord's developer portal")
    discord_api_url: Address | None = Field(
        None, description="another Discord, such as http://127.0.0.1:8080/api/v10"
    )


class Settings(DiscordSettings):
    """Everything the operator decides. A field is set by the variable of its name."""

    openai_base_url: Address | None = Field(
        None, description="another OpenAI-compatible server, such as http://127.0.0.1:8080/v1"
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validate_default=True,
        description="needed unless OPENAI_BASE_URL names a server that wants no key",
    )
    openai_api: Literal["responses", "chat"] | None = Field(
        None, description="`responses` or `chat`; unset: chat with OPENAI_BASE_URL, else responses"
    )
    openai_model: str = Field(
        "gpt-6-luna", min_length=1, description="the model that answers when nothing else is chosen"
    )
    openai_fallback_models: str = Field(
        "", description="models asked in turn when that one fails, separated by commas"
    )
    model_prices: str = Field(
        "",
        description="what models cost, such as `name=0.10/0.50/0.01`: dollars for a million tokens "
        "read, written and (if it differs) read from a cache; separated by commas",
    )
    budgets: str = Field(
        "",
        description="dollars a day / a month, such as `all=5/100, server=2/-, user=0.50/10`: for "
        "`all` together, each `server`, `channel`, `user`, and `member` (a user in one server)",
    )
    budget_model: str = Field(
        "", description="a cheaper model that answers when 80 % of a budget is used"
    )
    title_model: str = Field(
        "",
        description="the model that names a conversation after its first answer; unset: the one "
        "that answered; `off`: none, and the title is what was asked first",
    )
    rate_limit: str = Field(
        "",
        description="how many answers each person may have, such as `10/minute, 60/hour` (or a "
        "`day`)",
    )
    database_url: str = Field(
        "sqlite:///parley.db",
        pattern=r"^sqlite:///.+",
        description="sqlite:///relative.db or sqlite:////absolute.db",
    )
    context_tokens: Positive = Field(
        16000, ge=500, description="how many tokens of a conversation the model is shown at most"
    )
    max_output_tokens: Positive = Field(
        4096, ge=16, description="how many tokens an answer may have, reasoning included"
    )
    long_answer_pages: Positive = Field(
        8, description="an answer of more messages than this comes as a file"
    )
    concurrent_answers: Positive = Field(
        200, description="how many answers are written at a time; who is beyond waits in line"
    )
    stall_seconds: Annotated[float, Field(gt=0)] = Field(
        120, description="a model that is silent for so long is given up"
    )
    grace_seconds: Annotated[float, Field(ge=0)] = Field(
        20, description="how long answers in flight may go on after a SIGTERM"
    )
    catch_up_hours: Annotated[float, Field(ge=0)] = Field(
        6, description="what was said while the bot was away and is older is only offered"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )

    @property
    def fallback_models(self) -> tuple[str, ...]:
        """The models that stand in for another one, in this order."""
        return tuple(dict.fromkeys(_listed(self.openai_fallback_models)))

    @property
    def own_prices(self) -> Mapping[str, ModelPrice]:
        """What the operator says that models cost, by name."""
        return dict(_priced(one) for one in _listed(self.model_prices))

    @property
    def limits(self) -> Mapping[ScopeKind, Limits]:
        """What may be spent, by for whom it is counted."""
        budgets = (_budget(one) for one in _listed(self.budgets))
        return {kind: limits for kind, limits in budgets if limits != NO_LIMITS}

    @property
    def names_sessions(self) -> bool:
        """Whether a model is asked for titles."""
        return self.title_model.lower() != "off"

    @property
    def rates(self) -> tuple[Rate, ...]:
        """How many answers each person may have in a while; all of these hold."""
        return tuple(rate_from(one) for one in _listed(self.rate_limit))

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be seen in a log."""
        keys = (self.discord_token, self.openai_api_key)
        return tuple(key.get_secret_value() for key in keys if key is not None)

    @field_validator("openai_api_key")
    @classmethod
    def _has_a_model(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if key is None and info.data.get("openai_base_url", "wrong") is None:
            raise PydanticCustomError("missing", "is not set")
        return key

    @field_validator("budgets")
    @classmethod
    def _are_budgets(cls, budgets: str) -> str:
        try:
            kinds = [kind for kind, _ in map(_budget, _listed(budgets))]
        except ValueError:
            raise PydanticCustomError("budget", "is wrong") from None
        if len(set(kinds)) < len(kinds):
            raise PydanticCustomError("budget", "is wrong")
        return budgets

    @field_validator("rate_limit")
    @classmethod
    def _are_rates(cls, rates: str) -> str:
        for one in _listed(rates):
            try:
                rate_from(one)
            except ValueError:
                raise PydanticCustomError("rate", "is wrong") from None
        return rates

    @field_validator("model_prices")
    @classmethod
    def _are_prices(cls, prices: str) -> str:
        for one in _listed(prices):
            try:
                _priced(one)
            except ValueError:
                raise PydanticCustomError("price", "is wrong") from None
        return prices


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _priced(text: str) -> tuple[str, ModelPrice]:
    """Return a model and its price.

    Raises:
        ValueError: it is no price.
    """
    model, _, figures = text.rpartition("=")
    read, written, *cached = [dollars(figure) for figure in figures.split("/")]
    if not model.strip() or len(cached) > 1:
        raise ValueError(text)
    return model.strip(), ModelPrice(read, written, cached[0] if cached else read)


def _budget(text: str) -> tuple[ScopeKind, Limits]:
    """Return for whom a budget is, and how much.

    Raises:
        ValueError: it is no budget.
    """
    kind, _, figures = text.partition("=")
    return ScopeKind(kind.strip()), limits_from(figures)


S = TypeVar("S", bound=DiscordSettings)


def read_settings(env_file: Path = ENV_FILE, /, **given: Any) -> Settings:
    """Return the settings; `given` wins over the environment, and that over `env_file`.

    Raises:
        SettingsWrong: names every setting that is missing or wrong, all at once.
    """
    return _read(Settings, env_file, given)


def read_discord_settings(env_file: Path = ENV_FILE) -> DiscordSettings:
    """Return what concerns Discord alone; otherwise as `read_settings`."""
    return _read(DiscordSettings, env_file, {})


def has_model(env_file: Path = ENV_FILE) -> bool:
    """Whether a key or another server is set, so that a real model can be asked.

    Raises:
        SettingsWrong: `env_file` cannot be read.
    """
    with _in_words(env_file):
        seen = _ModelNamed(_env_file=env_file)
    return seen.openai_api_key is not None or seen.openai_base_url is not None


class _ModelNamed(BaseSettings):
    model_config = _CONFIG

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None


def _read(kind: type[S], env_file: Path, given: dict[str, Any]) -> S:
    with _in_words(env_file):
        return kind(_env_file=env_file, **given)


@contextmanager
def _in_words(env_file: Path) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        raise SettingsWrong(_words(error)) from None  # the cause would show the values
    except (OSError, UnicodeError) as error:
        reason = f"{env_file} cannot be read ({type(error).__name__}): save it as UTF-8 text"
        raise SettingsWrong(f"{reason} that the bot may read") from None


# Where our own words in brackets say more than the library's.
_SAYS = {
    "missing": "is not set",
    "price": "is wrong",
    "budget": "is wrong",
    "rate": "is wrong",
    "literal_error": "is wrong",
    "string_pattern_mismatch": "is wrong",
}


def _words(error: ValidationError) -> str:
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        names = [str(part).upper() for part in problem["loc"][:1]]
        field = Settings.model_fields.get(names[0].lower()) if names else None
        says = _SAYS.get(problem["type"], f"is wrong: {problem['msg'].lower()}")
        hint = f" ({field.description})" if field else ""
        lines.append(f"{' '.join([*names, says])}{hint}")
    return "\n".join(lines)
