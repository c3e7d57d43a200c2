"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# A machine that is busy with other tests is slow, which is no counterexample.
settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")
