"""Parley: a Discord bot that holds lasting conversations with an OpenAI model."""

__version__ = "0.1.0"
