"""What holds for every test."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

STORIES = Path(__file__).parent / "stories"

# A machine that is busy with other tests is slow, which is no counterexample.
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have the longest tests begin first, so that none is left over when all others are done."""
    items.sort(key=lambda item: not item.path.is_relative_to(STORIES))
