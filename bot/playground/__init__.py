"""A Discord on 127.0.0.1 that stock discord.py cannot tell from the real one.

It speaks REST v10 and the gateway over real sockets, keeps everything in memory, enforces
permissions, limits and the three seconds, and misbehaves when told to. Reading order: `world`
(what there is), `wire` (as JSON), `rest` and `gateway` (the two ways in), `interactions` and
`people` (what persons do), `local` (all of it together).
"""

from bot.playground.interactions.values import NotOffered
from bot.playground.local import LocalDiscord
from bot.playground.people.outcome import Choice, DidNotRespond, Outcome
from bot.playground.people.person import Person
from bot.playground.world.parts import Upload
from bot.playground.world.permission import Permission
from bot.playground.world.places import Channel, ChannelKind, Guild, Message, Thread
from bot.playground.world.refusal import Refused
from bot.playground.world.rules import Rules

__all__ = [
    "Channel",
    "ChannelKind",
    "Choice",
    "DidNotRespond",
    "Guild",
    "LocalDiscord",
    "Message",
    "NotOffered",
    "Outcome",
    "Permission",
    "Person",
    "Refused",
    "Rules",
    "Thread",
    "Upload",
]
