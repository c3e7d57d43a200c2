"""Parley: a Discord bot that holds lasting conversations with an OpenAI model."""

import sys

__version__ = "0.1.0"

if sys.version_info < (3, 11):  # noqa: UP036  # whoever has only an older one is told so here
    raise SystemExit("Parley needs Python 3.11 or newer, and this is an older one.")
