from __future__ import annotations

import pytest

from bot.domain.abilities import (
    has_effort,
    has_temperature,
    has_verbosity,
    least_effort,
    sees_images,
)
from bot.domain.manner import Effort


@pytest.mark.parametrize(
    ("model", "effort", "temperature", "verbosity"),
    [
        ("gpt-6-luna", True, False, True),
        ("gpt-5.5", True, False, True),
        ("openai/gpt-6.1-sol", True, False, True),
        ("gpt-10", True, False, True),
        ("gpt-5-chat-latest", False, True, False),
        ("o4-mini", True, False, False),
        ("gpt-4o", False, True, False),
        ("gpt-4.1-mini", False, True, False),
        ("openai/gpt-oss-120b", True, True, False),
        ("olmo-2", False, True, False),
        ("o1x", False, True, False),
        ("SmolLM2-135M", False, True, False),
    ],
)
def test_what_a_model_has_is_told_by_its_name(
    model: str, *, effort: bool, temperature: bool, verbosity: bool
) -> None:
    assert (has_effort(model), has_temperature(model), has_verbosity(model)) == (
        effort,
        temperature,
        verbosity,
    )


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("gpt-6-luna", Effort.NONE),
        ("openai/gpt-6.1-sol", Effort.NONE),
        ("gpt-5.4-mini", Effort.NONE),
        ("gpt-10", Effort.NONE),
        ("gpt-5", Effort.MINIMAL),
        ("gpt-5-nano-2025-08-07", Effort.MINIMAL),
        ("gpt-5-codex", Effort.LOW),
        ("gpt-5.3-codex", Effort.LOW),
        ("o4-mini", Effort.LOW),
        ("gpt-oss-20b", Effort.LOW),
        ("gpt-5.5-pro", Effort.HIGH),
        ("o3-pro", Effort.HIGH),
        ("gpt-5-chat-latest", None),
        ("gpt-4.1", None),
        ("SmolLM2-135M", None),
    ],
)
def test_how_little_a_model_can_be_told_to_think(model: str, effort: Effort | None) -> None:
    assert least_effort(model) is effort


@pytest.mark.parametrize(
    ("model", "sees"),
    [
        ("gpt-6-luna", True),
        ("gpt-4o-mini", True),
        ("gpt-4.1", True),
        ("gpt-4-turbo", True),
        ("openai/o3", True),
        ("o4-mini", True),
        ("gpt-4", False),
        ("gpt-3.5-turbo", False),
        ("o3-mini", False),
        ("o1-preview", False),
        ("openai/gpt-oss-120b", False),
        ("SmolLM2-135M", False),
        ("SmolVLM-256M", None),
        ("olmo-2", None),
    ],
)
def test_whether_a_model_looks_at_images_is_told_by_its_name_or_not_known(
    model: str, *, sees: bool | None
) -> None:
    assert sees_images(model) is sees
