"""Who does a deed: a person, and what is within reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.playground.page.feed import Feed
from bot.playground.people.outcome import Outcome
from bot.playground.people.person import Person
from bot.playground.people.realm import Realm
from bot.playground.world.accounts import Role, User
from bot.playground.world.commands import Option, OptionKind
from bot.playground.world.parts import Json, Upload
from bot.playground.world.places import Channel, Message

OptionValue = str | bool | int | float | dict[str, int]


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts, on what, with which files."""

    realm: Realm
    feed: Feed
    person: Person
    files: Sequence[Upload]
    outcomes: dict[int, Outcome]

    def channel(self, channel_id: int) -> Channel:
        """A channel, thread or DM.

        Raises:
            Refused: there is none of this id.
        """
        return self.realm.world.channel(channel_id)

    def message(self, channel_id: int, message_id: int) -> Message:
        """A message, also one that only this person sees.

        Raises:
            Refused: there is none of this id, or it is for another's eyes.
        """
        own = self.feed.ephemeral.get(message_id)
        if own is not None and own.ephemeral_to is self.person.user:
            return own
        return self.realm.world.message(self.channel(channel_id), message_id)

    def began(self, outcome: Outcome) -> Json:
        """What the page is told of something that it will hear more about."""
        interaction = outcome.interaction
        self.outcomes[interaction.id] = outcome
        return {"interaction": str(interaction.id)}

    def thing(self, option: Option, value: OptionValue) -> object:
        """What the value of an option stands for: an id for a person, an index for a file."""
        match option.kind, value:
            case OptionKind.ATTACHMENT, {"file": int(index)} if 0 <= index < len(self.files):
                return self.files[index]
            case OptionKind.USER | OptionKind.ROLE | OptionKind.MENTIONABLE, str():
                return self._somebody(value)
            case OptionKind.CHANNEL, str():
                return self.channel(int(value))
            case _:
                return value

    def _somebody(self, value: str) -> User | Role | str:
        world = self.realm.world
        roles = (guild.roles.get(int(value)) for guild in world.guilds.values())
        return world.users.get(int(value)) or next((role for role in roles if role), value)
