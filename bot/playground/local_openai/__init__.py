"""A local server that speaks OpenAI's API and misbehaves when told to; it contains no model."""

from __future__ import annotations

from bot.playground.local_openai.asking import Asked, Said
from bot.playground.local_openai.metering import Bill
from bot.playground.local_openai.script import (
    Answer,
    Begin,
    Collapse,
    Complain,
    Drop,
    End,
    Fail,
    Garble,
    Hold,
    Pause,
    Refuse,
    Say,
    Script,
    Step,
    Stop,
    Think,
    in_turn,
)
from bot.playground.local_openai.server import LocalOpenAI
from bot.playground.local_openai.standin import stand_in

__all__ = [
    "Answer",
    "Asked",
    "Begin",
    "Bill",
    "Collapse",
    "Complain",
    "Drop",
    "End",
    "Fail",
    "Garble",
    "Hold",
    "LocalOpenAI",
    "Pause",
    "Refuse",
    "Said",
    "Say",
    "Script",
    "Step",
    "Stop",
    "Think",
    "in_turn",
    "stand_in",
]
