"""What a story with the local model needs of this machine."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

needs_xllamacpp = pytest.mark.skipif(
    find_spec("xllamacpp") is None,
    reason="xllamacpp, which runs the local model, is not installed: the extras playground and dev "
    "bring it, but it has no wheel for some machines",
)
